"""HTTPS redirects that prevent cert-manager from answering HTTP-01 challenges."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_servers import Server
from istiolint.primitives.ports import HTTP
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_PORT = 80


@check("challenge-redirected", severity="warning", evidence="contradiction", kinds=["Gateway"])
def challenge_redirected(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an HTTPS redirect on port 80 for a host whose certificate is validated by HTTP-01."""
    for cursor in gateway.spec["servers"]:
        server, redirect = Server(gateway, cursor), cursor["tls"]["httpsRedirect"]
        if redirect.value is not True or server.protocol not in HTTP or server.port != _PORT:
            continue
        found = (certificate for host, _ in server.hosts for certificate in mesh.challenges.covered_by(host))
        if certificate := next((each for each in found if not mesh.exclusive(gateway, each)), None):
            name = next((at for at in certificate.spec["dnsNames"]), certificate.metadata["name"])
            yield finding(
                redirect,
                f"`httpsRedirect` also redirects the HTTP-01 challenge for {certificate.title}; no certificate is issued",
                hint="redirect in a VirtualService that excludes `/.well-known/acme-challenge/`, or use a DNS-01 solver",
                related=[(name, "the certificate is for this host")],
            )
