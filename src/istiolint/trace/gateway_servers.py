"""The listeners of a gateway workload: the servers of the Gateways that select it, and their routes."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from istiolint.mesh import Mesh
from istiolint.mesh.ages import oldest_first
from istiolint.mesh.gateway_servers import PASSTHROUGH_MODES
from istiolint.mesh.gateways import GatewayName
from istiolint.mesh.host_index import covers
from istiolint.mesh.workload import ports_of
from istiolint.primitives.ports import HTTP, TLS
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.trace.kubernetes_routes import listener_name
from istiolint.trace.proxies import Proxy
from istiolint.trace.virtual_services import HttpRoute, VirtualService, VirtualServiceIndex


@dataclass(frozen=True, slots=True, eq=False)
class Server:
    """A server of a Gateway. `hosts` are pairs of a namespace (`*`: all) and a host in lower case."""

    gateway: Resource
    name: GatewayName
    at: Cursor
    port: int
    protocol: str
    hosts: tuple[tuple[str, str], ...]

    @property
    def terminates_tls(self) -> bool:
        """Whether it reads HTTP inside TLS."""
        return self.protocol == "HTTPS" and self.at["tls"]["mode"].text not in (*PASSTHROUGH_MODES, "Passthrough")

    @property
    def is_http(self) -> bool:
        """Whether it routes requests."""
        return self.protocol in HTTP or self.terminates_tls

    @property
    def is_tls(self) -> bool:
        """Whether it listens for TLS, to terminate it or to pass it through."""
        return self.protocol in TLS

    @property
    def redirects(self) -> bool:
        """Whether it redirects all requests to HTTPS."""
        return self.at["tls"]["httpsRedirect"].value is True

    @property
    def written_hosts(self) -> list[str]:
        """The hosts that are written without a namespace."""
        return [host.text.lower() for host in self.at["hosts"] if host.text and "/" not in host.text]

    def serves(self, virtual_service: VirtualService, mesh: Mesh) -> list[str]:
        """Return the hosts that a VirtualService has at this server."""
        hosts = (host for host, _ in virtual_service.hosts)
        return mesh.gateways.hosts_at(self.gateway, self.at, hosts, virtual_service.namespace)


class GatewayHost(NamedTuple):
    """A virtual host of a gateway: its routes in the order of Envoy, and the server that redirects it to HTTPS, if any."""

    domain: str
    routes: tuple[HttpRoute, ...]
    virtual_services: tuple[VirtualService, ...]
    redirect: Server | None


class GatewayHosts:
    """The virtual hosts of one route configuration: that of all plaintext servers of a port, or of one server with TLS."""

    def __init__(self, proxy: Proxy, servers: Sequence[Server], index: VirtualServiceIndex, mesh: Mesh):
        routes: dict[str, list[HttpRoute]] = {}
        owners: dict[str, list[VirtualService]] = defaultdict(list)
        redirects: dict[str, Server] = {}
        for server in servers:
            for virtual_service in index.of(server.name, proxy.namespace):
                hosts = server.serves(virtual_service, mesh)
                own = tuple(virtual_service.for_proxy(proxy, server.name, server.port)) if hosts else ()
                for host in hosts:
                    owners[host].append(virtual_service)
                    if own:
                        if host not in routes and server.redirects:
                            redirects[host] = server
                        routes.setdefault(host, []).extend(own)
            # For hosts without a VirtualService istiod uses the text as the domain: one with a namespace never matches.
            for host in server.written_hosts if server.redirects else ():
                routes.setdefault(host, [])
                redirects[host] = server
        self.hosts = {
            host: GatewayHost(host, _catch_all_last(found), tuple(dict.fromkeys(owners[host])), redirects.get(host))
            for host, found in routes.items()
        }
        self.unused = {host: tuple(found) for host, found in owners.items() if host not in routes}
        self._wildcards = sorted((host for host in self.hosts if host.startswith("*")), key=len, reverse=True)

    def find(self, host: str) -> GatewayHost | None:
        """Return the virtual host for a host: its exact name, otherwise the longest wildcard."""
        host = host.lower()
        if host in self.hosts:
            return self.hosts[host]
        return next((self.hosts[domain] for domain in self._wildcards if host.endswith(domain[1:]) and host != domain[1:]), None)


def _catch_all_last(routes: Sequence[HttpRoute]) -> tuple[HttpRoute, ...]:
    """Move catch-all routes behind all others, like istiod: several VirtualServices may share a host."""
    return tuple(sorted(routes, key=lambda route: route.takes_everything))


class GatewayListeners:
    """The listeners of one gateway workload."""

    def __init__(self, proxy: Proxy, servers: Sequence[Server], mesh: Mesh, index: VirtualServiceIndex):
        self.proxy, self._mesh, self._index = proxy, mesh, index
        self.servers = servers
        self._made: dict[tuple[int, ...], GatewayHosts] = {}

    @cached_property
    def service_ports(self) -> dict[int, int]:
        """The ports of the Services in front of the workload, each with the port of the container behind it."""
        workload = self.proxy.workload
        found: dict[int, int] = {}
        for service in self._mesh.workloads.services_of(workload) if workload is not None else ():
            for _, number, target in ports_of(service, workload) if workload is not None else ():
                if target is not None:
                    found.setdefault(number, target)
        return found

    def on_port(self, port: int) -> list[Server]:
        """Return the servers that a client reaches on a port of the gateway's Service."""
        target = self.service_ports.get(port, port)
        if self.service_ports and port not in self.service_ports:
            return []
        return [server for server in self.servers if self.service_ports.get(server.port, server.port) == target]

    def together(self, server: Server) -> list[Server]:
        """Return the servers that share the route configuration of one: itself with TLS, otherwise the plain ones of its port."""
        if server.is_tls:
            return [server]
        target = self.service_ports.get(server.port, server.port)
        return [
            each
            for each in self.servers
            if each.is_http and not each.is_tls and self.service_ports.get(each.port, each.port) == target
        ]

    def plain(self, port: int) -> list[Server]:
        """Return the plaintext HTTP servers of a port."""
        return [server for server in self.on_port(port) if server.is_http and not server.is_tls]

    def with_sni(self, port: int, sni: str) -> Server | None:
        """Return the server with TLS for an SNI: the one with the most specific host."""
        best: tuple[int, int] | None = None
        chosen: Server | None = None
        for server in (server for server in self.on_port(port) if server.is_tls):
            for _, host in server.hosts:
                if covers(host, sni.lower()) and not (host.startswith("*.") and sni.lower() == host[2:]):
                    rank = (not host.startswith("*"), len(host))
                    if best is None or rank > best:
                        best, chosen = (int(rank[0]), rank[1]), server
        return chosen

    def hosts(self, servers: Sequence[Server]) -> GatewayHosts:
        """Return the virtual hosts of servers that share a route configuration."""
        key = tuple(map(id, servers))
        if key not in self._made:
            self._made[key] = GatewayHosts(self.proxy, servers, self._index, self._mesh)
        return self._made[key]


