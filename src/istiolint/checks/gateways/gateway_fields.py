"""Gateways: hosts, names, and servers whose TLS settings contradict their protocol. (TLS settings alone: server_tls.py.)"""

import re
from collections.abc import Iterator

from istiolint.checks.gateways.server_tls import PASSING, ServerTls
from istiolint.checks.schema.shared_rules import EMPTY_FIELD, INVALID_HOST
from istiolint.fields.listeners import listeners
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.addresses import is_ip_address
from istiolint.primitives.hosts import is_label, is_partial_wildcard, joined_items, pattern_fault
from istiolint.primitives.ports import HTTP, PROTOCOLS, TLS
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check

TLS_CONTRADICTS_PROTOCOL = declare("tls-contradicts-protocol", severity="error", topic="gateways")

_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
"""What a name is for the API server, but for empty parts between dots: of other names the schema tells."""
_FILES = ("caCertificates", "privateKey", "serverCertificate")


@check(
    "invalid-gateway-name", severity="error", evidence="document", kinds=["Gateway"],
    rows=["GW-01", "M-07"],
)  # fmt: skip
def gateway_name(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A name with dots, which the API server takes and Istio refuses, or one that is too long for Istio."""
    name = gateway.metadata["name"]
    if _SUBDOMAIN.fullmatch(name.text) and not is_label(name.text):
        yield finding(
            name,
            f"`{name.text}` is no name of a Gateway: Istio refuses names with dots, or of more than 63 characters",
            hint=f"write `{name.text.replace('.', '-')[:63].rstrip('-')}`",
        )


@further_check(EMPTY_FIELD, kinds=["Gateway"], rows=["GW-02", "GW-06", "GW-18"])
def gateway_emptiness(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """No servers, no hosts, a port without name. (Of other fields that are not written at all the schema tells.)"""
    servers = gateway.spec["servers"]
    if servers.value in (None, []):
        yield finding(servers, "a Gateway without `servers` opens no port; Istio refuses it", hint="write a server")
    for server in servers:
        if server["hosts"].value == []:
            yield finding(
                server["hosts"],
                "a server without hosts takes no requests; Istio refuses it",
                hint='write the hosts, or `["*"]` for all',
            )
        if server["port"]["name"].value == "":
            yield finding(
                server["port"]["name"], "the name of the port is empty; Istio refuses it", hint="name it as its protocol"
            )


@further_check(INVALID_HOST, kinds=["Gateway"], rows=["GW-07", "GW-08", "GW-09", "GW-10", "GW-11", "GW-12", "GW-13"])
def gateway_host(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A host of a server: `HOST` or `NAMESPACE/HOST`."""
    for server in gateway.spec["servers"]:
        for entry in server["hosts"]:
            if isinstance(entry.value, str) and not entry.unresolved and (found := _host_fault(entry.text)):
                fault, hint = found
                yield finding(
                    entry,
                    f"`{entry.text}` is no host of a Gateway: {fault}; Istio refuses it",
                    hint=joined_items(entry.text) or hint,
                )


def _host_fault(text: str) -> tuple[str, str] | None:
    """What is wrong with a host of a server, and what to write."""
    namespace, slash, host = text.partition("/")
    if not slash:
        host = text
    elif not namespace or not host:
        return f"the {'host' if namespace else 'namespace'} beside the `/` is empty", "write `NAMESPACE/HOST`"
    elif namespace not in ("*", ".") and not is_label(namespace):
        return (
            f"`{namespace}` is no namespace",
            "in front of the `/` stands a namespace, `.` for the Gateway's own, or `*` for all",
        )
    if is_partial_wildcard(host) and host.startswith("*"):
        return "a `*` stands for whole labels here", f"write `*.{host[1:].lstrip('-.')}`"
    if "." not in host and host != "*":
        return "it is a short name", f"write the whole name, such as `{host}.example.com`, or `*` for all"
    fault = None if is_ip_address(host) else pattern_fault(host)
    return (fault, "write a name such as `shop.example.com`, `*.example.com` or `*`") if fault else None


@further_check(TLS_CONTRADICTS_PROTOCOL, kinds=["Gateway", "Sidecar"], rows=["GW-22", "GW-23", "GW-24", "SC-22"])
def tls_contradicts_protocol(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A protocol inside TLS without settings for it, or settings for a protocol without TLS."""
    for listener in listeners(resource):
        protocol, tls = listener.protocol, listener.cursor["tls"]
        if listener.part == "egress" or not isinstance(listener.port.value, dict):
            continue
        if protocol not in PROTOCOLS and not (listener.part == "ingress" and not protocol):
            continue
        if listener.part == "servers" and protocol in TLS and tls.value is None:
            yield finding(
                listener.port["protocol"],
                f"protocol `{protocol}` needs `tls`, which says what to do with the connection; Istio refuses the server",
                hint="write `tls: {mode: SIMPLE, credentialName: ...}`, or `tls: {mode: PASSTHROUGH}`",
            )
        if not isinstance(tls.value, dict) or protocol in TLS:
            continue
        settings = ServerTls(tls)
        if listener.part == "servers" and protocol in HTTP and settings.mode in PASSING and not settings.written(*_FILES):
            continue
        shown = f"protocol `{protocol}`" if protocol else "a port without protocol"
        yield finding(
            tls.key,
            f"`tls` contradicts {shown}, which has no TLS; Istio refuses the {resource.kind}",
            hint=f"write `protocol: {'HTTPS' if protocol in HTTP else 'TLS'}`, or delete `tls`",
            related=[(listener.port["protocol"], "the protocol is here")] if protocol else [],
        )


@check(
    "https-redirect-without-http", severity="warning", evidence="document", kinds=["Gateway"],
    rows=["GW-04"],
)  # fmt: skip
def https_redirect_without_http(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A redirect to HTTPS on a server that is no HTTP server."""
    for listener in listeners(gateway):
        redirect = listener.cursor["tls"]["httpsRedirect"]
        if redirect.value is True and listener.protocol in PROTOCOLS - HTTP:
            yield finding(
                redirect.key,
                f"`httpsRedirect` sends clients of an HTTP server to HTTPS; on protocol `{listener.protocol}` it does nothing",
                hint="move it to the server with protocol `HTTP`",
            )
