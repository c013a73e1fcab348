"""Conflicts between Gateways that select the same workload."""

from collections.abc import Iterator
from itertools import islice

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_servers import Server
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_MOST = 3
"""Maximum number of other servers that a finding shows."""


@check(
    "conflicting-gateways", severity="error", evidence="contradiction", kinds=["Gateway"],
    codes=["IST0145", "KIA0301"], fold="pair",
)  # fmt: skip
def conflicting_gateways(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two Gateways that serve the same host on the same port of the same workload."""
    for cursor in gateway.spec["servers"]:
        server = Server(gateway, cursor)
        for host, at in server.hosts:
            found = (
                other for other in mesh.gateway_servers.with_host(server, host) if not mesh.exclusive(gateway, other.gateway)
            )
            if others := list(islice(found, _MOST + 1)):
                yield _conflict(server, host, at, others)


def _conflict(server: Server, host: str, at: Cursor, others: list[Server]) -> Finding:
    other = others[0]
    # plain HTTP servers on one port are merged; otherwise one of the two gets no listener
    merged = server.protocol == other.protocol and server.protocol in ("HTTP", "HTTP2", "GRPC", "GRPC-WEB")
    protocols = f"`{server.protocol}` here, `{other.protocol}` there"
    outcome = "the order of the merged routes is undefined" if merged else "Istio drops one of the two"
    written = next((text for name, text in other.hosts if name == host), at)
    if server.protocol == other.protocol == "HTTPS" and written.text != at.text:
        outcome = "Envoy rejects the listener"  # two equal filter chains: `web/a.com` and `a.com`
    also = " (and others)" if len(others) > 1 else ""
    return finding(
        at,
        f"{other.gateway.title}{also} also serves `{host}` on port {server.port} ({protocols}); {outcome}",
        hint="keep the host in one Gateway, or use different ports, hosts or selectors",
        related=[(each.cursor["hosts"], "the other server is here") for each in others[:_MOST]],
        severity="info" if merged else None,
    )


@check(
    "certificate-on-several-gateways", severity="warning", evidence="contradiction", kinds=["Gateway"],
    codes=["IST0138"], fold="pair",
)  # fmt: skip
def certificate_on_several_gateways(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a certificate that another Gateway of the same workloads uses (HTTP/2 connection reuse)."""
    for cursor in gateway.spec["servers"]:
        server = Server(gateway, cursor)
        others = (other for other in mesh.gateway_servers.with_certificate(server) if not mesh.exclusive(gateway, other.gateway))
        if other := next(others, None):
            tls = cursor["tls"]
            at = tls["credentialName"] if tls["credentialName"] else tls["serverCertificate"]
            yield finding(
                at,
                f"{other.gateway.title} also uses certificate `{at.text}`; browsers reuse one connection for the hosts of both "
                "and get 404",
                hint="serve all hosts of the certificate from one Gateway, or use one certificate per Gateway",
                related=[(other.cursor["tls"], "the same certificate is used here")],
            )
