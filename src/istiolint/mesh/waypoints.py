"""Waypoints: which one serves a Service, and what a policy or route finds on its way in ambient mode."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from istiolint.mesh.gateways import GatewayName, Gateways
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource

USE_WAYPOINT = "istio.io/use-waypoint"
WAYPOINT_NAMESPACE = "istio.io/use-waypoint-namespace"
WAYPOINT_FOR = "istio.io/waypoint-for"
INGRESS_USE_WAYPOINT = "istio.io/ingress-use-waypoint"
WAYPOINT_CLASSES = ("istio-waypoint",)
NONE = "none"


class Use(NamedTuple):
    """A label that routes traffic through a waypoint: where it is, and the Gateway that it names."""

    at: Cursor
    name: GatewayName


def is_waypoint(gateway: Resource) -> bool:
    """Whether a Gateway is a waypoint, by its class."""
    return gateway.type == KUBERNETES_GATEWAY and gateway.spec["gatewayClassName"].text in WAYPOINT_CLASSES


def traffic_of(waypoint: Resource) -> str:
    """What a waypoint takes: `service` (the default), `workload`, `all` or `none`."""
    return waypoint.labels.get(WAYPOINT_FOR, "service")


def own_use(resource: Resource, labels: Cursor | None = None) -> Use | None:
    """What the labels of a resource (or those given) say about a waypoint; None where they say nothing."""
    labels = resource.metadata["labels"] if labels is None else labels
    at = labels[USE_WAYPOINT]
    if not at.text:
        return None
    home = resource.name if resource.type == "Namespace" else resource.namespace
    return Use(at, GatewayName(labels[WAYPOINT_NAMESPACE].text or home, at.text))


def skipped_by_gateways(service: Resource, namespaces: Iterable[Resource]) -> bool:
    """Whether gateways send traffic for a Service past its waypoint: its label decides, or else that of its Namespace."""
    answers = [
        resource.labels[INGRESS_USE_WAYPOINT] for resource in (service, *namespaces) if INGRESS_USE_WAYPOINT in resource.labels
    ]
    own = answers[:1] if INGRESS_USE_WAYPOINT in service.labels else answers
    return "true" not in own


class Waypoints:
    """Which waypoint the labels of Services, ServiceEntries and Namespaces name."""

    def __init__(
        self,
        namespaces: Mapping[str, Sequence[Resource]],
        gateways: Gateways,
        exclusive: Callable[[Resource, Resource], bool],
        services: Sequence[Resource],
    ):
        self._namespaces, self._gateways, self._exclusive, self._all = namespaces, gateways, exclusive, services

    def use(self, service: Resource) -> Use | None:
        """Return the label of a Service or its Namespace that routes its traffic through a waypoint; None without one."""
        found = own_use(service)
        if found is None:
            answers = [own_use(namespace) for namespace in self._namespaces.get(service.namespace, ())]
            found = next((answer for answer in answers if answer is not None), None)
        return None if found is None or found.name.name == NONE else found

    def services(self, waypoint: Resource) -> Sequence[Resource]:
        """Return the Services whose traffic goes through a waypoint."""
        return self._served.get(GatewayName(waypoint.namespace, waypoint.name), ())

    @cached_property
    def _served(self) -> dict[GatewayName, list[Resource]]:
        found: dict[GatewayName, list[Resource]] = defaultdict(list)
        for service in self._all:
            if use := self.use(service):
                found[use.name].append(service)
        return found

    def surely_without(self, service: Resource) -> bool:
        """Whether no waypoint serves a Service: its Namespace is in the input, and neither of them has the label."""
        namespaces = self._namespaces.get(service.namespace, ())
        return bool(namespaces) and self.use(service) is None and not any(self._exclusive(service, other) for other in namespaces)

    def gateways(self, use: Use) -> Sequence[Resource]:
        """The Gateways of the Gateway API that a label names."""
        return [gateway for gateway in self._gateways.find(use.name) if gateway.type == KUBERNETES_GATEWAY]
