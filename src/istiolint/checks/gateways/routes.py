"""Route types (http, tls, tcp) that the servers of the bound gateways do not use."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_servers import passes_tls
from istiolint.mesh.gateways import MESH, bound_gateways
from istiolint.primitives.ports import HTTP, PROTOCOLS
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "gateway-serves-other-routes", severity="error", evidence="contradiction", kinds=["VirtualService"],
    when=["gateways"],
)  # fmt: skip
def gateway_serves_other_routes(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a VirtualService whose route types no server of the gateway uses."""
    kinds = [kind for kind in ("http", "tls", "tcp") if service.spec[kind].value]
    hosts = [host for host, _ in mesh.virtual_services.hosts(service)]
    for name, at in bound_gateways(service):
        found = () if name.name == MESH else mesh.gateways.find(name)
        if not kinds or any(gateway.type != "Gateway" or mesh.exclusive(service, gateway) for gateway in found):
            continue
        servers = [server for gateway in found for server in mesh.gateways.servers(gateway, hosts, service.namespace)]
        served = [_routes_of(server) for server in servers]
        if servers and all(served) and not any(kind == one for one in served for kind in kinds):
            written = " and ".join(f"`{kind}`" for kind in kinds)
            wanted = " or ".join(f"`{kind}`" for kind in dict.fromkeys(served))
            yield finding(
                at if at.value is not None else service.spec["hosts"],
                f"Gateway {name} uses only {wanted} routes for these hosts; the {written} routes of this VirtualService have no "
                "effect",
                hint=_hint(servers[0], kinds),
                related=[
                    (server["tls"]["mode"] if server["tls"]["mode"] else server["port"], _why(server)) for server in servers[:3]
                ],
            )


def _routes_of(server: Cursor) -> str:
    """Return the route type that a server uses; empty if that is unknown."""
    protocol = server["port"]["protocol"].text.upper()
    if protocol in HTTP:
        return "http"
    if protocol in ("HTTPS", "TLS"):
        mode = server["tls"]["mode"].text
        if passes_tls(server):
            return "tls" if mode == "PASSTHROUGH" else ""
        return ("http" if protocol == "HTTPS" else "tcp") if mode else ""
    return "tcp" if protocol in PROTOCOLS - {"UDP"} else ""


def _why(server: Cursor) -> str:
    mode, protocol = server["tls"]["mode"].text, server["port"]["protocol"].text
    if mode == "PASSTHROUGH":
        return "this server passes TLS through: it sees only the SNI, and uses `tls` routes"
    if mode:
        return f"this server terminates TLS and routes {'HTTP requests' if protocol.upper() == 'HTTPS' else 'raw TCP'}"
    return f"this server uses protocol {protocol}"


def _hint(server: Cursor, kinds: list[str]) -> str:
    if server["tls"]["mode"].text == "PASSTHROUGH":
        return "use `tls` routes with `sniHosts`, or terminate TLS at the gateway (`mode: SIMPLE` and a `credentialName`)"
    if "tls" in kinds:
        return "use `http` routes, or set `mode: PASSTHROUGH` if the service itself has the certificate"
    return f"move the routes to `{_routes_of(server)}`, or change the protocol of the server"
