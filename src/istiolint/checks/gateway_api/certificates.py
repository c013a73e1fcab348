"""Secrets and ConfigMaps with certificates that Gateway API resources reference."""

from collections.abc import Iterator

from istiolint.checks.gateways.credentials import CREDENTIAL_NOT_FOUND, UNUSABLE_CREDENTIAL
from istiolint.documents.placeholders import can_be_name
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.certificates import fault
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check


def _certificates(gateway: Resource) -> Iterator[tuple[Cursor, str, Cursor]]:
    """Yield the Secrets that listeners reference: the reference, its namespace, and the listener."""
    for listener in gateway.spec["listeners"]:
        for reference in listener["tls"]["certificateRefs"]:
            secret = not reference["group"].text and reference["kind"].text in ("", "Secret")
            if secret and reference["name"].text and can_be_name(reference["name"].text):
                yield reference, reference["namespace"].text or gateway.namespace, listener


@further_check(CREDENTIAL_NOT_FOUND, kinds=[KUBERNETES_GATEWAY])
def certificate_not_found(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a Secret that does not exist in the referenced namespace."""
    for reference, namespace, listener in _certificates(gateway):
        name = reference["name"]
        if mesh.secrets.may_exist(namespace, name.text) or "cert-manager.io/" in " ".join(gateway.annotations):
            continue  # cert-manager creates the Secrets of annotated Gateways
        if mesh.coverage.generates("Secret", name.text):
            continue
        elsewhere = mesh.secrets.namespaces_of(name.text)
        placed = gateway.placed or bool(reference["namespace"].text)
        yield finding(
            name,
            f"Secret `{name.text}` not found in namespace `{namespace}`; TLS handshakes on listener "
            f"`{listener['name'].text}` fail",
            hint=f"move it from namespace `{elsewhere[0]}`" if elsewhere else "create the Secret in the Gateway's namespace",
            known=mesh.settings.whole_mesh or (placed and bool(elsewhere)),
        )


@further_check(UNUSABLE_CREDENTIAL, kinds=[KUBERNETES_GATEWAY])
def unusable_certificate(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a Secret without a certificate, or with one that is not currently valid."""
    for reference, namespace, listener in _certificates(gateway):
        secret = mesh.get("Secret", namespace, reference["name"].text)
        if secret and not mesh.exclusive(gateway, secret) and (why := fault(secret)):
            yield finding(
                reference["name"],
                f"Secret `{namespace}/{secret.name}` cannot be used for TLS on listener `{listener['name'].text}`: {why}",
                hint="create a Secret of type `kubernetes.io/tls` with valid `tls.crt` and `tls.key` in PEM format",
                related=[(secret.metadata["name"], "the Secret is here")],
            )


@check(
    "backend-ca-not-found", severity="error", evidence="missing", kinds=["BackendTLSPolicy"],
)  # fmt: skip
def backend_ca_not_found(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a ConfigMap with the CA of a backend that does not exist in the namespace of the policy."""
    for reference in policy.spec["validation"]["caCertificateRefs"]:
        name = reference["name"]
        if reference["kind"].text != "ConfigMap" or reference["group"].text or not name.text or not can_be_name(name.text):
            continue
        if mesh.get("ConfigMap", policy.namespace, name.text) or mesh.coverage.generates("ConfigMap", name.text):
            continue
        elsewhere = [other for other in mesh.all("ConfigMap") if other.name == name.text and not mesh.exclusive(policy, other)]
        yield finding(
            name,
            f"ConfigMap `{name.text}` not found in namespace `{policy.namespace}`; requests to the backend fail, or are sent "
            "in plaintext by some Istio releases",
            hint=f"move it from namespace `{elsewhere[0].namespace}`" if elsewhere else "add the ConfigMap with `ca.crt`",
            known=mesh.settings.whole_mesh or (policy.placed and len(elsewhere) == 1 and elsewhere[0].placed),
        )


@check(
    "two-tls-settings-for-backend", severity="warning", evidence="contradiction", kinds=["BackendTLSPolicy"],
)  # fmt: skip
def two_tls_settings_for_backend(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a Service for which a DestinationRule also configures TLS origination."""
    for target in policy.spec["targetRefs"]:
        if target["kind"].text != "Service" or target["group"].text or not target["name"].text:
            continue
        host = mesh.hosts.fqdn(target["name"].text, policy.namespace)
        for rule in mesh.destination_rules.visible_from(policy.namespace, host):
            tls = rule.spec["trafficPolicy"]["tls"]
            if (
                tls["mode"].text
                and mesh.hosts.fqdn(rule.spec["host"].text, rule.namespace) == host
                and not mesh.exclusive(policy, rule)
            ):
                yield finding(
                    target["name"],
                    f"{rule.title} also configures TLS to `{host}`; Istio uses only the DestinationRule (before 1.31, the older)",
                    hint="keep one of the two",
                    related=[(tls["mode"], "the DestinationRule configures TLS here")],
                )
                break
