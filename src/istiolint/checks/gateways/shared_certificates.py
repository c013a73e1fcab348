"""HTTP/2 connections that browsers reuse for hosts with routes on another server."""

from collections.abc import Iterator
from typing import NamedTuple

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_servers import Server, certificate_of
from istiolint.mesh.gateways import GatewayName
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check

_TERMINATED = ("SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL")


class _Terminating(NamedTuple):
    """A server or listener that terminates HTTPS: where it references its certificate, the certificate, port and hosts."""

    at: Cursor
    certificate: str
    port: int | None
    hosts: frozenset[str]


@check(
    "certificate-on-several-servers",
    severity="warning",
    evidence="document",
    kinds=["Gateway", KUBERNETES_GATEWAY, "ListenerSet"],
)
def certificate_on_several_servers(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report servers of one Gateway that use the same certificate for different hosts."""
    seen: dict[tuple[str, int | None], _Terminating] = {}
    parent = _gateway_of(gateway, mesh)
    for server in _servers(parent) if parent is not None else ():
        seen.setdefault((server.certificate, server.port), server)
    for server in _servers(gateway):
        first = seen.setdefault((server.certificate, server.port), server)
        if first.hosts != server.hosts and not first.hosts & server.hosts:
            yield finding(
                server.at,
                f"another {'server' if gateway.type == 'Gateway' else 'listener'} uses certificate "
                f"`{server.at.text}` for other hosts; browsers reuse one HTTP/2 connection for both and get 404",
                hint="serve the hosts together, or use a separate certificate for each that covers only its own hosts",
                related=[(first.at, "the same certificate is used here")],
            )


def _gateway_of(listeners: Resource, mesh: Mesh) -> Resource | None:
    """The Gateway that a ListenerSet extends."""
    at = listeners.spec["parentRef"]
    if listeners.type != "ListenerSet" or at["kind"].text not in ("", "Gateway"):
        return None
    found = mesh.get(KUBERNETES_GATEWAY, at["namespace"].text or listeners.namespace, at["name"].text)
    return found if found is not None and not mesh.exclusive(listeners, found) else None


def _terminating(listener: Cursor, owner: Resource) -> _Terminating | None:
    """A listener of a Gateway or ListenerSet, if it terminates HTTPS with one certificate."""
    refs = list(listener["tls"]["certificateRefs"])
    if listener["protocol"].text != "HTTPS" or len(refs) != 1 or not refs[0]["name"].text:
        return None
    certificate = f"{refs[0]['namespace'].text or owner.namespace}/{refs[0]['name'].text}"
    hosts = frozenset([listener["hostname"].text.lower() or "*"])
    return _Terminating(refs[0]["name"], certificate, listener["port"].number, hosts)


def _servers(gateway: Resource) -> Iterator[_Terminating]:
    if gateway.type != "Gateway":
        yield from (found for listener in gateway.spec["listeners"] if (found := _terminating(listener, gateway)))
        return
    for cursor in gateway.spec["servers"]:
        server, tls = Server(gateway, cursor), cursor["tls"]
        if server.protocol == "HTTPS" and tls["mode"].text in _TERMINATED and (certificate := certificate_of(server)):
            named = (tls["credentialName"], tls["credentialNames"][0], tls["serverCertificate"])
            at = next((at for at in named if at), tls["tlsCertificates"][0]["serverCertificate"])
            yield _Terminating(at, certificate, server.port, frozenset(host for host, _ in server.hosts))


_COVERED = declare("host-covered-by-wildcard-server", severity="warning", evidence="contradiction", topic="gateways")


@further_check(_COVERED, kinds=["Gateway"])
def host_covered_by_wildcard_server(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report hosts with their own certificate that a wildcard server of another Gateway also covers."""
    for cursor in gateway.spec["servers"]:
        server = Server(gateway, cursor)
        if server.protocol != "HTTPS" or not certificate_of(server) or cursor["tls"]["mode"].text != "SIMPLE":
            continue  # servers that require a client certificate: see client-certificate-bypass
        found: dict[tuple[str, str], list[tuple[Cursor, Server, str]]] = {}
        for host, at in server.hosts:
            if other := next(_wildcards(server, host, mesh), None):
                wildcard = next(pattern for pattern, _ in other.hosts if pattern.startswith("*.") and host.endswith(pattern[1:]))
                found.setdefault((other.gateway.title, wildcard), []).append((at, other, host))
        for (title, wildcard), ((at, other, host), *more) in found.items():
            others = f" and {len(more)} other {'host' if len(more) == 1 else 'hosts'} of this server" if more else ""
            yield finding(
                at,
                _without_routes(title, wildcard, f"`{host}`{others}"),
                hint=f"bind the VirtualService for `{host}` to {other.gateway.namespace}/{other.gateway.name} as well, or "
                "serve both from one Gateway",
                related=[(other.cursor["hosts"], "the wildcard server is here")],
            )


def _without_routes(server: str, pattern: str, hosts: str) -> str:
    return f"{server} serves `{pattern}` without routes for {hosts}; browsers reuse its connections and get 404 or the wrong site"


@further_check(_COVERED, kinds=[KUBERNETES_GATEWAY])
def hostname_covered_by_wildcard_listener(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a hostname with its own certificate that a wildcard listener also covers, but without its routes."""
    served = [(listener, found) for listener in gateway.spec["listeners"] if (found := _terminating(listener, gateway))]
    wildcards = [(listener, found) for listener, found in served if listener["hostname"].text.startswith("*.")]
    for listener, own in served:
        host = listener["hostname"].text.lower()
        if not wildcards or not host or host.startswith("*") or not _routes_for(host, listener, gateway, mesh):
            continue
        for other, theirs in wildcards:
            wildcard = other["hostname"].text.lower()
            same = own.certificate == theirs.certificate  # reported by certificate-on-several-servers
            if own.port == theirs.port and not same and host.endswith(wildcard[1:]):
                if not _routes_for(host, other, gateway, mesh):
                    yield finding(
                        listener["hostname"],
                        _without_routes(f"listener `{other['name'].text}`", wildcard, f"`{host}`"),
                        hint=f"attach the routes for `{host}` to listener `{other['name'].text}` as well, or use a certificate "
                        "there that does not cover it",
                        related=[(other["hostname"], "the wildcard listener is here")],
                    )
                break


def _routes_for(host: str, listener: Cursor, gateway: Resource, mesh: Mesh) -> bool:
    """Whether routes that name a host, or have the host of the listener itself, are attached to a listener."""
    own = listener["hostname"].text.lower() == host
    for route in mesh.gateway_routes.on(gateway, listener):
        names = [name.text.lower() for name in route.spec["hostnames"]]
        if host in names or (own and not names):
            return True
    return False


def _wildcards(server: Server, host: str, mesh: Mesh) -> Iterator[Server]:
    """Yield wildcard servers of other Gateways that cover a host but have no routes for it."""
    routed = mesh.virtual_services.on_gateway(GatewayName(server.gateway.namespace, server.gateway.name), host)
    for other in mesh.gateway_servers.with_wildcard_over(server, host) if not host.startswith("*") and routed else ():
        name = GatewayName(other.gateway.namespace, other.gateway.name)
        tls = other.cursor["tls"]
        terminates = other.protocol == "HTTPS" and tls["mode"].text in _TERMINATED and certificate_of(other)
        narrow = any(pattern.startswith("*.") and host.endswith(pattern[1:]) for pattern, _ in other.hosts)
        same = certificate_of(other) == certificate_of(server)  # reported by certificate-on-several-gateways
        apart = not mesh.virtual_services.on_gateway(name, host) and not mesh.exclusive(server.gateway, other.gateway)
        if terminates and narrow and not same and apart:
            yield other
