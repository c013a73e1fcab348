"""The indexes of a mesh that traces use, each built once."""

from difflib import get_close_matches
from functools import cached_property
from typing import NamedTuple

from istiolint.mesh import Mesh
from istiolint.mesh.client_rules import MergedRule
from istiolint.mesh.mtls import Effective
from istiolint.mesh.waypoints import is_waypoint
from istiolint.mesh.workload import Workload, ports_of
from istiolint.mutual_tls.client import Opened, automatic_tls, tls_set_by
from istiolint.mutual_tls.server import server_mode
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.trace.authentication import Authentication
from istiolint.trace.envoy_filters import EnvoyFilters
from istiolint.trace.gateway_servers import GatewayIndex
from istiolint.trace.kubernetes_routes import kubernetes_routes
from istiolint.trace.policies import Policies
from istiolint.trace.proxies import Proxy, proxy_of
from istiolint.trace.request import OUTSIDE, RequestError
from istiolint.trace.scopes import Scopes
from istiolint.trace.services import Protocol, Registry, Service, service_protocol
from istiolint.trace.virtual_services import VirtualServiceIndex


class Endpoint(NamedTuple):
    """A workload behind a service, and the port of its container (None: not known)."""

    workload: Workload
    port: int | None


class Model:
    """A mesh with the indexes of traces."""

    def __init__(self, mesh: Mesh):
        self.mesh = mesh
        self.trust_domain = mesh.config.text("trustDomain") or "cluster.local"
        self.cluster_domain = mesh.hosts.cluster_domain
        self._proxies: dict[int, Proxy] = {}

    # Built on first use: they cost time on a large mesh, and a rule needs few of them.

    @cached_property
    def registry(self) -> Registry:
        """The services."""
        return Registry(self.mesh)

    @cached_property
    def virtual_services(self) -> VirtualServiceIndex:
        """The VirtualServices, and the routes of the Gateway API as such."""
        return VirtualServiceIndex(self.mesh, kubernetes_routes(self.mesh))

    @cached_property
    def scopes(self) -> Scopes:
        """The services and VirtualServices that each sidecar knows."""
        return Scopes(self.mesh, self.registry, self.virtual_services)

    @cached_property
    def gateways(self) -> GatewayIndex:
        """The listeners of gateways."""
        return GatewayIndex(self.mesh, self.virtual_services)

    @cached_property
    def policies(self) -> Policies:
        """The AuthorizationPolicies."""
        return Policies(self.mesh)

    @cached_property
    def envoy_filters(self) -> EnvoyFilters:
        """The EnvoyFilters."""
        return EnvoyFilters(self.mesh)

    @cached_property
    def authentication(self) -> Authentication:
        """The RequestAuthentications."""
        return Authentication(self.mesh)

    def proxy(self, workload: Workload) -> Proxy:
        """Return the proxy of a workload."""
        found = self._proxies.get(id(workload))
        if found is None:
            found = self._proxies[id(workload)] = proxy_of(workload, self.mesh)
        return found

    def rule(self, client: Proxy, service: Service) -> MergedRule | None:
        """Return the DestinationRules that a client uses for a service, merged; None without any."""
        return self.mesh.client_rules.of(client.namespace, client.labels, service.host)

    def opened(self, client: Proxy, service: Service, port: int, subset: str = "", endpoint: Endpoint | None = None) -> Opened:
        """Return the TLS that a client opens to an endpoint of a service (None: one outside of the mesh)."""
        rule = self.rule(client, service)
        found = tls_set_by(rule.tls(subset, port)) if rule is not None else None
        workload = endpoint.workload if endpoint is not None and not service.external else None
        return found or automatic_tls(service.namespace, workload, endpoint.port if endpoint is not None else None, self.mesh)

    def mode(self, server: Proxy, port: int | None) -> Effective | None:
        """Return the mTLS mode of a container port of a workload; None without a proxy that enforces one."""
        return server_mode(server.workload, port, self.mesh) if server.workload is not None else None

    def client(self, source: str) -> Proxy:
        """Return the proxy of the workload `NAMESPACE/NAME` or `KIND NAMESPACE/NAME`. Raises RequestError."""
        kind, _, name = source.rpartition(" ")
        found = self._by_name.get(source) or [
            each for each in self._by_name.get(name, ()) if not kind or each.kind.lower() == kind.strip().lower()
        ]
        if not found:
            near = get_close_matches(name, self._by_name, 1, 0.75)
            hint = f"did you mean `{near[0]}`?" if near else f"write NAMESPACE/NAME, KIND NAMESPACE/NAME, or `{OUTSIDE}`"
            raise RequestError(f"no workload `{source}` in the files; {hint}")
        return self.proxy(found[0])

    @cached_property
    def _by_name(self) -> dict[str, list[Workload]]:
        found: dict[str, list[Workload]] = {}
        for workload in self.mesh.workloads.with_created:
            found.setdefault(f"{workload.namespace}/{workload.resource.name}", []).append(workload)
        return found

    @cached_property
    def ingress(self) -> list[Proxy]:
        """The proxies that run Gateways; an assumed one for a Gateway whose workload is not in the files."""
        found: dict[int, Proxy] = {}
        assumed: dict[int, Proxy] = {}
        for gateway in self.gateways.gateways:
            listed = found if self.mesh.gateway_workloads.of(gateway) else assumed
            if listed is found or not self.mesh.settings.whole_mesh:
                listed |= {id(proxy): proxy for proxy in self.runs(gateway)}
        own = (gateway for gateway in self.mesh.all(KUBERNETES_GATEWAY) if not is_waypoint(gateway))
        return [*found.values(), *assumed.values(), *map(self.gateway_proxy, own)]

    def runs(self, gateway: Resource) -> list[Proxy]:
        """Return the proxies that run an Istio Gateway; an assumed one if its workload is not in the files."""
        if workloads := self.mesh.gateway_workloads.of(gateway):
            return [self.proxy(workload) for workload in workloads]
        found = self._proxies.get(id(gateway))
        if found is None:
            labels = gateway.spec["selector"].labels
            name = next(iter(labels.values()), gateway.name)
            found = self._proxies[id(gateway)] = Proxy(
                "gateway", f"gateway workload `{name}`", self.mesh.root_namespace, name, labels, f"{name}-service-account", None,
                "a Gateway selects it, and it is not in the files", gateway.spec["selector"], sure=False,
            )  # fmt: skip
        return [found]

    def gateway_proxy(self, gateway: Resource) -> Proxy:
        """Return the proxy that istiod deploys for a Gateway of the Gateway API."""
        found = self._proxies.get(id(gateway))
        if found is None:
            class_ = gateway.spec["gatewayClassName"].text
            name = gateway.name if is_waypoint(gateway) else f"{gateway.name}-{class_}"
            labels = {"gateway.networking.k8s.io/gateway-name": gateway.name, "istio.io/gateway-name": gateway.name}
            found = self._proxies[id(gateway)] = Proxy(
                "gateway", gateway.title, gateway.namespace, name, labels, name, None, "istiod deploys its proxy",
                gateway.metadata["name"], gateway=gateway,
            )  # fmt: skip
        return found

    def inbound_protocol(self, workload: Workload, port: int | None) -> Protocol:
        """Return how the sidecar of a workload reads a container port: the protocol in the first Service with this port."""
        key = id(workload), port
        found = self._inbound.get(key)
        if found is None:
            found = self._inbound[key] = self._protocol(workload, port)
        return found

    @cached_property
    def _inbound(self) -> dict[tuple[int, int | None], Protocol]:
        return {}

    def _protocol(self, workload: Workload, port: int | None) -> Protocol:
        for service in self.mesh.workloads.services_of(workload):
            for at, number, target in ports_of(service, workload):
                if target == port:
                    return service_protocol(at, number)
        return "AUTO"


def model_of(mesh: Mesh) -> Model:
    """Return the model of a mesh, built once. Rules use it too, so that they agree with traces."""
    found: Model | None = mesh.derived.get(Model)
    if found is None:
        found = mesh.derived[Model] = Model(mesh)
    return found
