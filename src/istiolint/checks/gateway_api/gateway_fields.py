"""Gateways and policies of the Gateway API: cross-field validation of the API server."""

from collections.abc import Iterator

from istiolint.checks.gateways.gateway_fields import TLS_CONTRADICTS_PROTOCOL
from istiolint.checks.gateways.server_tls import CERTIFICATE_MISSING
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check, rejected
from istiolint.schema.rules import CONFLICTING_FIELDS, DUPLICATE_ITEM, MISSING_FIELD

_LISTENING = (KUBERNETES_GATEWAY, "ListenerSet")
"""The kinds that have listeners."""
_WITHOUT_TLS = ("HTTP", "TCP", "UDP")
_WITHOUT_HOSTNAME = ("TCP", "UDP")
_UNIQUE_ADDRESSES = ("IPAddress", "Hostname")


@further_check(TLS_CONTRADICTS_PROTOCOL, kinds=_LISTENING)
def tls_of_listener(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report `tls` on a protocol without TLS, and TLS passthrough on an HTTPS listener."""
    for listener in gateway.spec["listeners"]:
        protocol, tls = listener["protocol"], listener["tls"]
        if protocol.text in _WITHOUT_TLS and tls.value is not None:
            yield finding(
                tls.key,
                rejected(
                    f"`tls` contradicts protocol `{protocol.text}`, which does not use TLS", gateway.kind, by="the API server"
                ),
                hint=f"set `protocol: {'HTTPS' if protocol.text == 'HTTP' else 'TLS'}`, or remove `tls`",
                related=[(protocol, "the protocol is set here")],
            )
        if protocol.text == "HTTPS" and tls["mode"].text == "Passthrough":
            yield finding(
                tls["mode"],
                rejected("mode `Passthrough` is not allowed on an HTTPS listener", gateway.kind, by="the API server"),
                hint="set `protocol: TLS` and use TLSRoutes, or set `mode: Terminate` with a certificate",
                related=[(protocol, "the protocol is set here")],
            )


@further_check(CONFLICTING_FIELDS, kinds=_LISTENING)
def hostname_without_name(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a hostname on a protocol without host names."""
    for listener in gateway.spec["listeners"]:
        if listener["protocol"].text in _WITHOUT_HOSTNAME and listener["hostname"].text:
            yield finding(
                listener["hostname"].key,
                rejected(
                    f"`hostname` is not allowed with protocol `{listener['protocol'].text}`", gateway.kind, by="the API server"
                ),
                hint="remove `hostname`, or use protocol TLS, HTTPS or HTTP",
                related=[(listener["protocol"], "the protocol is set here")],
            )


@further_check(CERTIFICATE_MISSING, kinds=_LISTENING)
def listener_without_certificate(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a listener that terminates TLS without a certificate. (`options` may name one for an implementation.)"""
    for listener in gateway.spec["listeners"]:
        tls = listener["tls"]
        if isinstance(tls.value, dict) and tls["mode"].text in ("", "Terminate"):
            if not tls["certificateRefs"] and not tls["options"]:
                yield finding(
                    tls["mode"] if tls["mode"].text else tls.key,
                    rejected(
                        f"listener `{listener['name'].text}` terminates TLS, but `certificateRefs` is missing",
                        gateway.kind,
                        by="the API server",
                    ),
                    hint="set `certificateRefs` to the Secret with the certificate",
                )
        elif tls.value is None and listener["protocol"].text == "TLS":
            yield finding(
                listener["protocol"],
                rejected(f"listener `{listener['name'].text}` of protocol TLS has no `tls`", gateway.kind, by="the API server"),
                hint="set `tls` with `certificateRefs`, or with `mode: Passthrough`",
            )


@check("https-listener-without-tls", severity="error", evidence="document", kinds=[KUBERNETES_GATEWAY])
def https_listener_without_tls(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an HTTPS listener without `tls`, which the API server accepts and istiod does not serve."""
    # cloud gateways may find the certificate through an annotation, and ListenerSets have their own listeners
    if not gateway.spec["gatewayClassName"].text.startswith("istio") or gateway.spec["allowedListeners"].exists:
        return
    for listener in gateway.spec["listeners"]:
        if listener["tls"].value is None and listener["protocol"].text == "HTTPS":
            yield finding(
                listener["protocol"],
                f"listener `{listener['name'].text}` of protocol HTTPS has no `tls`; istiod does not serve it",
                hint="set `tls` with `certificateRefs`",
            )


@further_check(DUPLICATE_ITEM, kinds=[KUBERNETES_GATEWAY])
def repeated_address(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a duplicate address."""
    seen: dict[tuple[str, str], Cursor] = {}
    for address in gateway.spec["addresses"]:
        value = address["value"]
        type_ = address["type"].text or "IPAddress"
        if value.value is None or type_ not in _UNIQUE_ADDRESSES:
            continue
        if (first := seen.setdefault((type_, value.text), value)) is not value:
            yield finding(
                value,
                rejected(f"address `{value.text}` is listed twice", "Gateway", by="the API server"),
                hint="remove one",
                related=[(first, "first listed here")],
            )


@further_check(DUPLICATE_ITEM, kinds=["BackendTLSPolicy"])
def repeated_target(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a duplicate target without a distinct `sectionName`."""
    seen: dict[tuple[str, ...], Cursor] = {}
    for target in policy.spec["targetRefs"]:
        what = tuple(target[field].text for field in ("group", "kind", "name"))
        first = seen.setdefault(what, target)
        if not target["name"].text or first is target:
            continue
        part, other = target["sectionName"].text, first["sectionName"].text
        if part == other or not part or not other:
            yield finding(
                target["name"],
                rejected(
                    f"target `{target['name'].text}` is listed twice"
                    f"{' for the same port' if part == other and part else ', once for all of its ports'}",
                    "BackendTLSPolicy",
                    by="the API server",
                ),
                hint="remove one, or set a different `sectionName` for each",
                related=[(first["name"], "first listed here")],
            )


@further_check(CONFLICTING_FIELDS, kinds=["BackendTLSPolicy"])
def two_authorities(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two sources of CA certificates for a backend."""
    references, known = policy.spec["validation"]["caCertificateRefs"], policy.spec["validation"]["wellKnownCACertificates"]
    if references and known.text:
        yield finding(
            known.key,
            rejected(
                "`caCertificateRefs` and `wellKnownCACertificates` are mutually exclusive",
                "BackendTLSPolicy",
                by="the API server",
            ),
            hint="keep one of them",
            related=[(references.key, "`caCertificateRefs` is set here")],
        )


@further_check(MISSING_FIELD, kinds=["BackendTLSPolicy"])
def no_authority(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a policy without CA certificates for a backend."""
    validation = policy.spec["validation"]
    if isinstance(validation.value, dict) and not validation["caCertificateRefs"] and not validation["wellKnownCACertificates"]:
        yield finding(
            validation.key,
            rejected("`validation` has no CA certificates", "BackendTLSPolicy", by="the API server"),
            hint="set `wellKnownCACertificates: System`, or `caCertificateRefs` to a ConfigMap with `ca.crt`",
        )
