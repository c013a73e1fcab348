"""Sidecars: listeners that Istio rejects, invalid and redundant hosts, and the egress proxy."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import EMPTY_FIELD, INVALID_HOST, INVALID_PORT, INVALID_SUBSET_NAME
from istiolint.fields.listeners import LARGEST_NUMBER, listeners
from istiolint.findings.finding import Delete, Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.primitives.addresses import UNIX, socket_fault, split_host_port
from istiolint.primitives.hosts import is_label, is_partial_wildcard, name_fault, pattern_fault
from istiolint.primitives.ports import HTTP, PROTOCOLS, is_port
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check, rejected

_CONTENTS = ("egress", "ingress", "outboundTrafficPolicy", "inboundConnectionPool")
_LOCAL = ("", "127.0.0.1", "0.0.0.0", "::1", "::")
_NOT_IN_SIDECARS = ("subjectAltNames", "httpsRedirect", "credentialName", "credentialNames", "tlsCertificates")
_DEFAULT_POLICY = "REGISTRY_ONLY"


@check(
    "sidecar-without-content", severity="error", evidence="document", kinds=["Sidecar"], rows=["SC-03"],
)  # fmt: skip
def sidecar_without_content(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a Sidecar that configures nothing."""
    spec = sidecar.spec
    empty = all(spec[field].value in (None, []) for field in _CONTENTS)
    if empty and (spec.value is None or isinstance(spec.value, dict)):
        yield finding(
            spec if spec.exists else sidecar.metadata["name"],
            "Sidecar has no `egress`, `ingress` or other settings; Istio rejects it",
            hint="add `egress` with the hosts that its workloads call, such as `./*`",
        )


