"""Security of Gateway servers: old TLS versions, weak cipher suites, plaintext, and access to the mesh."""

from collections.abc import Iterator

from istiolint.findings.finding import Delete, Finding, Fix
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_servers import Server, passes_tls
from istiolint.mesh.gateways import GatewayName
from istiolint.mesh.host_index import overlap
from istiolint.primitives.ciphers import CIPHER_SUITES
from istiolint.primitives.ports import HTTP, TLS
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_OLD = ("TLSV1_0", "TLSV1_1")
_ENDED = ("SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL", "ISTIO_MUTUAL")
_EAST_WEST = (".local", ".global")
_STRONG = ("GCM", "CHACHA20")


@check("old-tls-version", severity="warning", evidence="document", tags=["security"], kinds=["Gateway"])
def old_tls_version(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a server that accepts TLS 1.0 or 1.1. (Without cipher suites: see old-tls-without-ciphers.)"""
    for server in gateway.spec["servers"]:
        version = server["tls"]["minProtocolVersion"]
        if version.text in _OLD and server["tls"]["cipherSuites"] and not passes_tls(server):
            yield finding(
                version,
                f"`minProtocolVersion: {version.text}` allows a deprecated TLS version; attackers on the network can "
                "force a downgrade to it",
                hint="use `TLSV1_2`, or remove it (the default is TLS 1.2)",
            )


@check("weak-cipher-suite", severity="warning", evidence="document", tags=["security"], kinds=["Gateway"])
def weak_cipher_suite(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report cipher suites without forward secrecy, and CBC cipher suites."""
    for server in gateway.spec["servers"]:
        for suite in server["tls"]["cipherSuites"]:
            if suite.text not in CIPHER_SUITES or passes_tls(server):
                continue
            if not suite.text.startswith("ECDHE-"):
                why = "no forward secrecy; a leaked server key decrypts recorded traffic"
            elif not any(mode in suite.text for mode in _STRONG):
                why = "CBC mode; padding attacks have broken it repeatedly"
            else:
                continue
            yield finding(suite, f"weak cipher suite `{suite.text}`: {why}", hint="use suites with ECDHE and GCM or CHACHA20")


@check("cipher-suites-beside-tls-1-3", severity="info", evidence="document", tags=["security"], kinds=["Gateway"], fixable=True)
def cipher_suites_beside_tls_1_3(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report cipher suites for TLS versions that the server does not accept."""
    for server in gateway.spec["servers"]:
        if server["tls"]["minProtocolVersion"].text == "TLSV1_3" and server["tls"]["cipherSuites"]:
            yield finding(
                server["tls"]["cipherSuites"].key,
                "`cipherSuites` applies only up to TLS 1.2, but the server requires TLS 1.3; it has no effect",
                hint="remove `cipherSuites`",
                fix=Fix("remove `cipherSuites`", (Delete(server["tls"]["cipherSuites"].place),)),
            )


@check("plaintext-beside-https", severity="info", evidence="document", tags=["security"], kinds=["Gateway"])
def plaintext_beside_https(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a host served over HTTPS and, without a redirect, over plain HTTP."""
    servers = [Server(gateway, cursor) for cursor in gateway.spec["servers"]]
    ended = [server for server in servers if server.protocol == "HTTPS" and server.cursor["tls"]["mode"].text in _ENDED]
    for server in servers:
        if server.protocol not in HTTP or server.cursor["tls"]["httpsRedirect"].value is True:
            continue
        for host, at in server.hosts:
            other = next((at for one in ended for name, at in one.hosts if name == host), None)
            if other and not _redirects(server, host, mesh):
                yield finding(
                    at,
                    f"`{host}` is also served over plain HTTP on port {server.port}, without a redirect; passwords and cookies "
                    "can be sent in plaintext",
                    hint="set `tls: {httpsRedirect: true}` in this server",
                    related=[(other, "the same host is served over HTTPS here")],
                )
                break


def _redirects(server: Server, host: str, mesh: Mesh) -> bool:
    """Whether a route redirects requests for a host on this plaintext port to HTTPS."""
    name = GatewayName(server.gateway.namespace, server.gateway.name)
    return any(
        any(overlap(each.text, host) for each in virtual_service.spec["hosts"])
        and any(_redirects_here(route, server.port) for route in virtual_service.spec["http"])
        for virtual_service in mesh.virtual_services.bound_to(name)
    )


def _redirects_here(route: Cursor, port: int | None) -> bool:
    matches = list(route["match"])
    here = not matches or any(match["port"].number in (None, port) for match in matches)
    return here and route["redirect"]["scheme"].text == "https"


@check("redirect-without-https", severity="warning", evidence="missing", kinds=["Gateway"])
def redirect_without_https(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an HTTPS redirect for a host without an HTTPS server."""
    for cursor in gateway.spec["servers"]:
        redirect = cursor["tls"]["httpsRedirect"]
        if redirect.value is not True or cursor["port"]["protocol"].text.upper() in TLS:
            continue
        for host, at in Server(gateway, cursor).hosts:
            if not mesh.gateway_servers.with_tls(gateway, host):
                yield finding(
                    redirect,
                    f"`httpsRedirect` for `{host}`, but no server of the gateway serves it over HTTPS; clients get a "
                    "connection error",
                    hint="add a server with protocol HTTPS and a certificate for this host",
                    related=[(at, "the host is listed here")],
                    known=mesh.settings.whole_mesh,
                )
                break


@check("auto-passthrough-exposes-mesh", severity="warning", evidence="document", tags=["security"], kinds=["Gateway"])
def auto_passthrough_exposes_mesh(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report AUTO_PASSTHROUGH for hosts that other clusters do not need, or on a public gateway."""
    servers = [Server(gateway, cursor) for cursor in gateway.spec["servers"]]
    public = next(
        (server for server in servers if server.protocol in HTTP or server.cursor["tls"]["mode"].text in _ENDED[:3]), None
    )
    suffixes = (*_EAST_WEST, f".{mesh.settings.cluster_domain}")
    for server in servers:
        mode = server.cursor["tls"]["mode"]
        if mode.text != "AUTO_PASSTHROUGH" or server.protocol in HTTP:  # the latter: passthrough-on-http-port
            continue
        for host, at in server.hosts:
            if not host.endswith(suffixes):
                yield finding(
                    at,
                    f"`AUTO_PASSTHROUGH` for `{host}` is broader than multicluster traffic needs; clients can reach mesh "
                    "services by SNI",
                    hint='use `"*.local"`, which covers the names that other clusters request',
                    related=[(mode, "the mode is set here")],
                )
        if public:
            yield finding(
                mode,
                "`AUTO_PASSTHROUGH` on a gateway that also serves public traffic; any client of the gateway can reach every "
                "mesh service by SNI",
                hint="use a separate east-west gateway that only other clusters can reach",
                related=[(public.cursor["port"], "public traffic enters here")],
            )


@check("client-certificate-bypass", severity="warning", evidence="contradiction", tags=["security"], kinds=["Gateway"])
def client_certificate_bypass(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a host that requires client certificates under a wildcard that does not."""
    servers = [Server(gateway, cursor) for cursor in gateway.spec["servers"]]
    for server in servers:
        mode = server.cursor["tls"]["mode"]
        if mode.text != "MUTUAL" or server.protocol != "HTTPS":
            continue
        for host, _ in server.hosts:
            wider = _wildcard_over(host, server, servers) or _wildcard_elsewhere(host, server, mesh)
            if wider is not None and not host.startswith("*"):
                yield finding(
                    mode,
                    f"`{host}` requires a client certificate, but `{wider.text}` on the same port does not; connections to the "
                    "latter accept requests for both",
                    hint="return 421 for this host on the other server, or use a separate port",
                    related=[(wider, "this server requires no client certificate")],
                )
                break


def _wildcard_over(host: str, server: Server, others: list[Server]) -> Cursor | None:
    for other in others:
        if other.port == server.port and other.protocol == "HTTPS" and other.cursor["tls"]["mode"].text == "SIMPLE":
            for name, at in other.hosts:
                if name.startswith("*") and overlap(name, host):
                    return at
    return None


def _wildcard_elsewhere(host: str, server: Server, mesh: Mesh) -> Cursor | None:
    """Return the wildcard in another Gateway of the same workloads, if routes for the host are also bound to that one."""
    for other in mesh.gateway_servers.with_wildcard_over(server, host):
        simple = other.protocol == "HTTPS" and other.cursor["tls"]["mode"].text == "SIMPLE"
        name = GatewayName(other.gateway.namespace, other.gateway.name)
        if simple and mesh.virtual_services.on_gateway(name, host) and not mesh.exclusive(server.gateway, other.gateway):
            return next(at for covering, at in other.hosts if overlap(covering, host))
    return None


@check("credential-of-another-namespace", severity="warning", evidence="document", tags=["security"], kinds=["Gateway"])
def credential_of_another_namespace(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a `credentialName` that references a Secret in another namespace."""
    for server in gateway.spec["servers"]:
        for name in (server["tls"]["credentialName"], *server["tls"]["credentialNames"]):
            namespace, slash, own = name.text.partition("/")
            if slash and "://" not in name.text and own:
                homes = mesh.gateway_workloads.namespaces(gateway)
                if homes and namespace not in homes:
                    yield finding(
                        name,
                        f"`{name.text}` is in namespace `{namespace}`, but the gateway workloads run in `{homes[0]}`; "
                        "they get no certificate and TLS handshakes fail",
                        hint=f"create Secret `{own}` in `{homes[0]}`, and use only its name",
                    )
