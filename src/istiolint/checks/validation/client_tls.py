"""TLS that clients begin, `ClientTLSSettings`: certificates, and what verifies the server."""

from collections.abc import Iterator

from istiolint.cursor import Cursor
from istiolint.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.resource import Resource
from istiolint.rules import check, finding, further_check
from istiolint.schema.rules import CONFLICTING_FIELDS

_CONFIG_MAP = "configmap://"
_FILES = ("clientCertificate", "privateKey", "caCertificates", "caCrl")


def _settings(rule: Resource) -> Iterator[Cursor]:
    for policy in traffic_policies(rule):
        yield policy["tls"]


@check(
    "invalid-credential-name", severity="error", evidence="document", category="validation", kinds=["DestinationRule"],
    rows=["CT-01", "CT-02"],
)  # fmt: skip
def invalid_credential_name(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Credentials in ConfigMaps that are not named whole, or stand in another namespace."""
    for tls in _settings(rule):
        credential = tls["credentialName"]
        if not credential.text.startswith(_CONFIG_MAP):
            continue
        namespace, slash, name = credential.text.removeprefix(_CONFIG_MAP).partition("/")
        if not (slash and namespace and name) or "/" in name:
            yield finding(
                credential,
                f"`{credential.text}` names no ConfigMap; Istio refuses the DestinationRule",
                hint=f"write `{_CONFIG_MAP}{rule.namespace}/NAME`",
            )
        elif rule.placed and namespace != rule.namespace:
            yield finding(
                credential,
                f"`{credential.text}` is in another namespace than the DestinationRule (`{rule.namespace}`); Istio refuses it",
                hint=f"copy the ConfigMap to `{rule.namespace}`",
            )


@check(
    "verification-contradiction", severity="error", evidence="document", category="validation", kinds=["DestinationRule"],
    rows=["CT-03", "CT-04"],
)  # fmt: skip
def verification_contradiction(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """What verifies the server, beside the wish not to verify it."""
    for tls in _settings(rule):
        fields = {
            "SIMPLE": ("caCertificates", "credentialName", "subjectAltNames"),
            "MUTUAL": ("caCertificates", "subjectAltNames"),
        }
        against = [tls[field] for field in fields.get(tls["mode"].text, ()) if tls[field]]
        if tls["insecureSkipVerify"].value is True and against:
            yield finding(
                tls["insecureSkipVerify"],
                f"`insecureSkipVerify` verifies nothing, and `{against[0].name}` says against what to verify; Istio refuses the "
                "DestinationRule",
                hint="delete `insecureSkipVerify`",
                related=[(against[0].key, f"`{against[0].name}` is set here")],
            )


@further_check(CONFLICTING_FIELDS, kinds=["DestinationRule"], rows=["CT-05"])
def credential_beside_files(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A credential beside files."""
    for tls in _settings(rule):
        files = [tls[field] for field in _FILES if tls[field]]
        if tls["mode"].text in ("SIMPLE", "MUTUAL") and tls["credentialName"] and files and not _skips(tls):
            yield finding(
                files[0].key,
                f"`credentialName` and `{files[0].name}` exclude each other; Istio refuses the DestinationRule",
                hint="keep the credential, or name files only",
                related=[(tls["credentialName"].key, "the credential")],
            )


def _skips(tls: Cursor) -> bool:
    """Whether another rule tells of this: the server is not to be verified, and yet it is."""
    return tls["mode"].text == "SIMPLE" and tls["insecureSkipVerify"].value is True


@check(
    "client-certificate-missing", severity="error", evidence="document", category="validation", kinds=["DestinationRule"],
    rows=["CT-06", "CT-07"],
)  # fmt: skip
def client_certificate_missing(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """MUTUAL without the certificate of the client."""
    for tls in _settings(rule):
        lacking = [field for field in ("clientCertificate", "privateKey") if not tls[field]]
        if tls["mode"].text == "MUTUAL" and not tls["credentialName"] and lacking:
            yield finding(
                tls["mode"],
                f"`MUTUAL` needs a certificate of the client, and {' and '.join(f'`{field}`' for field in lacking)} "
                f"{'is' if len(lacking) == 1 else 'are'} missing; Istio refuses the DestinationRule",
                hint="write `clientCertificate` and `privateKey`, or a `credentialName`; for services of the mesh `ISTIO_MUTUAL`",
            )
