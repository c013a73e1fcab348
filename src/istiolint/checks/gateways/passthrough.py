"""Servers of Gateways that are to hand TLS connections on unopened."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_servers import Server
from istiolint.primitives.ports import HTTP
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_UNOPENED = ("PASSTHROUGH", "AUTO_PASSTHROUGH")


@check("passthrough-on-http-port", severity="error", evidence="document", kinds=["Gateway"])
def passthrough_on_http_port(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """TLS that is to be handed on, on a port that takes plain HTTP."""
    for cursor in gateway.spec["servers"]:
        server, tls = Server(gateway, cursor), cursor["tls"]
        certificates = any(tls[field] for field in ("caCertificates", "privateKey", "serverCertificate"))  # Istio refuses these
        if server.protocol in HTTP and tls["mode"].text in _UNOPENED and not tls["httpsRedirect"].value and not certificates:
            protocol = cursor["port"]["protocol"]
            yield finding(
                tls["mode"],
                f"`{tls['mode'].text}` has no effect on a port of protocol `{protocol.text}`: the gateway reads plain HTTP "
                "there, and TLS connections fail",
                hint="write `protocol: TLS`",
                related=[(protocol, "the port takes plain HTTP")],
            )
