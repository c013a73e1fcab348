"""Gateways: hosts, names, and servers whose TLS settings contradict their protocol. (TLS settings alone: server_tls.py.)"""

import re
from collections.abc import Iterator

from istiolint.checks.gateways.server_tls import ServerTls
from istiolint.checks.schema.shared_rules import EMPTY_FIELD, INVALID_HOST
from istiolint.fields.listeners import listeners
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_servers import PASSTHROUGH_MODES
from istiolint.primitives.addresses import is_ip_address
from istiolint.primitives.hosts import is_label, is_partial_wildcard, joined_items, pattern_fault
from istiolint.primitives.ports import HTTP, PROTOCOLS, TLS
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check, rejected

TLS_CONTRADICTS_PROTOCOL = declare("tls-contradicts-protocol", severity="error", topic="gateways")

_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
"""A name that the API server accepts, except for empty parts between dots; the schema checks other names."""
_FILES = ("caCertificates", "privateKey", "serverCertificate")


@check(
    "invalid-gateway-name", severity="error", evidence="document", kinds=["Gateway"],
    rows=["GW-01", "M-07"],
)  # fmt: skip
def gateway_name(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a name with dots, or of more than 63 characters: the API server accepts it, Istio rejects it."""
    name = gateway.metadata["name"]
    if _SUBDOMAIN.fullmatch(name.text) and not is_label(name.text):
        yield finding(
            name,
            f"invalid Gateway name `{name.text}`; Istio rejects names with dots or more than 63 characters",
            hint=f"use `{name.text.replace('.', '-')[:63].rstrip('-')}`",
        )


@further_check(EMPTY_FIELD, kinds=["Gateway"], rows=["GW-02", "GW-06", "GW-18"])
def gateway_emptiness(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report missing servers, empty hosts and empty port names. (The schema reports other missing fields.)"""
    servers = gateway.spec["servers"]
    if servers.value in (None, []):
        yield finding(servers, "Gateway without `servers`; Istio rejects it", hint="add a server")
    for server in servers:
        if server["hosts"].value == []:
            yield finding(
                server["hosts"],
                rejected("`hosts` of the server is empty", "Gateway"),
                hint='list the hosts, or use `["*"]` for all',
            )
        if server["port"]["name"].value == "":
            yield finding(
                server["port"]["name"],
                rejected("the port name is empty", "Gateway"),
                hint="name the port after its protocol",
            )


@further_check(INVALID_HOST, kinds=["Gateway"], rows=["GW-07", "GW-08", "GW-09", "GW-10", "GW-11", "GW-12", "GW-13"])
def gateway_host(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid hosts of a server: `HOST` or `NAMESPACE/HOST`."""
    for server in gateway.spec["servers"]:
        for entry in server["hosts"]:
            if isinstance(entry.value, str) and not entry.unresolved and (found := _host_fault(entry.text)):
                fault, hint = found
                yield finding(
                    entry,
                    f"invalid Gateway host `{entry.text}`: {fault}; Istio rejects it",
                    hint=joined_items(entry.text) or hint,
                )


def _host_fault(text: str) -> tuple[str, str] | None:
    """Return what is wrong with a host of a server, and what to use instead."""
    namespace, slash, host = text.partition("/")
    if not slash:
        host = text
    elif not namespace or not host:
        return f"the {'host after' if namespace else 'namespace before'} the `/` is empty", "use the form `NAMESPACE/HOST`"
    elif namespace not in ("*", ".") and not is_label(namespace):
        return (
            f"`{namespace}` is not a valid namespace",
            "use a namespace before the `/`, `.` for the Gateway's own, or `*` for all",
        )
    if is_partial_wildcard(host) and host.startswith("*"):
        return "a `*` must be an entire label", f"use `*.{host[1:].lstrip('-.')}`"
    if "." not in host and host != "*":
        return "it is a short name", f"use a fully qualified name such as `{host}.example.com`, or `*` for all"
    fault = None if is_ip_address(host) else pattern_fault(host)
    return (fault, "use a name such as `shop.example.com`, `*.example.com` or `*`") if fault else None


@further_check(TLS_CONTRADICTS_PROTOCOL, kinds=["Gateway", "Sidecar"], rows=["GW-22", "GW-23", "GW-24", "SC-22"])
def tls_contradicts_protocol(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a TLS protocol without `tls`, and `tls` on a protocol without TLS."""
    for listener in listeners(resource):
        protocol, tls = listener.protocol, listener.cursor["tls"]
        if listener.part == "egress" or not isinstance(listener.port.value, dict):
            continue
        if protocol not in PROTOCOLS and not (listener.part == "ingress" and not protocol):
            continue
        if listener.part == "servers" and protocol in TLS and tls.value is None:
            yield finding(
                listener.port["protocol"],
                rejected(f"protocol `{protocol}` requires `tls`, which the server does not have", resource.kind),
                hint="set `tls: {mode: SIMPLE, credentialName: ...}`, or `tls: {mode: PASSTHROUGH}`",
            )
        if not isinstance(tls.value, dict) or protocol in TLS:
            continue
        settings = ServerTls(tls)
        if (
            listener.part == "servers"
            and protocol in HTTP
            and settings.mode in PASSTHROUGH_MODES
            and not settings.written(*_FILES)
        ):
            continue
        shown = f"protocol `{protocol}`" if protocol else "a port without protocol"
        yield finding(
            tls.key,
            rejected(f"`tls` contradicts {shown}, which does not use TLS", resource.kind),
            hint=f"set `protocol: {'HTTPS' if protocol in HTTP else 'TLS'}`, or remove `tls`",
            related=[(listener.port["protocol"], "the protocol is set here")] if protocol else [],
        )


@check(
    "https-redirect-without-http", severity="warning", evidence="document", kinds=["Gateway"],
    rows=["GW-04"],
)  # fmt: skip
def https_redirect_without_http(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an HTTPS redirect on a server that does not serve plain HTTP."""
    for listener in listeners(gateway):
        redirect = listener.cursor["tls"]["httpsRedirect"]
        if redirect.value is True and listener.protocol in PROTOCOLS - HTTP:
            yield finding(
                redirect.key,
                f"`httpsRedirect` applies only to HTTP servers; on protocol `{listener.protocol}` it has no effect",
                hint="move it to the server with protocol `HTTP`",
            )
