"""Gateways at which browsers ask with OPTIONS whether they may call: those with routes that have a corsPolicy."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from istiolint.cursor import Cursor
from istiolint.kinds import KUBERNETES_GATEWAY
from istiolint.mesh.gateways import Gateways, bound_gateways
from istiolint.mesh.selection import selector
from istiolint.mesh.workloads import Workload, Workloads
from istiolint.resource import Resource


class CrossOrigin(NamedTuple):
    """Routes with a corsPolicy on a gateway."""

    gateway: Resource
    virtual_service: Resource
    policy: Cursor


class Preflights:
    """The routes with a corsPolicy, by the gateway that answers the preflight requests for them."""

    def __init__(self, virtual_services: Iterable[Resource], gateways: Gateways, workloads: Workloads, root_namespace: str):
        self._workloads, self._root_namespace = workloads, root_namespace
        self._found: list[CrossOrigin] = []
        for service in virtual_services:
            policy = next((route["corsPolicy"] for route in service.spec["http"] if route["corsPolicy"]["allowOrigins"]), None)
            if policy is not None:
                for name in dict.fromkeys(name for name, _ in bound_gateways(service)):
                    self._found += (CrossOrigin(gateway, service, policy) for gateway in gateways.find(name))

    def behind(self, policy: Resource, reached: Callable[[Resource], Sequence[Workload]]) -> list[CrossOrigin]:
        """The routes on gateways for which a policy holds. Where no workload of a gateway is known, its labels tell."""
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
        own = reached(policy) if self._found else ()
        return [
            found for found in self._found
            if found.gateway.type != KUBERNETES_GATEWAY and self._runs_on(found.gateway, policy, own)
        ]  # fmt: skip

    def _runs_on(self, gateway: Resource, policy: Resource, reached: Sequence[Workload]) -> bool:
        wanted = gateway.spec["selector"].labels
        if any(workload.matches(wanted) for workload in reached):
            return True
        unknown = not self._workloads.selected(wanted, None)
        return unknown and policy.namespace == self._root_namespace and selector(policy).items() <= wanted.items()
