"""Resources of which a workload, or a namespace, can have only one: Sidecar and Telemetry."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from istiolint.mesh.workload import Workload
from istiolint.mesh.workloads import Workloads
from istiolint.resources.resource import Resource


def selector(resource: Resource) -> dict[str, str]:
    """The labels by which a resource selects workloads, in whichever field its kind has them; empty for the whole namespace."""
    spec = resource.spec
    return spec["selector"]["matchLabels"].labels or spec["workloadSelector"]["labels"].labels


def covers_namespace(resource: Resource) -> bool:
    """Whether a resource applies to its entire namespace: no selector, and not bound to a gateway or service."""
    return not (selector(resource) or resource.spec["targetRef"] or resource.spec["targetRefs"])


class Selection:
    """The resources of one kind, by the workloads of their namespace that they select."""

    def __init__(self, resources: Sequence[Resource], workloads: Workloads):
        self._workloads = workloads
        self._resources: dict[str, list[Resource]] = defaultdict(list)
        for resource in resources:
            self._resources[resource.namespace].append(resource)
        self._indexes: dict[str, _NamespaceIndex] = {}

    def selected(self, resource: Resource) -> Sequence[Workload]:
        """Return the workloads that a resource selects by labels; none for one that applies to its namespace."""
        labels = selector(resource)
        return self._workloads.selected(labels, resource.namespace) if labels else ()

    def also_for_namespace(self, resource: Resource) -> Sequence[Resource]:
        """Return the other resources that apply to the entire namespace, if this one does."""
        found = self._index(resource.namespace).covering if covers_namespace(resource) else []
        return [other for other in found if other is not resource]

    def also_for_workload(self, resource: Resource) -> Iterator[tuple[Resource, Workload]]:
        """Other resources that select one of its workloads, each once, with that workload."""
        seen = {id(resource)}
        selecting = self._index(resource.namespace).selecting
        for workload in self.selected(resource):
            for other in selecting[id(workload)]:
                if id(other) not in seen:
                    seen.add(id(other))
                    yield other, workload

    def _index(self, namespace: str) -> "_NamespaceIndex":
        found = self._indexes.get(namespace)
        if found is None:
            resources = self._resources.get(namespace, ())
            selecting: dict[int, list[Resource]] = defaultdict(list)
            for resource in resources:
                for workload in self.selected(resource):
                    selecting[id(workload)].append(resource)
            found = self._indexes[namespace] = _NamespaceIndex(list(filter(covers_namespace, resources)), selecting)
        return found


class _NamespaceIndex(NamedTuple):
    """The resources of a namespace that apply to all of it, and the others by the id of each workload that they select."""

    covering: Sequence[Resource]
    selecting: Mapping[int, Sequence[Resource]]
