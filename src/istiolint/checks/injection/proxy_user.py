"""Containers that run as the user of the sidecar proxy."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import is_control_plane
from istiolint.resources.kinds import WORKLOADS
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

PROXY_USER = 1337
PROXIES = ("istio-proxy", "istio-validation", "istio-init")


@check(
    "container-runs-as-proxy-user", severity="warning", evidence="document", kinds=list(WORKLOADS),
    codes=["IST0144"],
    when=["runAsUser"],
)  # fmt: skip
def container_runs_as_proxy_user(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report containers that run as user 1337, whose traffic is not captured."""
    workload = mesh.workloads.of(resource)
    if workload is None or is_control_plane(workload):
        return
    containers = [
        container
        for container in (*workload.spec["initContainers"], *workload.spec["containers"])
        if container["name"].text not in PROXIES
    ]
    users = [container["securityContext"]["runAsUser"] for container in containers]
    if not all(user.exists for user in users):  # in a gateway pod, only the proxy runs as the user of the pod
        users.insert(0, workload.spec["securityContext"]["runAsUser"])
    for user in users:
        if user.number == PROXY_USER:
            yield finding(
                user,
                f"container runs as user {PROXY_USER}, which is reserved for the sidecar; its outbound traffic bypasses the "
                f"proxy",
                hint="use another `runAsUser`",
            )
