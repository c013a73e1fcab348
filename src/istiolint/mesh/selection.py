"""Resources of which a workload, or a namespace, can have only one: Sidecar and Telemetry."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from istiolint.mesh.workloads import Workload, Workloads
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
        self._of_workload: dict[int, list[Resource]] = defaultdict(list)
        self._of_namespace: dict[str, list[Resource]] = defaultdict(list)
        for resource in resources:
            if covers_namespace(resource):
                self._of_namespace[resource.namespace].append(resource)
            for workload in self.selected(resource):
                self._of_workload[id(workload)].append(resource)

    def selected(self, resource: Resource) -> Sequence[Workload]:
        """Return the workloads that a resource selects by labels; none for one that applies to its namespace."""
        labels = selector(resource)
        return self._workloads.selected(labels, resource.namespace) if labels else ()

    def also_for_namespace(self, resource: Resource) -> Sequence[Resource]:
        """Return the other resources that apply to the entire namespace, if this one does."""
        found = self._of_namespace[resource.namespace] if covers_namespace(resource) else []
        return [other for other in found if other is not resource]

    def also_for_workload(self, resource: Resource) -> Iterator[tuple[Resource, Workload]]:
        """Other resources that select one of its workloads, each once, with that workload."""
        seen = {id(resource)}
        for workload in self.selected(resource):
            for other in self._of_workload[id(workload)]:
                if id(other) not in seen:
                    seen.add(id(other))
                    yield other, workload
