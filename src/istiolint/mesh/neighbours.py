"""The other clusters of a mesh: istiod reads their Services, and clients call them as if they were here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from istiolint.resource import Resource


class Neighbours:
    """The Services of other clusters, by namespace and name. Configuration of Istio's own counts only where it is applied."""

    def __init__(self, foreign: Iterable[Resource]):
        self.services = [resource for resource in foreign if resource.type == "Service"]
        self._by_name: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        for service in self.services:
            self._by_name[service.namespace, service.name].append(service)

    def same_service(self, service: Resource) -> Sequence[Resource]:
        """The Services that other clusters have under the same namespace and name: one service to the mesh."""
        return self._by_name.get((service.namespace, service.name), ())
