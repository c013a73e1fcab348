"""Gateways at which browsers ask with OPTIONS whether they may call: those with routes that answer for other origins."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from istiolint.mesh.gateways import GatewayName, Gateways, bound_gateways
from istiolint.mesh.selection import selector
from istiolint.mesh.workload import Workload
from istiolint.mesh.workloads import Workloads
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource


class CrossOrigin(NamedTuple):
    """Routes on a gateway that pages of other origins may call: a VirtualService or HTTPRoute, and where it says so."""

    gateway: Resource
    routes: Resource
    policy: Cursor

    @property
    def hosts(self) -> Cursor:
        """The hosts that are routed."""
        return self.routes.spec["hostnames" if self.routes.type == "HTTPRoute" else "hosts"]


class CorsPreflights:
    """The routes for other origins, by the gateway that answers the preflight requests for them."""

    def __init__(self, routes: Iterable[Resource], gateways: Gateways, workloads: Workloads, root_namespace: str):
        self._workloads, self._root_namespace = workloads, root_namespace
        self._found: list[CrossOrigin] = []
        for route in routes:
            policy = next((policy for policy in _policies(route) if policy["allowOrigins"]), None)
            if policy is not None:
                for name in dict.fromkeys(_gateways(route)):
                    self._found += (CrossOrigin(gateway, route, policy) for gateway in gateways.find(name))

    def for_policy(self, policy: Resource, selected: Callable[[Resource], Sequence[Workload]]) -> list[CrossOrigin]:
        """The routes on gateways that a policy applies to. If no workload of a gateway is known, its labels decide."""
        refs = [ref for ref in (policy.spec["targetRef"], *policy.spec["targetRefs"]) if ref.mapping]
        if refs:
            named = {ref["name"].text for ref in refs if ref["kind"].text == "Gateway"}
            return [
                found
                for found in self._found
                if found.gateway.type == KUBERNETES_GATEWAY
                and found.gateway.namespace == policy.namespace
                and found.gateway.name in named
            ]
        own = selected(policy) if self._found else ()
        return [
            found for found in self._found
            if found.gateway.type != KUBERNETES_GATEWAY and self._runs_on(found.gateway, policy, own)
        ]  # fmt: skip

    def _runs_on(self, gateway: Resource, policy: Resource, selected: Sequence[Workload]) -> bool:
        wanted = gateway.spec["selector"].labels
        if any(workload.matches(wanted) for workload in selected):
            return True
        unknown = not self._workloads.selected(wanted, None)
        return unknown and policy.namespace == self._root_namespace and selector(policy).items() <= wanted.items()


def _policies(route: Resource) -> Iterator[Cursor]:
    for rule in route.spec["http"]:
        yield rule["corsPolicy"]
    for rule in route.spec["rules"]:
        yield from (choice["cors"] for choice in rule["filters"])


def _gateways(route: Resource) -> Iterator[GatewayName]:
    if route.type == "VirtualService":
        yield from (name for name, _ in bound_gateways(route))
    for parent in route.spec["parentRefs"]:
        if parent["kind"].text in ("", "Gateway"):
            yield GatewayName(parent["namespace"].text or route.namespace, parent["name"].text)