@further_check(EMPTY_FIELD, kinds=["Sidecar"], rows=["SC-39"])
def sidecar_emptiness(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report egress listeners without hosts."""
    for listener in sidecar.spec["egress"]:
        if listener["hosts"].value == []:
            yield finding(
                listener["hosts"],
                rejected("egress listener has no hosts", "Sidecar"),
                hint='add hosts as `NAMESPACE/HOST`, or use `["~/*"]` for none',
            )


@check(
    "listener-without-port-not-last", severity="error", evidence="document", kinds=["Sidecar"],
    rows=["SC-27", "SC-28"],
)  # fmt: skip
def listener_without_port_not_last(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a listener for all ports before other listeners."""
    egress = list(sidecar.spec["egress"])
    for listener in egress[:-1]:
        if isinstance(listener.value, dict) and listener["port"].value is None:
            yield finding(
                listener,
                rejected("egress listener without `port` is not the last", "Sidecar"),
                hint="merge its hosts into the last listener, or move it to the end",
            )


@check(
    "capture-mode-on-socket", severity="error", evidence="document", kinds=["Sidecar"], rows=["SC-34"],
)  # fmt: skip
def capture_mode_on_socket(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report `IPTABLES` capture on a listener without a port."""
    for listener in listeners(sidecar):
        mode = listener.cursor["captureMode"]
        if listener.part == "egress" and listener.number == 0 and mode.text == "IPTABLES":
            yield finding(
                mode,
                rejected("`captureMode: IPTABLES` requires a port, and this listener has none", "Sidecar"),
                hint="set `captureMode: NONE`, or set a port number",
            )


@further_check(INVALID_HOST, kinds=["Sidecar"], rows=["SC-40", "SC-41", "SC-42", "SC-43", "SC-44", "SC-45", "SC-50", "SC-52"])
def sidecar_host(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid egress hosts, `NAMESPACE/HOST`, and invalid hosts of the egress proxy."""
    for listener in sidecar.spec["egress"]:
        for entry in listener["hosts"]:
            if isinstance(entry.value, str) and not entry.unresolved and (found := _host_fault(entry.text)):
                fault, hint = found
                fix = _full_name(entry, sidecar, mesh)
                yield finding(
                    entry,
                    f"invalid Sidecar host `{entry.text}`: {fault}; Istio rejects it",
                    hint=fix.title if fix else hint,
                    fix=fix,
                )
    host = sidecar.spec["outboundTrafficPolicy"]["egressProxy"]["host"]
    if isinstance(host.value, str) and not host.unresolved and (reason := name_fault(host.text)):
        yield finding(
            host,
            rejected(f"invalid `egressProxy` host `{host.text}`: {reason}", "Sidecar"),
            hint="use the host of a service, such as `egress.istio-system.svc.cluster.local`",
        )


def _full_name(entry: Cursor, sidecar: Resource, mesh: Mesh) -> Fix | None:
    """Return the fix that replaces a short name with the full name of its Service."""
    owner, _, host = entry.text.partition("/")
    namespace = sidecar.namespace if owner == "." else owner
    meant = {each.name for each in mesh.hosts.services_named(host) if namespace in ("*", each.namespace)} if host else set()
    if len(meant) != 1:
        return None
    text = f"{owner}/{meant.pop()}"
    quoted = f'"{text}"' if text.startswith("*") else text
    return Fix(f"use `{text}`", (Replace(entry.place, quoted),), safe=False)


def _host_fault(text: str) -> tuple[str, str] | None:
    """Return what is wrong with a host of a listener, and the hint."""
    namespace, slash, host = text.partition("/")
    if not slash:
        return "it has no namespace", f"use `*/{text}`, or `./{text}` for the Sidecar's own namespace"
    if not namespace or not host:
        return (
            f"the {'host' if namespace else 'namespace'} is empty",
            "use `NAMESPACE/HOST`, or `*/HOST` for all namespaces",
        )
    if namespace.removeprefix("~") not in ("", "*", ".") and not is_label(namespace.removeprefix("~")):
        return f"`{namespace}` is not a valid namespace", "use a namespace, `.`, `*`, or `~` for none before the `/`"
    if is_partial_wildcard(host) and host.startswith("*"):
        return "`*` must be an entire DNS label", f"use `{namespace}/*.{host[1:].lstrip('-.')}`"
    if "." not in host and host != "*":
        return "it is a short name", f"use `{namespace}/{host}.NAMESPACE.svc.cluster.local`, or `{namespace}/*`"
    fault = name_fault(host) if not host.startswith("*") else pattern_fault(host)
    return (fault, f"use a host such as `{namespace}/stock.example.com`, or `{namespace}/*`") if fault else None


@check(
    "redundant-sidecar-host", severity="warning", evidence="document", kinds=["Sidecar"],
    rows=["SC-46", "SC-47"], fixable=True,
)  # fmt: skip
def redundant_sidecar_host(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a host that another entry of the same listener includes."""
    for listener in sidecar.spec["egress"]:
        entries = [
            (owner, host, entry)
            for owner, host, entry in _entries(sidecar, listener, mesh.root_namespace)
            if not owner.startswith("~")
        ]
        all_of = {owner: entry for owner, host, entry in reversed(entries) if host == "*"}
        seen: dict[tuple[str, str], Cursor] = {}
        for owner, host, entry in entries:
            wider = seen.setdefault((owner, host), entry)
            for scope in (owner, "*"):
                whole = all_of.get(scope, entry)
                if wider is entry and (scope, "*") != (owner, host):
                    wider = whole
            if wider is not entry:
                yield finding(
                    entry,
                    f"redundant host `{entry.text}`; `{wider.text}` in the same listener already includes it",
                    hint="remove one of the two",
                    related=[(wider, "already included here")],
                    fix=Fix(f"remove `{entry.text}`", (Delete(entry.place),)),
                )


def _entries(sidecar: Resource, listener: Cursor, root_namespace: str) -> Iterator[tuple[str, str, Cursor]]:
    for entry in listener["hosts"]:
        owner, slash, host = entry.text.partition("/")
        if slash and not entry.unresolved:
            # in the mesh-wide Sidecar, `.` is the namespace of each workload
            everywhere = sidecar.namespace == root_namespace
            yield sidecar.namespace if owner == "." and not everywhere else owner, host, entry


@check(
    "egress-proxy-without-allow-any", severity="error", evidence="document", kinds=["Sidecar"],
    rows=["SC-49"],
)  # fmt: skip
def egress_proxy_without_allow_any(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an egress proxy for unknown hosts, which REGISTRY_ONLY blocks."""
    policy = sidecar.spec["outboundTrafficPolicy"]
    if isinstance(policy["egressProxy"].value, dict) and policy["mode"].value in (None, "", _DEFAULT_POLICY):
        default = "" if policy["mode"] else " (the default)"
        yield finding(
            policy["egressProxy"].key,
            rejected(f"`egressProxy` requires mode `ALLOW_ANY`, but the mode is `{_DEFAULT_POLICY}`{default}", "Sidecar"),
            hint="set `mode: ALLOW_ANY`, or remove `egressProxy`",
        )


@further_check(INVALID_PORT, kinds=["Sidecar"], rows=["SC-51", "SC-52"])
def egress_proxy_port(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a missing or invalid port of the egress proxy."""
    proxy = sidecar.spec["outboundTrafficPolicy"]["egressProxy"]
    port, number = proxy["port"], proxy["port"]["number"]
    if isinstance(proxy.value, dict) and (port.value is None or (isinstance(port.value, dict) and number.value is None)):
        yield finding(proxy["host"], rejected("`egressProxy` has no port", "Sidecar"), hint="set `port: {number: ...}`")
    elif number.number is not None and number.number in range(LARGEST_NUMBER + 1) and not is_port(number.number):
        yield finding(number, rejected(f"invalid port `{number.number}`", "Sidecar"), hint="use a port from 1 to 65535")


@further_check(INVALID_SUBSET_NAME, kinds=["Sidecar"], rows=["SC-52"])
def egress_proxy_subset(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an invalid subset name of the egress proxy."""
    subset = sidecar.spec["outboundTrafficPolicy"]["egressProxy"]["subset"]
    if subset.literal and not is_label(subset.text):
        yield finding(
            subset,
            rejected(f"invalid subset name `{subset.text}`", "Sidecar"),
            hint="use at most 63 letters, digits and `-`",
        )


@check(
    "invalid-default-endpoint", severity="error", evidence="document", kinds=["Sidecar"],
    rows=["SC-11", "SC-12", "SC-13", "SC-14", "SC-15"],
)  # fmt: skip
def invalid_default_endpoint(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a `defaultEndpoint` that is not an address of the workload itself."""
    for listener in sidecar.spec["ingress"]:
        endpoint = listener["defaultEndpoint"]
        if endpoint.literal and (fault := _endpoint_fault(endpoint.text)):
            yield finding(
                endpoint,
                rejected(f"invalid `defaultEndpoint` `{endpoint.text}`: {fault}", "Sidecar"),
                hint="use `127.0.0.1:PORT`, `0.0.0.0:PORT` or `unix:///path/of/socket`",
            )


def _endpoint_fault(text: str) -> str | None:
    if text.startswith(UNIX):
        return socket_fault(text.removeprefix(UNIX))
    address = split_host_port(text)
    if not address:
        return "it is not in the form `ADDRESS:PORT`"
    if address.host not in _LOCAL:
        return f"`{address.host}` is not a local address"
    port = address.port.removeprefix("+")
    if not (port.isascii() and port.isdecimal() and len(port) < 20 and is_port(int(port))):
        return f"`{address.port}` is not a valid port"
    return None


@check(
    "tls-setting-not-for-sidecars", severity="error", evidence="document", kinds=["Sidecar"],
    rows=["SC-16", "SC-17", "SC-18", "SC-19", "SC-20", "SC-21"],
)  # fmt: skip
def tls_setting_not_for_sidecars(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report TLS settings that only gateways support."""
    for listener in sidecar.spec["ingress"]:
        tls = listener["tls"]
        for field in _NOT_IN_SIDECARS:
            if tls[field] and tls[field].value is not False:
                yield finding(
                    tls[field].key,
                    rejected(f"`{field}` is only supported in a Gateway", "Sidecar"),
                    hint="remove it; a Sidecar reads its certificate from the files `serverCertificate` and `privateKey`",
                )
        if tls["mode"].text in ("ISTIO_MUTUAL", "AUTO_PASSTHROUGH"):
            yield finding(
                tls["mode"],
                rejected(f"TLS mode `{tls['mode'].text}` is only supported in a Gateway", "Sidecar"),
                hint="use `SIMPLE` or `MUTUAL`; for Istio mTLS remove `tls` and use a PeerAuthentication",
            )


@check(
    "http-settings-without-http", severity="warning", evidence="document", kinds=["Sidecar"],
    rows=["SC-25"],
)  # fmt: skip
def http_settings_without_http(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report HTTP limits on a port that is not HTTP."""
    for listener in listeners(sidecar):
        http = listener.cursor["connectionPool"]["http"]
        known = not listener.protocol or listener.protocol in PROTOCOLS
        if listener.part == "ingress" and isinstance(http.value, dict) and known and listener.protocol not in HTTP:
            shown = f"with protocol `{listener.protocol}`" if listener.protocol else "without a protocol"
            yield finding(
                http.key,
                f"`connectionPool.http` on a port {shown}; Envoy does not parse requests there and ignores the limits",
                hint="set `protocol: HTTP`, or limit connections with `tcp`",
            )
