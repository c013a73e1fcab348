"""TLS that clients originate: the CAs that the server certificate is verified against."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


def _system_roots(tls: Cursor, rule: Resource) -> Iterator[Finding]:
    mode = tls["mode"].text
    own_credential = tls["credentialName"] and rule.spec["workloadSelector"]
    if mode in ("SIMPLE", "MUTUAL") and not tls["caCertificates"] and not own_credential:
        yield finding(
            tls["mode"],
            f"`{mode}` without `caCertificates` uses the CAs in the proxy image; private CAs are rejected, and any public "
            "CA is accepted",
            hint="set `caCertificates` for servers with a private CA, and `subjectAltNames` for all servers",
        )


@check(
    "tls-with-system-roots", severity="info", evidence="heuristic", tags=["security"], kinds=["DestinationRule"],
    codes=["IST0128"], default=False,
    when=["tls"],
)  # fmt: skip
def tls_with_system_roots(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report TLS with the system CAs for all ports of a host."""
    yield from _system_roots(rule.spec["trafficPolicy"]["tls"], rule)


@check(
    "port-tls-with-system-roots", severity="info", evidence="heuristic", tags=["security"], kinds=["DestinationRule"],
    codes=["IST0129"], default=False,
    when=["portLevelSettings"],
)  # fmt: skip
def port_tls_with_system_roots(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report TLS with the system CAs for one port."""
    for port in rule.spec["trafficPolicy"]["portLevelSettings"]:
        yield from _system_roots(port["tls"], rule)
