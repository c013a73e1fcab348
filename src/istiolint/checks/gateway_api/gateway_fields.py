"""Gateways of the Gateway API and its policies: what the API server refuses because of rules across fields."""

from collections.abc import Iterator

from istiolint.checks.gateways.gateway_fields import TLS_CONTRADICTS_PROTOCOL
from istiolint.checks.gateways.server_tls import CERTIFICATE_MISSING
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import finding, further_check
from istiolint.schema.rules import CONFLICTING_FIELDS, MISSING_FIELD

_WITHOUT_TLS = ("HTTP", "TCP", "UDP")
_WITH_TLS = ("HTTPS", "TLS")
_WITHOUT_HOSTNAME = ("TCP", "UDP")


@further_check(TLS_CONTRADICTS_PROTOCOL, kinds=[KUBERNETES_GATEWAY])
def tls_of_listener(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """TLS where the protocol has none, or passed through where requests are to be read."""
    for listener in gateway.spec["listeners"]:
        protocol, tls = listener["protocol"], listener["tls"]
        if protocol.text in _WITHOUT_TLS and tls.value is not None:
            yield finding(
                tls.key,
                f"`tls` contradicts protocol `{protocol.text}`, which has no TLS; the API server refuses the Gateway",
                hint=f"write `protocol: {'HTTPS' if protocol.text == 'HTTP' else 'TLS'}`, or delete `tls`",
                related=[(protocol, "the protocol is here")],
            )
        if protocol.text == "HTTPS" and tls["mode"].text == "Passthrough":
            yield finding(
                tls["mode"],
                "an HTTPS listener reads requests, and so cannot pass TLS through; the API server refuses the Gateway",
                hint="write `protocol: TLS` with TLSRoutes, or `mode: Terminate` with a certificate",
                related=[(protocol, "the protocol is here")],
            )


@further_check(CONFLICTING_FIELDS, kinds=[KUBERNETES_GATEWAY])
def hostname_without_name(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A hostname where connections bring none."""
    for listener in gateway.spec["listeners"]:
        if listener["protocol"].text in _WITHOUT_HOSTNAME and listener["hostname"].text:
            yield finding(
                listener["hostname"].key,
                f"connections of protocol `{listener['protocol'].text}` name no host; the API server refuses the Gateway",
                hint="delete `hostname`, or use TLS, HTTPS or HTTP",
                related=[(listener["protocol"], "the protocol is here")],
            )


@further_check(CERTIFICATE_MISSING, kinds=[KUBERNETES_GATEWAY])
def listener_without_certificate(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A listener that ends TLS, and has no certificate to show. (`options` may name one in the ways of an implementation.)"""
    # gateways of clouds may find the certificate by an annotation, and ListenerSets bring listeners of their own
    leaves_out = gateway.spec["gatewayClassName"].text.startswith("istio") and not gateway.spec["allowedListeners"].exists
    for listener in gateway.spec["listeners"]:
        tls = listener["tls"]
        if isinstance(tls.value, dict) and tls["mode"].text in ("", "Terminate"):
            if not tls["certificateRefs"] and not tls["options"]:
                yield finding(
                    tls["mode"] if tls["mode"].text else tls.key,
                    f"listener `{listener['name'].text}` ends TLS, and `certificateRefs` is missing; the API server refuses the "
                    "Gateway",
                    hint="name the Secret with the certificate in `certificateRefs`",
                )
        elif tls.value is None and listener["protocol"].text in _WITH_TLS and leaves_out:
            yield finding(
                listener["protocol"],
                f"listener `{listener['name'].text}` is for {listener['protocol'].text}, and has no `tls`: istiod leaves it out",
                hint="write `tls` with `certificateRefs`, or with `mode: Passthrough` for the protocol TLS",
            )


@further_check(CONFLICTING_FIELDS, kinds=["BackendTLSPolicy"])
def two_authorities(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two ways at once to say who signed the certificate of a backend."""
    references, known = policy.spec["validation"]["caCertificateRefs"], policy.spec["validation"]["wellKnownCACertificates"]
    if references and known.text:
        yield finding(
            known.key,
            "`caCertificateRefs` and `wellKnownCACertificates` exclude each other; the API server refuses the BackendTLSPolicy",
            hint="keep the one that is meant",
            related=[(references.key, "`caCertificateRefs` is here")],
        )


@further_check(MISSING_FIELD, kinds=["BackendTLSPolicy"])
def no_authority(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Nothing says who signed the certificate of a backend."""
    validation = policy.spec["validation"]
    if isinstance(validation.value, dict) and not validation["caCertificateRefs"] and not validation["wellKnownCACertificates"]:
        yield finding(
            validation.key,
            "nothing says which authorities are believed; the API server refuses the BackendTLSPolicy",
            hint="write `wellKnownCACertificates: System`, or ConfigMaps with `ca.crt` in `caCertificateRefs`",
        )
