"""The other clusters of a mesh: istiod reads their Services, and clients call them as if they were here."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from istiolint.mesh.config_sources import CONFIG_KINDS
from istiolint.mesh.meshconfig import MeshConfig
from istiolint.resources.pods import pod_of
from istiolint.resources.resource import Resource


class OtherClusters:
    """The Services and the settings of other clusters. Configuration of Istio's own counts only where it is applied."""

    def __init__(self, foreign: Iterable[Resource], *, trust_domain: str | None = None):
        self._trust_domain = trust_domain
        self.resources = foreign = list(foreign)
        self._holding_config = [resource for resource in foreign if resource.type in CONFIG_KINDS]
        self.services = [resource for resource in foreign if resource.type == "Service"]
        self._by_name: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        for service in self.services:
            self._by_name[service.namespace, service.name].append(service)

    def same_service(self, service: Resource) -> Sequence[Resource]:
        """The Services that other clusters have under the same namespace and name: one service to the mesh."""
        return self._by_name.get((service.namespace, service.name), ())

    def pods_of(self, service: Resource) -> Iterator[dict[str, str]]:
        """The labels of the pods that the same Service selects in other clusters: they are endpoints of it here, too."""
        for other in self.same_service(service):
            selector = other.spec["selector"].labels
            for cluster, labels in self._pods.get(other.namespace, ()) if selector else ():
                if cluster == other.cluster and selector.items() <= labels.items():
                    yield labels

    @cached_property
    def _pods(self) -> dict[str, list[tuple[str, dict[str, str]]]]:
        found: dict[str, list[tuple[str, dict[str, str]]]] = defaultdict(list)
        for resource in self.resources:
            if (pod := pod_of(resource)) is not None:
                found[resource.namespace].append((resource.cluster, pod["metadata"]["labels"].labels))
        return found

    def counterparts(self, resource: Resource) -> Sequence[Resource]:
        """What other clusters have under the kind, namespace and name of a resource."""
        return self._counterparts.get((resource.type, resource.namespace, resource.name), ())

    @cached_property
    def _counterparts(self) -> dict[tuple[str | None, str, str], list[Resource]]:
        found: dict[tuple[str | None, str, str], list[Resource]] = defaultdict(list)
        for resource in self.resources:
            found[resource.type, resource.namespace, resource.name].append(resource)
        return found

    @cached_property
    def configs(self) -> dict[str, MeshConfig]:
        """The MeshConfigs of the other clusters by their names, of those whose MeshConfig is in the input."""
        by_cluster: dict[str, list[Resource]] = defaultdict(list)
        for resource in self._holding_config:
            by_cluster[resource.cluster].append(resource)
        found = {
            cluster: MeshConfig(
                [each for each in held if each.type == "ConfigMap"],
                [each for each in held if each.type != "ConfigMap"],
                trust_domain=self._trust_domain,
            )
            for cluster, held in sorted(by_cluster.items())
        }
        return {cluster: config for cluster, config in found.items() if config.known}
