"""Which resources of a cluster dump a controller has created: ReplicaSets and Pods of a Deployment, Jobs of a CronJob."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from istiolint.resources.kinds import WORKLOADS
from istiolint.resources.resource import Resource

_CREATED = ("Job", "Pod", "ReplicaSet")
"""The kinds of workloads that controllers create."""
_BETWEEN = {"ReplicaSet": ("Deployment", "Rollout"), "Job": ("CronJob",)}
"""By the kind of an owner that a dump often leaves out: the kinds that create it, under their own name and a suffix."""
_TEMPLATES = ("CronJob", "DaemonSet", "Job", "ReplicaSet", "ReplicationController", "StatefulSet")
"""The kinds whose pods or jobs are all alike."""


def owners(resources: Iterable[Resource]) -> dict[int, tuple[Resource, Resource]]:
    """Return, by the id of each workload that another one has created, the workload and the topmost of its owners.

    Where a dump leaves the owner out, the first by name of what it has created represents it.
    """
    resources = [resource for resource in resources if resource.type in WORKLOADS]
    created = [resource for resource in resources if resource.type in _CREATED and "ownerReferences" in resource.keys]
    if not created:
        return {}
    named = {(resource.type or "", resource.namespace, resource.name): resource for resource in resources if resource.name}
    direct = {id(resource): owner for resource in created for owner in _owner(resource, named)}
    found = {}
    for resource in created:
        owner = direct.get(id(resource))
        passed = {id(resource)}
        while owner and id(owner) in direct and id(owner) not in passed:
            passed.add(id(owner))
            owner = direct[id(owner)]
        if owner and id(owner) not in passed:
            found[id(resource)] = resource, owner
    for first, *others in _siblings(resource for resource in created if id(resource) not in direct):
        found |= {id(other): (other, first) for other in others}
    return found


def _siblings(created: Iterable[Resource]) -> Iterator[list[Resource]]:
    """Yield what has the same owner, sorted by name."""
    groups: dict[tuple[str, ...], list[Resource]] = defaultdict(list)
    for resource in created:
        for reference in resource.metadata["ownerReferences"]:
            if (kind := reference["kind"].text) in _TEMPLATES and resource.type != "ReplicaSet":
                groups[resource.type or "", resource.namespace, kind, reference["name"].text].append(resource)
                break
    for group in groups.values():
        yield sorted(group, key=lambda resource: resource.name)


def _owner(resource: Resource, named: dict[tuple[str, str, str], Resource]) -> Iterator[Resource]:
    for reference in resource.metadata["ownerReferences"]:
        kind, name = reference["kind"].text, reference["name"].text
        above = name.rpartition("-")[0]
        names = [(kind, name), *((each, above) for each in _BETWEEN.get(kind, ()))]
        yield from (owner for each, called in names if (owner := named.get((each, resource.namespace, called))) is not None)
