"""TLS passthrough on Gateway servers."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_servers import Server, passes_tls
from istiolint.primitives.ports import HTTP
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check("passthrough-on-http-port", severity="error", evidence="document", kinds=["Gateway"])
def passthrough_on_http_port(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a TLS passthrough mode on a port for plain HTTP."""
    for cursor in gateway.spec["servers"]:
        server, tls = Server(gateway, cursor), cursor["tls"]
        certificates = any(tls[field] for field in ("caCertificates", "privateKey", "serverCertificate"))  # Istio rejects these
        if server.protocol in HTTP and passes_tls(cursor) and not tls["httpsRedirect"].value and not certificates:
            protocol = cursor["port"]["protocol"]
            yield finding(
                tls["mode"],
                f"`{tls['mode'].text}` has no effect on a port of protocol `{protocol.text}`; the gateway expects plain HTTP "
                "and TLS connections fail",
                hint="set `protocol: TLS`",
                related=[(protocol, "the port is declared as plain HTTP here")],
            )
