"""Gateway classes: whether Istio or another controller runs a Gateway of the Gateway API."""

from collections.abc import Callable

from istiolint.mesh.gateway_api import parents
from istiolint.mesh.gateways import GatewayName, Gateways
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource

_OURS = "istio"


class GatewayClasses:
    """Which Gateways other controllers run, as their classes show."""

    def __init__(self, gateways: Gateways, get: Callable[[str, str, str], Resource | None]):
        self._gateways, self._get = gateways, get

    def is_foreign(self, gateway: Resource) -> bool:
        """Return whether another controller runs a Gateway: its class is not one of Istio's, by name or definition."""
        name = gateway.spec["gatewayClassName"].text
        definition = self._get("GatewayClass", "", name)
        if definition:
            return not definition.spec["controllerName"].text.startswith("istio.io/")
        return bool(name) and not name.startswith(_OURS)

    def leaves_istio_out(self, route: Resource) -> bool:
        """Return whether a route is attached to Gateways of other controllers alone."""
        found = [
            gateway
            for parent in parents(route)
            for gateway in self._gateways.find(GatewayName(parent.namespace, parent.name))
            if parent.type == KUBERNETES_GATEWAY and gateway.type == KUBERNETES_GATEWAY
        ]
        return len(found) >= len(list(parents(route))) > 0 and all(map(self.is_foreign, found))
