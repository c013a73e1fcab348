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
from istiolint.rules.check import check, finding

_TERMINATED = ("SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL")


class _Terminating(NamedTuple):
    """A server or listener that terminates HTTPS: where it references its certificate, the certificate, port and hosts."""

    at: Cursor
    certificate: str
    port: int | None
    hosts: frozenset[str]


@check("certificate-on-several-servers", severity="warning", evidence="document", kinds=["Gateway", KUBERNETES_GATEWAY])
def certificate_on_several_servers(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report servers of one Gateway that use the same certificate for different hosts."""
    seen: dict[tuple[str, int | None], _Terminating] = {}
    for server in _servers(gateway):
        first = seen.setdefault((server.certificate, server.port), server)
        if first.hosts != server.hosts and not first.hosts & server.hosts:
            yield finding(
                server.at,
                f"another {'listener' if gateway.type == KUBERNETES_GATEWAY else 'server'} uses certificate "
                f"`{server.at.text}` for other hosts; browsers reuse one HTTP/2 connection for both and get 404",
                hint="serve the hosts together, or use a separate certificate for each that covers only its own hosts",
                related=[(first.at, "the same certificate is used here")],
            )


def _servers(gateway: Resource) -> Iterator[_Terminating]:
    if gateway.type == KUBERNETES_GATEWAY:
        for listener in gateway.spec["listeners"]:
            refs = list(listener["tls"]["certificateRefs"])
            if listener["protocol"].text == "HTTPS" and len(refs) == 1 and refs[0]["name"].text:
                certificate = f"{refs[0]['namespace'].text or gateway.namespace}/{refs[0]['name'].text}"
                hosts = frozenset([listener["hostname"].text.lower() or "*"])
                yield _Terminating(refs[0]["name"], certificate, listener["port"].number, hosts)
        return
    for cursor in gateway.spec["servers"]:
        server, tls = Server(gateway, cursor), cursor["tls"]
        if server.protocol == "HTTPS" and tls["mode"].text in _TERMINATED and (certificate := certificate_of(server)):
            at = tls["credentialName"] if tls["credentialName"] else tls["serverCertificate"]
            yield _Terminating(at, certificate, server.port, frozenset(host for host, _ in server.hosts))


@check("host-covered-by-wildcard-server", severity="warning", evidence="contradiction", kinds=["Gateway"])
def host_covered_by_wildcard_server(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a host with its own certificate that a wildcard server of another Gateway also covers."""
    for cursor in gateway.spec["servers"]:
        server = Server(gateway, cursor)
        if server.protocol != "HTTPS" or not certificate_of(server) or cursor["tls"]["mode"].text != "SIMPLE":
            continue  # servers that require a client certificate: see client-certificate-bypass
        for host, at in server.hosts:
            if other := next(_wildcards(server, host, mesh), None):
                wildcard = next(pattern for pattern, _ in other.hosts if pattern.startswith("*.") and host.endswith(pattern[1:]))
                yield finding(
                    at,
                    f"{other.gateway.title} serves `{wildcard}` without routes for `{host}`; browsers reuse its connections and "
                    "get 404 or the wrong site",
                    hint=f"bind the VirtualService for `{host}` to {other.gateway.namespace}/{other.gateway.name} as well, or "
                    "serve both from one Gateway",
                    related=[(other.cursor["hosts"], "the wildcard server is here")],
                )


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
