"""Which gateways send traffic to a host, with which identity, and in which namespaces the proxies of a route run."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from istiolint.mesh.gateway_api import ROUTE_KINDS, backends, parents
from istiolint.mesh.gateways import MESH, GatewayName, bound_gateways, gateway_name
from istiolint.mesh.workload import Workload
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource

if TYPE_CHECKING:
    from istiolint.mesh.mesh import Mesh

_CLASS = "istio"
_INGRESS_CLASS = "kubernetes.io/ingress.class"
_NAME_OVERRIDE = "gateway.istio.io/name-override"


class Identity(NamedTuple):
    """The service account that a proxy presents to the workloads it calls."""

    namespace: str
    account: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.account}"


class Entrance(NamedTuple):
    """A route of a gateway to a host: its resource, the place of the destination, the gateway, and its identities."""

    route: Resource
    at: Cursor
    gateway: Resource
    identities: tuple[Identity, ...]


class Entrances:
    """The routes of gateways whose workloads are known, by the full name of the host that they route to."""

    def __init__(self, mesh: "Mesh"):
        self._mesh = mesh

    def to(self, fqdn: str) -> Sequence[Entrance]:
        """The routes of gateways to a host by its full name."""
        return self._by_host.get(fqdn, ())

    def by_way_of(self, gateway: Resource) -> Sequence[Entrance]:
        """The routes of a gateway."""
        return self._by_gateway.get(id(gateway), ())

    @cached_property
    def _by_gateway(self) -> dict[int, list[Entrance]]:
        found: dict[int, list[Entrance]] = defaultdict(list)
        for entrances in self._by_host.values():
            for entrance in entrances:
                found[id(entrance.gateway)].append(entrance)
        return found

    def gateways_on(self, workload: Workload) -> Sequence[Resource]:
        """The Istio Gateways that a workload runs."""
        return self._on_workload.get(id(workload), ())

    def namespaces(self, virtual_service: Resource) -> tuple[str, ...]:
        """The namespaces of the gateway proxies that run a VirtualService.

        Empty where it is used by sidecars, too, or where the input does not have all of its gateways and their workloads.
        """
        roots = self._mesh.virtual_services.roots(virtual_service) or (virtual_service,)
        found: dict[str, None] = {}
        for root in roots:
            for name, _ in bound_gateways(root):
                homes = [] if name.name == MESH else self._homes(name)
                if not homes:
                    return ()
                found |= dict.fromkeys(homes)
        return tuple(found)

    def _homes(self, name: GatewayName) -> list[str]:
        homes: list[str] = []
        for gateway in self._mesh.gateways.find(name):
            own = self._namespaces_of(gateway)
            if not own:
                return []
            homes += own
        return homes

    def _namespaces_of(self, gateway: Resource) -> list[str]:
        if gateway.type == KUBERNETES_GATEWAY:
            return [gateway.namespace]
        return sorted({workload.namespace for workload in self._mesh.gateway_workloads.of(gateway)})

    def identities_of(self, gateway: Resource) -> tuple[Identity, ...]:
        """With which identities the workloads of a gateway call others; empty where the input does not show them."""
        if gateway.type == KUBERNETES_GATEWAY:
            made = gateway.spec["gatewayClassName"].text == _CLASS and not gateway.spec["addresses"]
            name = gateway.annotations.get(_NAME_OVERRIDE) or f"{gateway.name}-{_CLASS}"
            return (Identity(gateway.namespace, name),) if made and gateway.name else ()
        workloads = self._mesh.gateway_workloads.of(gateway)
        return tuple(dict.fromkeys(Identity(workload.namespace, workload.service_account) for workload in workloads))

    @cached_property
    def _on_workload(self) -> dict[int, list[Resource]]:
        found: dict[int, list[Resource]] = defaultdict(list)
        for gateway in self._mesh.all("Gateway"):
            for workload in self._mesh.gateway_workloads.of(gateway) if gateway.spec["selector"].labels else ():
                found[id(workload)].append(gateway)
        return found

    @cached_property
    def _by_host(self) -> dict[str, list[Entrance]]:
        found: dict[str, list[Entrance]] = defaultdict(list)
        has_gateways = bool(self._mesh.all("Gateway", KUBERNETES_GATEWAY))
        for virtual_service in self._mesh.all("VirtualService") if has_gateways else ():
            for fqdn, entrance in self._of_virtual_service(virtual_service):
                found[fqdn].append(entrance)
        for route in self._mesh.all(*ROUTE_KINDS) if has_gateways else ():
            for fqdn, entrance in self._of_route(route):
                found[fqdn].append(entrance)
        for ingress in self._mesh.all("Ingress"):
            for fqdn, entrance in self._of_ingress(ingress):
                found[fqdn].append(entrance)
        return found

    def _of_ingress(self, ingress: Resource) -> Iterator[tuple[str, Entrance]]:
        """The routes of an Ingress of Istio's class, which pods with the label of the MeshConfig's `ingressSelector` run."""
        config = self._mesh.config
        named = ingress.spec["ingressClassName"].text or ingress.annotations.get(_INGRESS_CLASS, "")
        if named != (config.text("ingressClass") or _CLASS) or config.text("ingressControllerMode") == "OFF":
            return
        workloads = self._mesh.workloads.selected({"istio": config.text("ingressSelector") or "ingressgateway"}, None)
        identities = tuple(dict.fromkeys(Identity(workload.namespace, workload.service_account) for workload in workloads))
        paths = [path["backend"] for rule in ingress.spec["rules"] for path in rule["http"]["paths"]]
        for backend in (ingress.spec["defaultBackend"], *paths) if identities else ():
            if name := backend["service"]["name"].text:
                fqdn = self._mesh.hosts.fqdn(name, ingress.namespace)
                yield fqdn, Entrance(ingress, backend["service"]["name"], workloads[0].resource, identities)

    def _of_virtual_service(self, virtual_service: Resource) -> Iterator[tuple[str, Entrance]]:
        for root in self._mesh.virtual_services.roots(virtual_service) or (virtual_service,):
            for name, _ in bound_gateways(root):
                for gateway in self._mesh.gateways.find(name) if name.name != MESH else ():
                    identities = self.identities_of(gateway)
                    for host in _hosts_routed_on(virtual_service, name) if identities else ():
                        fqdn = self._mesh.hosts.fqdn(host.text, virtual_service.namespace)
                        yield fqdn, Entrance(virtual_service, host, gateway, identities)

    def _of_route(self, route: Resource) -> Iterator[tuple[str, Entrance]]:
        for parent in parents(route):
            for gateway in (
                self._mesh.gateways.find(GatewayName(parent.namespace, parent.name)) if parent.type == KUBERNETES_GATEWAY else ()
            ):
                identities = self.identities_of(gateway) if gateway.type == KUBERNETES_GATEWAY else ()
                for backend in backends(route) if identities else ():
                    if backend.type == "Service" and backend.at["weight"].number != 0:
                        fqdn = f"{backend.name}.{backend.namespace}.svc.{self._mesh.hosts.cluster_domain}"
                        yield fqdn, Entrance(route, backend.at["name"], gateway, identities)


def used_on(route: Cursor, name: GatewayName, namespace: str) -> bool:
    """Whether a route of a VirtualService in a namespace may be taken on one of the gateways to which it is bound."""
    matches = list(route["match"])
    return not matches or any(
        not match["gateways"] or any(gateway_name(each.text, namespace) == name for each in match["gateways"])
        for match in matches
    )


def _hosts_routed_on(virtual_service: Resource, name: GatewayName) -> Iterator[Cursor]:
    for kind in ("http", "tcp", "tls"):
        for route in virtual_service.spec[kind]:
            if used_on(route, name, virtual_service.namespace):
                for target in route["route"]:
                    if target["destination"]["host"].text and target["weight"].value != 0:
                        yield target["destination"]["host"]
