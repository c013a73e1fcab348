"""What runs a Gateway: its workloads, their Services, and the namespaces in which its certificates must be."""

from collections.abc import Sequence
from functools import cached_property

from istiolint.mesh.injection import is_gateway
from istiolint.mesh.workload import Workload
from istiolint.mesh.workloads import Workloads
from istiolint.resources.resource import Resource

DEFAULT_LABELS = {"istio": "ingressgateway", "app": "istio-ingressgateway"}
_OTHER_LABELS = {("istio", "egressgateway"), ("istio", "eastwestgateway")}
"""Labels of gateways that an installation has in addition to its ingress gateway."""
DEFAULT_PORTS = frozenset({80, 443, 31400, 15443})


class GatewayWorkloads:
    """The workloads behind `spec.selector` of Istio Gateways.

    `whole_mesh`: where the input contains no gateway, the one that Istio installs by default is assumed in `root`.
    `scoped`: istiod's flag `PILOT_SCOPE_GATEWAY_TO_NAMESPACE` limits a Gateway to the workloads in its namespace.
    """

    def __init__(self, workloads: Workloads, root: str, whole_mesh: bool, *, scoped: bool = False):
        self._workloads, self._root, self._whole_mesh, self._scoped = workloads, root, whole_mesh, scoped

    def of(self, gateway: Resource) -> Sequence[Workload]:
        """The workloads that a Gateway selects, in whatever namespace they run unless a flag of istiod limits it to its own."""
        return self._workloads.selected(gateway.spec["selector"].labels, gateway.namespace if self._scoped else None)

    def runs(self, gateway: Resource) -> bool:
        """Whether some workload runs the Gateway, the assumed one included."""
        return bool(self.of(gateway)) or self._by_default(gateway)

    def namespaces(self, gateway: Resource) -> list[str]:
        """The namespaces of its workloads, sorted: there the credentials of its servers are read."""
        found = {workload.namespace for workload in self.of(gateway)}
        return sorted(found) or ([self._root] if self._by_default(gateway) else [])

    @cached_property
    def pods(self) -> Sequence[Workload]:
        """All gateway proxies of the input."""
        return [workload for workload in self._workloads.all if is_gateway(workload)]

    def beside(self, gateway: Resource) -> Sequence[Workload]:
        """The gateway proxies in the namespace of a Gateway, whether it selects them or not."""
        return [workload for workload in self._workloads.in_namespace(gateway.namespace) if is_gateway(workload)]

    def ports(self, gateway: Resource) -> frozenset[int]:
        """The ports that reach its workloads from outside the pod; empty when no Service in the input does."""
        services = [service for workload in self.of(gateway) for service in self._workloads.services_of(workload)]
        if not services:
            return DEFAULT_PORTS if self._by_default(gateway) and not self.of(gateway) else frozenset()
        found: set[int] = set()
        for service in services:
            for port in service.spec["ports"]:
                if port["protocol"].text in ("", "TCP") and (number := port["port"].number) is not None:
                    found |= {number, port["targetPort"].number or number}
        return frozenset(found)

    def reached_otherwise(self, gateway: Resource) -> bool:
        """Whether a workload is reached without a Service: by the network of its node, or by host ports."""
        return any(
            workload.host_network or any(port["hostPort"] for container in workload.containers for port in container["ports"])
            for workload in self.of(gateway)
        )

    def _by_default(self, gateway: Resource) -> bool:
        labels = gateway.spec["selector"].labels
        elsewhere = self._scoped and gateway.namespace != self._root
        return self._assumed and not elsewhere and labels.items() <= DEFAULT_LABELS.items()

    @cached_property
    def _assumed(self) -> bool:
        if not self._whole_mesh or self._workloads.selected({"istio": "ingressgateway"}, self._root):
            return False
        return not any(is_gateway(workload) and not _OTHER_LABELS & workload.labels.items() for workload in self._workloads.all)
