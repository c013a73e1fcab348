"""The scope of a sidecar: the services and VirtualServices that `exportTo` and its Sidecar resource make visible to it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from istiolint.mesh import Mesh
from istiolint.mesh.ages import oldest_first
from istiolint.mesh.host_index import covers, overlap
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.trace.proxies import Proxy
from istiolint.trace.services import Port, Registry, Service
from istiolint.trace.virtual_hosts import VirtualHosts, most_specific
from istiolint.trace.virtual_services import MESH_GATEWAY, VirtualService, VirtualServiceIndex

REGISTRY_ONLY = "REGISTRY_ONLY"


class Import(NamedTuple):
    """An item of `hosts` of an egress listener: a namespace (`*`: all) and a host, which may be a wildcard."""

    namespace: str
    host: str
    at: Cursor


class Outbound(NamedTuple):
    """The policy for hosts that a proxy does not know, and where it is set."""

    registry_only: bool
    at: Cursor | None


class Egress:
    """An egress listener and its imports. `port` is None for the listener of all other ports."""

    def __init__(
        self, namespace: str, services: Sequence[Service], virtual_services: Sequence[VirtualService], port: int | None = None
    ):
        self.namespace, self.port = namespace, port
        self.services = {service.host: service for service in services}
        self.virtual_services = virtual_services
        self._virtual_hosts: dict[int, VirtualHosts] = {}

    @cached_property
    def by_port(self) -> dict[int, list[tuple[Service, Port]]]:
        """The services by port number, without UDP."""
        found: dict[int, list[tuple[Service, Port]]] = defaultdict(list)
        for service in self.services.values():
            for port in service.ports:
                if port.protocol != "UDP" and service.resource is not None:
                    found[port.number].append((service, port))
        return found

    def virtual_hosts(self, port: int, cluster_domain: str) -> VirtualHosts:
        """Return the route configuration of a port."""
        found = self._virtual_hosts.get(port)
        if found is None:
            listed = self.by_port.get(port, [])
            found = VirtualHosts(
                self.namespace, port, listed, self.virtual_services, chosen=self._chosen, cluster_domain=cluster_domain
            )
            self._virtual_hosts[port] = found
        return found

    @cached_property
    def _chosen(self) -> dict[str, VirtualService]:
        return most_specific(self.services.values(), self.virtual_services)


class Scope:
    """The scope of the sidecars of a namespace to which one Sidecar resource (or None) applies."""

    def __init__(self, namespace: str, sidecar: Resource | None, mesh: Mesh, registry: Registry, index: VirtualServiceIndex):
        self.namespace, self.sidecar = namespace, sidecar
        self._mesh, self._registry = mesh, registry
        services, virtual_services = registry.visible(namespace), index.of(MESH_GATEWAY, namespace)
        if sidecar is None or not sidecar.spec["egress"].value:
            self.listeners = [Egress(namespace, services, virtual_services)]
        else:
            self.listeners = [self._egress(entry, services, virtual_services, namespace) for entry in sidecar.spec["egress"]]

    @staticmethod
    def _egress(entry: Cursor, services: Sequence[Service], virtual_services: Sequence[VirtualService], namespace: str) -> Egress:
        wanted = list(imports(entry, namespace))
        return Egress(
            namespace,
            [service for service in services if any(_imports_service(each, service) for each in wanted)],
            [service for service in virtual_services if any(_imports_routes(each, service) for each in wanted)],
            entry["port"]["number"].number,
        )

    def listener(self, port: int) -> Egress | None:
        """Return the egress listener for a port: the one with this port, otherwise the one without a port."""
        own = next((each for each in self.listeners if each.port == port), None)
        return own or next((each for each in self.listeners if each.port is None), None)

    @cached_property
    def clusters(self) -> dict[str, Service]:
        """The services with an Envoy cluster: imported ones, and destinations of imported routes."""
        found: dict[str, Service] = {}
        for listener in self.listeners:
            for host, service in listener.services.items():
                found.setdefault(host, service)
        if self.sidecar is None:
            return found
        for listener in self.listeners:
            for virtual_service in listener.virtual_services:
                for host in destination_hosts(virtual_service, self._mesh):
                    if host not in found and (seen := self._registry.find(host, self.namespace)) is not None:
                        found[host] = seen
        return found

    @cached_property
    def outbound(self) -> Outbound:
        """The policy for unknown hosts."""
        if self.sidecar is not None:
            policy = self.sidecar.spec["outboundTrafficPolicy"]
            if policy.value is not None:
                return Outbound(policy["mode"].text in ("", REGISTRY_ONLY), policy["mode"] if policy["mode"] else policy)
        return outbound(self._mesh)


def outbound(mesh: Mesh) -> Outbound:
    """Return the policy of the mesh for hosts that proxies do not know."""
    policy = mesh.config["outboundTrafficPolicy"]
    at = mesh.config.at("outboundTrafficPolicy")
    return Outbound(isinstance(policy, dict) and policy.get("mode") in (None, REGISTRY_ONLY), at)


def imports(listener: Cursor, namespace: str) -> Iterator[Import]:
    """Yield the imports of an egress listener."""
    for host in listener["hosts"]:
        owner, slash, name = host.text.partition("/")
        if slash and owner != "~":
            yield Import(namespace if owner == "." else owner, name, host)


def _imports_service(wanted: Import, service: Service) -> bool:
    return wanted.namespace in ("*", service.namespace) and (wanted.host == "*" or covers(wanted.host, service.host))


def _imports_routes(wanted: Import, virtual_service: VirtualService) -> bool:
    return wanted.namespace in ("*", virtual_service.namespace) and any(
        wanted.host == "*" or overlap(wanted.host, host) for host, _ in virtual_service.hosts
    )


def destination_hosts(virtual_service: VirtualService, mesh: Mesh) -> Iterator[str]:
    """Yield the destination hosts of a VirtualService, including those of its delegates."""
    for route in virtual_service.routes:
        for destination in (*route["route"], *route["mirrors"]):
            yield mesh.hosts.fqdn(destination["destination"]["host"].text, route.owner.namespace).lower()
        yield mesh.hosts.fqdn(route["mirror"]["host"].text, route.owner.namespace).lower()
    for kind in ("tcp", "tls"):
        for rule in virtual_service.resource.spec[kind]:
            for destination in rule["route"]:
                yield mesh.hosts.fqdn(destination["destination"]["host"].text, virtual_service.namespace).lower()


class Scopes:
    """The scope of each proxy, built on first use."""

    def __init__(self, mesh: Mesh, registry: Registry, index: VirtualServiceIndex):
        self._mesh, self._registry, self._index = mesh, registry, index
        self._made: dict[tuple[str, int], Scope] = {}
        self._of_namespace: dict[str, Resource | None] = {}
        self._selecting: dict[str, list[Resource]] = defaultdict(list)
        whole: dict[str, Resource] = {}
        for sidecar in oldest_first(mesh.all("Sidecar")):
            if sidecar.spec["workloadSelector"]["labels"].mapping:
                self._selecting[sidecar.namespace].append(sidecar)
            else:
                whole.setdefault(sidecar.namespace, sidecar)
        self._whole = whole

    def of(self, proxy: Proxy) -> Scope:
        """Return the scope of a proxy. Sidecar resources do not apply to gateways."""
        sidecar = None if proxy.kind == "gateway" else self.sidecar(proxy.namespace, proxy.labels.items())
        key = proxy.namespace, id(sidecar)
        if key not in self._made:
            self._made[key] = Scope(proxy.namespace, sidecar, self._mesh, self._registry, self._index)
        return self._made[key]

    def sidecar(self, namespace: str, labels: Iterable[tuple[str, str]]) -> Resource | None:
        """Return the Sidecar for a workload: the oldest that selects it, otherwise that of its namespace or of the mesh."""
        having = set(labels)
        for sidecar in self._selecting.get(namespace, ()):
            if sidecar.spec["workloadSelector"]["labels"].labels.items() <= having:
                return sidecar
        return self._whole.get(namespace) or self._whole.get(self._mesh.root_namespace)
