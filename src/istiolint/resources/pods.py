"""Where the kinds that run pods describe them."""

from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import WORKLOADS
from istiolint.resources.resource import Resource


def pod_of(resource: Resource) -> Cursor | None:
    """Return where the pod's metadata and spec are; None for kinds that run no pods.

    A Rollout with a workloadRef runs the template of another workload, so it has none.
    """
    if resource.type == "Pod":
        return resource
    if resource.type not in WORKLOADS:
        return None
    if resource.type == "CronJob":
        return resource.spec["jobTemplate"]["spec"]["template"]
    template = resource.spec["template"]
    return template if template.mapping else None
