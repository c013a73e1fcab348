"""Gateways that meet on one workload."""

from collections.abc import Iterator
from itertools import islice

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_servers import Server
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_MOST = 3
"""Other servers that a finding shows."""


@check(
    "conflicting-gateways", severity="error", evidence="contradiction", kinds=["Gateway"],
    codes=["IST0145", "KIA0301"], fold="pair",
)  # fmt: skip
def conflicting_gateways(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two Gateways want the same host on the same port of the same workload."""
    for cursor in gateway.spec["servers"]:
        server = Server(gateway, cursor)
        for host, at in server.hosts:
            found = (other for other in mesh.gateway_servers.with_host(server, host) if not mesh.rivals(gateway, other.gateway))
            if others := list(islice(found, _MOST + 1)):
                yield _conflict(server, host, at, others)


def _conflict(server: Server, host: str, at: Cursor, others: list[Server]) -> Finding:
    other = others[0]
    # servers of plain HTTP for one port are merged; anything else leaves one of the two without its listener
    merged = server.protocol == other.protocol and server.protocol in ("HTTP", "HTTP2", "GRPC", "GRPC-WEB")
    protocols = f"`{server.protocol}` here, `{other.protocol}` there"
    outcome = "their routes are merged in an order that nobody set" if merged else "one of the two is dropped"
    also = " (and others)" if len(others) > 1 else ""
    return finding(
        at,
        f"the {other.gateway.title}{also} serves `{host}` on port {server.port} of the same workloads, "
        f"too ({protocols}); {outcome}",
        hint="keep the host in one Gateway, or give the Gateways other ports, hosts or selectors",
        related=[(each.cursor["hosts"], "the other server") for each in others[:_MOST]],
        severity="info" if merged else None,
    )


@check(
    "certificate-on-several-gateways", severity="warning", evidence="contradiction", kinds=["Gateway"],
    codes=["IST0138"], fold="pair",
)  # fmt: skip
def certificate_on_several_gateways(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Browsers reuse a connection for every host of its certificate, and meet the wrong Gateway's routes."""
    for cursor in gateway.spec["servers"]:
        server = Server(gateway, cursor)
        others = (other for other in mesh.gateway_servers.with_certificate(server) if not mesh.rivals(gateway, other.gateway))
        if other := next(others, None):
            tls = cursor["tls"]
            at = tls["credentialName"] if tls["credentialName"] else tls["serverCertificate"]
            yield finding(
                at,
                f"the {other.gateway.title} uses the certificate `{at.text}` on the same workloads: "
                "browsers reuse one HTTP/2 connection for the hosts of both and get 404 from the wrong one",
                hint="serve all hosts of a certificate from one Gateway, or give each its own certificate",
                related=[(other.cursor["tls"], "the same certificate")],
            )