def servers_of(gateway: Resource) -> Iterator[Server]:
    """Yield the servers of an Istio Gateway."""
    for server in gateway.spec["servers"]:
        port = server["port"]["number"].number
        if port is not None:
            name = GatewayName(gateway.namespace, gateway.name)
            hosts = tuple(_host(host.text, gateway.namespace) for host in server["hosts"] if host.text)
            yield Server(gateway, name, server, port, server["port"]["protocol"].text.upper(), hosts)


def listeners_of(gateway: Resource) -> Iterator[Server]:
    """Yield the listeners of a Gateway of the Gateway API."""
    for listener in gateway.spec["listeners"]:
        port = listener["port"].number
        if port is not None:
            host = listener["hostname"].text.lower() or "*"
            yield Server(
                gateway, listener_name(gateway, listener), listener, port, listener["protocol"].text.upper(), (("*", host),)
            )


def _host(text: str, namespace: str) -> tuple[str, str]:
    owner, slash, host = text.rpartition("/")
    return ((namespace if owner == "." else owner) if slash else "*"), host.lower()


class GatewayIndex:
    """The Gateways of a mesh by the workloads that run them."""

    def __init__(self, mesh: Mesh, index: VirtualServiceIndex):
        self._mesh, self._index = mesh, index
        self.gateways = oldest_first(mesh.all("Gateway"))
        self._made: dict[int, GatewayListeners] = {}

    def of(self, proxy: Proxy) -> GatewayListeners:
        """Return the listeners of a gateway workload. Of TLS servers for a port and host, that of the oldest Gateway counts."""
        found = self._made.get(id(proxy))
        if found is None:
            servers: list[Server] = []
            taken: set[tuple[int, str, str]] = set()
            if proxy.gateway is not None:
                servers = list(listeners_of(proxy.gateway))
            for gateway in self.gateways:
                if gateway.spec["selector"].labels.items() <= proxy.labels.items():
                    for server in servers_of(gateway):
                        names = {(server.port, *host) for host in server.hosts} if server.is_tls else set()
                        if not names & taken:
                            servers.append(server)
                        taken |= names
            found = self._made[id(proxy)] = GatewayListeners(proxy, servers, self._mesh, self._index)
        return found
