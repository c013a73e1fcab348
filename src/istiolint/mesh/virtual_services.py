"""VirtualServices: where they send traffic, whose proxies use them, and which delegate to which."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from istiolint.mesh.gateways import MESH, GatewayName, bound_names, is_on_mesh
from istiolint.mesh.host_index import HostIndex
from istiolint.mesh.hosts import Hosts
from istiolint.mesh.visibility import Scope, scope_of
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource, once


class Audience(NamedTuple):
    """Return the namespaces of proxies that use a VirtualService, as far as it names them.

    `certain` is False where it is shown to every namespace: then only its own is named, for that it can be meant for.
    """

    namespaces: tuple[str, ...]
    certain: bool


class MeshHost(NamedTuple):
    """A host that a VirtualService routes: its full name and its place in `spec.hosts`."""

    virtual_service: Resource
    fqdn: str
    number: int

    @property
    def at(self) -> Cursor:
        """Where it is."""
        return self.virtual_service.spec["hosts"][self.number]


@once
def destinations(virtual_service: Resource) -> Iterator[Cursor]:
    """Where a VirtualService sends traffic, copies included: mappings with `host`, `subset` and `port`."""
    for route in virtual_service.spec["http"]:
        for target in route["route"]:
            yield target["destination"]
        if route["mirror"].exists:
            yield route["mirror"]
        for mirror in route["mirrors"]:
            yield mirror["destination"]
    for kind in ("tcp", "tls"):
        for route in virtual_service.spec[kind]:
            for target in route["route"]:
                yield target["destination"]


def delegates(virtual_service: Resource) -> Iterator[tuple[str, str, Cursor]]:
    """Namespace and name of the VirtualServices that a root hands its routes on to, and where it says so."""
    for route in virtual_service.spec["http"]:
        delegate = route["delegate"]
        if delegate["name"].text:
            yield delegate["namespace"].text or virtual_service.namespace, delegate["name"].text, delegate


class VirtualServices:
    """All VirtualServices, by namespace and name."""

    def __init__(self, virtual_services: Iterable[Resource], hosts: Hosts, default: Sequence[str] = ("*",)):
        self._all, self._hosts, self._default = list(virtual_services), hosts, default
        self._mesh_hosts: dict[int, Sequence[MeshHost]] = {}
        self._scopes: dict[int, Scope] = {}

    def find(self, namespace: str, name: str) -> Sequence[Resource]:
        """The VirtualServices of a name."""
        return self._by_name.get((namespace, name), ())

    def named(self, name: str) -> Sequence[Resource]:
        """The VirtualServices with a short name, in whatever namespace."""
        return self._by_short_name.get(name, ())

    def roots(self, virtual_service: Resource) -> Sequence[Resource]:
        """The VirtualServices that hand routes on to this one."""
        return self._roots.get((virtual_service.namespace, virtual_service.name), ())

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], list[Resource]]:
        found: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        for virtual_service in self._all:
            found[virtual_service.namespace, virtual_service.name].append(virtual_service)
        return found

    @cached_property
    def _by_short_name(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for virtual_service in self._all:
            found[virtual_service.name].append(virtual_service)
        return found

    @cached_property
    def _roots(self) -> dict[tuple[str, str], list[Resource]]:
        found: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        for virtual_service in self._all:
            if "delegate" in virtual_service.keys:
                for namespace, name, _ in delegates(virtual_service):
                    found[namespace, name].append(virtual_service)
        return found

    def scope(self, virtual_service: Resource) -> Scope:
        """The namespaces that see a VirtualService."""
        found = self._scopes.get(id(virtual_service))
        if found is None:
            found = self._scopes[id(virtual_service)] = scope_of(virtual_service, self._default)
        return found

    def hosts(self, virtual_service: Resource) -> list[tuple[str, Cursor]]:
        """The hosts of a VirtualService: full names in lower case as Istio compares them, and where they are.

        A placeholder such as `${DOMAIN}` may be replaced by a full name, so it is not completed.
        """
        written = [host for host in virtual_service.spec["hosts"] if host.text]
        full = (host.text if host.unresolved else self._hosts.fqdn(host.text, virtual_service.namespace) for host in written)
        return [(name.lower(), host) for name, host in zip(full, written, strict=True)]

    def mesh_hosts(self, virtual_service: Resource) -> Sequence[MeshHost]:
        """The hosts that a VirtualService routes for sidecars."""
        found = self._mesh_hosts.get(id(virtual_service))
        if found is None:
            found = self._mesh_hosts[id(virtual_service)] = tuple(MeshHost(*each) for each in self._routed(virtual_service))
        return found

    def _routed(self, virtual_service: Resource) -> Iterator[tuple[Resource, str, int]]:
        """Yield the fields of each MeshHost of a VirtualService."""
        for number, host in enumerate(virtual_service.hosts if is_on_mesh(virtual_service) else ()):
            if host:
                yield virtual_service, self._hosts.fqdn(host, virtual_service.namespace), number

    def on_mesh(self, fqdn: str) -> Iterator[MeshHost]:
        """What all VirtualServices route for sidecars under a host, wildcards on both sides included."""
        return (MeshHost(*host) for host in self._mesh_index.overlapping(fqdn))

    @cached_property
    def _mesh_index(self) -> HostIndex[tuple[Resource, str, int]]:
        """The fields of each MeshHost; few of thousands are asked for."""
        return HostIndex((fields[1], fields) for virtual_service in self._all for fields in self._routed(virtual_service))

    def on_gateway(self, name: GatewayName, fqdn: str) -> Sequence[MeshHost]:
        """What VirtualServices route for just this host on a gateway."""
        return self._gateway_index.get((name, fqdn), ())

    @cached_property
    def _gateway_index(self) -> dict[tuple[GatewayName, str], list[MeshHost]]:
        found: dict[tuple[GatewayName, str], list[MeshHost]] = defaultdict(list)
        for virtual_service in self._all:
            for name in bound_names(virtual_service):
                for number, host in enumerate(virtual_service.hosts):
                    if name.name != MESH and host:
                        fqdn = self._hosts.fqdn(host, virtual_service.namespace)
                        found[name, fqdn].append(MeshHost(virtual_service, fqdn, number))
        return found

    def on_gateway_for(self, name: GatewayName, host: str) -> Iterator[Resource]:
        """The VirtualServices that route a host on a gateway, wildcards on both sides included."""
        return self._hosts_by_gateway[name].overlapping(host) if name in self._hosts_by_gateway else iter(())

    @cached_property
    def _hosts_by_gateway(self) -> dict[GatewayName, HostIndex[Resource]]:
        return {
            name: HostIndex((host.lower(), service) for service in services for host in service.hosts if host)
            for name, services in self._by_gateway.items()
            if name.name != MESH
        }

    def bound_to(self, name: GatewayName) -> Sequence[Resource]:
        """Return the VirtualServices that are bound to a gateway."""
        return self._by_gateway.get(name, ())

    @cached_property
    def _by_gateway(self) -> dict[GatewayName, list[Resource]]:
        found: dict[GatewayName, list[Resource]] = defaultdict(list)
        for virtual_service in self._all:
            for name in bound_names(virtual_service):
                found[name].append(virtual_service)
        return found

    def serves(self, host: str) -> bool:
        """Whether some VirtualService has a host, perhaps by a wildcard."""
        return any(self._all_hosts.overlapping(host.lower()))

    @cached_property
    def _all_hosts(self) -> HostIndex[Resource]:
        written = ((host.lower(), service) for service in self._all for host in service.hosts if host)
        return HostIndex((*written, *((host, service) for service in self._all for host, _ in self.hosts(service))))

    def routes_http_to(self, fqdn: str) -> bool:
        """Whether some VirtualService sends requests to a host by its full name."""
        return fqdn in self._http_destinations

    def http_ports_to(self, fqdn: str) -> frozenset[int | None]:
        """The ports of a host to which VirtualServices send requests; None for a destination without a port."""
        return frozenset(self._http_destinations.get(fqdn, ()))

    @cached_property
    def _http_destinations(self) -> dict[str, set[int | None]]:
        found: dict[str, set[int | None]] = defaultdict(set)
        for virtual_service in self._all:
            for route in virtual_service.spec["http"]:
                for target in route["route"]:
                    destination = target["destination"]
                    fqdn = self._hosts.fqdn(destination["host"].text, virtual_service.namespace)
                    found[fqdn].add(destination["port"]["number"].number)
        return found

    def passes_to(self, fqdn: str, port: int | None) -> bool:
        """Whether a `tls` or `tcp` route sends connections to a port of a host."""
        return not self._connections_to.get(fqdn, frozenset()).isdisjoint((port, None))

    @cached_property
    def _connections_to(self) -> dict[str, set[int | None]]:
        found: dict[str, set[int | None]] = defaultdict(set)
        for virtual_service in self._all:
            for kind in ("tls", "tcp"):
                for destination in (target["destination"] for route in virtual_service.spec[kind] for target in route["route"]):
                    fqdn = self._hosts.fqdn(destination["host"].text, virtual_service.namespace)
                    found[fqdn].add(destination["port"]["number"].number)
        return found

    def routes_to(self, fqdn: str) -> bool:
        """Whether some VirtualService sends traffic of any kind to a host by its full name."""
        return fqdn in self._destinations

    @cached_property
    def _destinations(self) -> frozenset[str]:
        return frozenset(
            self._hosts.fqdn(destination["host"].text, virtual_service.namespace)
            for virtual_service in self._all
            for destination in destinations(virtual_service)
        )

    @cached_property
    def by_claims(self) -> bool:
        """Whether some route is chosen by what a token claims: then tokens are used without being demanded."""
        return any(
            name.lower().startswith("@request.auth.claims")
            for virtual_service in self._all
            for route in virtual_service.spec["http"]
            for match in route["match"]
            for name in (*match["headers"].mapping, *match["withoutHeaders"].mapping)
        )

    def routes_to_subset(self, fqdn: str, subset: str) -> bool:
        """Whether some VirtualService sends traffic to a subset of a host."""
        return (fqdn, subset) in self._subsets_reached

    @cached_property
    def _subsets_reached(self) -> frozenset[tuple[str, str]]:
        return frozenset(
            (self._hosts.fqdn(destination["host"].text, virtual_service.namespace), destination["subset"].text)
            for virtual_service in self._all
            for destination in destinations(virtual_service)
            if destination["subset"].text
        )

    def audience(self, virtual_service: Resource) -> Audience:
        """Whose proxies use a VirtualService: a delegate is used by those who use its roots."""
        if roots := self.roots(virtual_service):
            audiences = [self._own_audience(root) for root in roots]
            named = dict.fromkeys(namespace for audience in audiences for namespace in audience.namespaces)
            return Audience((*named, virtual_service.namespace), False)
        return self._own_audience(virtual_service)

    def _own_audience(self, virtual_service: Resource) -> Audience:
        scope = self.scope(virtual_service)
        names = bound_names(virtual_service)
        gateways = {name.namespace for name in names if name.name != MESH}
        if all(name.name != MESH for name in names):
            return Audience((*sorted(gateways), virtual_service.namespace), False)
        if "*" in scope:
            return Audience((virtual_service.namespace, *sorted(gateways)), False)
        return Audience((*sorted(scope), *sorted(gateways)), True)
