"""Ports in matches of VirtualServices that the host or the gateway does not have."""

from collections.abc import Iterator, Sequence

from istiolint.checks.routing.route_kinds import carries
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_servers import passes_tls
from istiolint.mesh.gateways import MESH, bound_names, served_ports
from istiolint.mesh.hosts import KnownHost
from istiolint.mesh.virtual_services import MeshHost
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_HTTP = 80
_OPAQUE = ("TCP", "TLS", "MONGO", "MYSQL", "REDIS")
"""Protocols of servers that do not parse requests."""


@check("match-port-not-on-host", severity="warning", evidence="contradiction", kinds=["VirtualService"], when=["port"])
def match_port_not_on_host(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report matches for a port that the host does not have: no listener uses them."""
    matches = [(kind, match) for kind in ("http", "tls", "tcp") for match in _matches(virtual_service, kind)]
    if not matches or any(name.name != MESH for name in bound_names(virtual_service)):
        return
    hosts = list(mesh.virtual_services.mesh_hosts(virtual_service))
    for kind, match in matches:
        port = match["port"]
        without = [host for host in hosts if not _may_have(host, kind, port, mesh)]
        if hosts and len(without) == len(hosts):
            known = [each for host in hosts for each in mesh.hosts.exact(host.fqdn)]
            ports = sorted({number for each in known for number in each.ports} - {port.number or 0})
            other = any(port.number in each.ports for each in known)
            yield finding(
                port,
                f"port {port.number} of `{hosts[0].fqdn}` is declared as "
                f"{'a protocol other than HTTP' if kind == 'http' else 'HTTP'}; sidecars never use `{kind}` routes on it"
                if other
                else f"`{hosts[0].fqdn}` has no port {port.number}; the match never applies"
                if known
                else f"no Service or ServiceEntry has the host `{hosts[0].fqdn}`, so "
                f"{f'its routes apply only on port {_HTTP}' if kind == 'http' else f'sidecars ignore its `{kind}` routes'}; the "
                f"match for port {port.number} never applies",
                hint=f"use `{'tcp' if kind == 'http' else 'http'}` routes, or declare the actual protocol of the port"
                if other
                else f"match {' or '.join(map(str, ports[:3]))}: `port` is the port of the host, not of the destination"
                if ports
                else f"add a ServiceEntry for the host with port {port.number}",
                related=[place for each in known[:1] if (place := each.place)],
                known=bool(known) or mesh.settings.whole_mesh,
            )


@check("match-port-not-on-gateway", severity="warning", evidence="contradiction", kinds=["VirtualService"], when=["port"])
def match_port_not_on_gateway(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report matches for a port on which no server of the gateways listens."""
    matches = [(kind, match) for kind in ("http", "tls", "tcp") for match in _matches(virtual_service, kind)]
    names = bound_names(virtual_service) if matches else []
    gateways = [gateway for name in names for gateway in mesh.gateways.find(name)]
    if not gateways or any(name.name == MESH or not mesh.gateways.find(name) for name in names):
        return
    if any(mesh.exclusive(virtual_service, gateway) or gateway.type == KUBERNETES_GATEWAY for gateway in gateways):
        return
    ports = {port for gateway in gateways for port in served_ports(gateway)}
    for kind, match in matches:
        port = match["port"]
        server = _server_without_requests(gateways, port.number) if kind == "http" else None
        if server is not None and port.number in ports:
            yield finding(
                port,
                f"port {port.number} of the Gateway is a `{server['port']['protocol'].text}` server, which does not use `http` "
                "routes; the match never applies",
                hint="use `tcp` or `tls` routes, or declare the server as HTTP",
                related=[(server["port"]["protocol"], "the protocol of the server")],
            )
        if ports and port.number not in ports:
            yield finding(
                port,
                f"no server of the Gateway listens on port {port.number}; the match never applies",
                hint=f"match {' or '.join(map(str, sorted(ports)[:3]))}, a port of the Gateway's servers",
                related=[(gateways[0].spec["servers"].key, "the Gateway's servers")],
            )


def _server_without_requests(gateways: Sequence[Resource], port: int | None) -> Cursor | None:
    """The first server on a port if none on it reads HTTP requests."""
    every = [server for gateway in gateways for server in gateway.spec["servers"]]
    servers = [server for server in every if server["port"]["number"].number == port]
    if all(map(_is_opaque, every)):
        return None  # see gateway-serves-other-routes
    return servers[0] if servers and all(map(_is_opaque, servers)) else None


def _is_opaque(server: Cursor) -> bool:
    return passes_tls(server) or server["port"]["protocol"].text.upper() in _OPAQUE


def _matches(virtual_service: Resource, kind: str) -> Iterator[Cursor]:
    for route in virtual_service.spec[kind]:
        yield from (match for match in route["match"] if match["port"].number)


def _may_carry(kind: str, host: KnownHost, number: int | None) -> bool:
    """Whether a host has a port on which sidecars may use routes of a kind."""
    if number not in host.ports:
        return False
    owner = host.resource
    if owner is None or owner.type not in ("Service", "ServiceEntry") or kind == "tls":
        return True
    field = "number" if owner.type == "ServiceEntry" else "port"
    carried = {carries(each, owner) for each in owner.spec["ports"] if each[field].number == number}
    return not carried or bool(carried & {"", kind})


def _may_have(host: MeshHost, kind: str, port: Cursor, mesh: Mesh) -> bool:
    """Whether the sidecars of callers may use a match for this port of a host."""
    known = list(mesh.hosts.overlapping(host.fqdn))
    if known:
        unclear = any(not each.ports for each in known)
        rival = any(each.resource and mesh.exclusive(host.virtual_service, each.resource) for each in known)
        return unclear or rival or any(_may_carry(kind, each, port.number) for each in known)
    return "*" in host.fqdn or (kind == "http" and port.number == _HTTP) or mesh.settings.is_known_host(host.fqdn)
