"""What the servers of Gateways let in: old TLS, weak ciphers, plaintext, and the mesh itself."""

from collections.abc import Iterator

from istiolint.findings.finding import Delete, Finding, Fix
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_servers import Server
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


def _is_unopened(server: Cursor) -> bool:
    """Whether connections are passed on as they come, so that settings for TLS hold for nothing."""
    return server["tls"]["mode"].text in ("PASSTHROUGH", "AUTO_PASSTHROUGH")


@check("old-tls-version", severity="warning", evidence="document", tags=["security"], kinds=["Gateway"])
def old_tls_version(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A server that takes TLS 1.0 or 1.1. (Without ciphers for them, the validation tells that they do not work.)"""
    for server in gateway.spec["servers"]:
        version = server["tls"]["minProtocolVersion"]
        if version.text in _OLD and server["tls"]["cipherSuites"] and not _is_unopened(server):
            yield finding(
                version,
                f"`{version.text}` lets clients in with a TLS that was given up in 2021, and that anybody may talk them down to",
                hint="write `TLSV1_2`, or leave it out",
            )


@check("weak-cipher-suite", severity="warning", evidence="document", tags=["security"], kinds=["Gateway"])
def weak_cipher_suite(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Ciphers without forward secrecy, or of the kind that padding attacks break."""
    for server in gateway.spec["servers"]:
        for suite in server["tls"]["cipherSuites"]:
            if suite.text not in CIPHER_SUITES or _is_unopened(server):
                continue
            if not suite.text.startswith("ECDHE-"):
                why = "who gets the key of the server can read what was recorded before"
            elif not any(mode in suite.text for mode in _STRONG):
                why = "it encrypts in blocks, which padding attacks have broken more than once"
            else:
                continue
            yield finding(suite, f"`{suite.text}` is weak: {why}", hint="take suites with ECDHE and GCM or CHACHA20")


@check("cipher-suites-beside-tls-1-3", severity="info", evidence="document", tags=["security"], kinds=["Gateway"], fixable=True)
def cipher_suites_beside_tls_1_3(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Ciphers for versions that the server does not take."""
    for server in gateway.spec["servers"]:
        if server["tls"]["minProtocolVersion"].text == "TLSV1_3" and server["tls"]["cipherSuites"]:
            yield finding(
                server["tls"]["cipherSuites"].key,
                "`cipherSuites` are for TLS 1.2 and older, which this server does not take; those of TLS 1.3 cannot be chosen",
                hint="delete `cipherSuites`",
                fix=Fix("delete `cipherSuites`", (Delete(server["tls"]["cipherSuites"].place),)),
            )


@check("plaintext-beside-https", severity="info", evidence="document", tags=["security"], kinds=["Gateway"])
def plaintext_beside_https(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A host that is served with and without TLS, without leading anybody to the first."""
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
                    f"`{host}` is served over HTTPS, too, and port {server.port} does not lead there: passwords and cookies "
                    "may cross the "
                    "network in plain text",
                    hint="write `tls: {httpsRedirect: true}` in this server",
                    related=[(other, "the same host over HTTPS")],
                )
                break


def _redirects(server: Server, host: str, mesh: Mesh) -> bool:
    """Whether a route sends requests for a host on this plaintext port to HTTPS."""
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
    """A redirect to HTTPS that nobody serves."""
    for cursor in gateway.spec["servers"]:
        redirect = cursor["tls"]["httpsRedirect"]
        if redirect.value is not True or cursor["port"]["protocol"].text.upper() in TLS:
            continue
        for host, at in Server(gateway, cursor).hosts:
            if not mesh.gateway_servers.with_tls(gateway, host):
                yield finding(
                    redirect,
                    f"`{host}` is led to HTTPS, and no server takes HTTPS for it: browsers get an error",
                    hint="add a server with protocol HTTPS and a certificate for this host",
                    related=[(at, "the host")],
                    known=mesh.settings.whole_mesh,
                )
                break


@check("mesh-open-to-gateway", severity="warning", evidence="document", tags=["security"], kinds=["Gateway"])
def mesh_open_to_gateway(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """AUTO_PASSTHROUGH beyond what other clusters need, or on the gateway for the public."""
    servers = [Server(gateway, cursor) for cursor in gateway.spec["servers"]]
    public = next(
        (server for server in servers if server.protocol in HTTP or server.cursor["tls"]["mode"].text in _ENDED[:3]), None
    )
    suffixes = (*_EAST_WEST, f".{mesh.settings.cluster_domain}")
    for server in servers:
        mode = server.cursor["tls"]["mode"]
        if mode.text != "AUTO_PASSTHROUGH" or server.protocol in HTTP:  # passthrough-on-http-port tells of the latter
            continue
        for host, at in server.hosts:
            if not host.endswith(suffixes):
                yield finding(
                    at,
                    f"`AUTO_PASSTHROUGH` for `{host}` hands every name on to the service that it means, those of the mesh "
                    "included",
                    hint='write `"*.local"`, which is what other clusters ask for',
                    related=[(mode, "names are handed on unopened")],
                )
        if public:
            yield finding(
                mode,
                "`AUTO_PASSTHROUGH` on a gateway that also serves the public: whoever reaches it can reach every service of "
                "the mesh by name",
                hint="give other clusters a gateway of their own, in a network that only they reach",
                related=[(public.cursor["port"], "the public comes in here")],
            )


@check("client-certificate-bypass", severity="warning", evidence="contradiction", tags=["security"], kinds=["Gateway"])
def client_certificate_bypass(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A host that asks for client certificates, under a wildcard that does not."""
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
                    f"`{host}` asks for a client certificate, and `{wider.text}` on the same port does not: a client that "
                    "connects under another "
                    f"name of `{wider.text}` can send requests for `{host}` over that connection",
                    hint="answer requests for this host on the other server with 421, or give it a port of its own",
                    related=[(wider, "no client certificate here")],
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
    """The same in another Gateway of the same workloads, if routes for the host itself are bound to that as well."""
    for other in mesh.gateway_servers.with_wildcard_over(server, host):
        simple = other.protocol == "HTTPS" and other.cursor["tls"]["mode"].text == "SIMPLE"
        name = GatewayName(other.gateway.namespace, other.gateway.name)
        if simple and mesh.virtual_services.on_gateway(name, host) and not mesh.rivals(server.gateway, other.gateway):
            return next(at for covering, at in other.hosts if overlap(covering, host))
    return None


@check("credential-of-another-namespace", severity="warning", evidence="document", tags=["security"], kinds=["Gateway"])
def credential_of_another_namespace(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A credential with a namespace in front, as the Gateway API has it."""
    for server in gateway.spec["servers"]:
        for name in (server["tls"]["credentialName"], *server["tls"]["credentialNames"]):
            namespace, slash, own = name.text.partition("/")
            if slash and "://" not in name.text and own:
                homes = mesh.gateway_workloads.namespaces(gateway)
                if homes and namespace not in homes:
                    yield finding(
                        name,
                        f"istiod gives the gateway no Secret of `{namespace}`: its workloads run in `{homes[0]}`, and the "
                        "server gets no "
                        "certificate",
                        hint=f"make the Secret `{own}` in `{homes[0]}`, and write its name alone",
                    )
