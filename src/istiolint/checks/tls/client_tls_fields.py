"""TLS that clients begin, `ClientTLSSettings`: certificates, and what verifies the server."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import PROXY_KINDS, proxy_configs
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check
from istiolint.schema.rules import CONFLICTING_FIELDS

_RULE = "DestinationRule"
_KINDS = (_RULE, *PROXY_KINDS)
_CONFIG_MAP = "configmap://"
_FILES = ("clientCertificate", "privateKey", "caCertificates", "caCrl")


def _settings(resource: Resource) -> Iterator[Cursor]:
    """The settings in a DestinationRule, or those for the tracer in configurations of proxies."""
    if resource.type == _RULE:
        yield from (policy["tls"] for policy in traffic_policies(resource))
    else:
        yield from (config["tracing"]["tlsSettings"] for config in proxy_configs(resource))


def _whole(resource: Resource) -> str:
    return "the DestinationRule" if resource.type == _RULE else "the configuration of proxies"


@check(
    "invalid-credential-name", severity="error", evidence="document", kinds=_KINDS,
    rows=["CT-01", "CT-02", "PX-13"],
    when=["credentialName"],
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
                f"`{credential.text}` names no ConfigMap; Istio refuses {_whole(rule)}",
                hint=f"write `{_CONFIG_MAP}{rule.namespace}/NAME`",
            )
        elif rule.type != _RULE:
            yield finding(
                credential,
                f"`{credential.text}` is in a namespace, and proxies have none here; Istio refuses {_whole(rule)}",
                hint="write the path of a file as `caCertificates`",
            )
        elif rule.placed and namespace != rule.namespace:
            yield finding(
                credential,
                f"`{credential.text}` is in another namespace than the DestinationRule (`{rule.namespace}`); Istio refuses it",
                hint=f"copy the ConfigMap to `{rule.namespace}`",
            )


@check(
    "verification-contradiction", severity="error", evidence="document", kinds=_KINDS,
    rows=["CT-03", "CT-04", "PX-13"],
    when=["tls", "tlsSettings"],
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
                f"`insecureSkipVerify` verifies nothing, and `{against[0].name}` says against what to verify; Istio refuses "
                f"{_whole(rule)}",
                hint="delete `insecureSkipVerify`",
                related=[(against[0].key, f"`{against[0].name}` is set here")],
            )


@further_check(CONFLICTING_FIELDS, kinds=_KINDS, rows=["CT-05", "PX-13"], when=["tls", "tlsSettings"])
def credential_beside_files(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A credential beside files."""
    for tls in _settings(rule):
        files = [tls[field] for field in _FILES if tls[field]]
        if tls["mode"].text in ("SIMPLE", "MUTUAL") and tls["credentialName"] and files and not _skips(tls):
            yield finding(
                files[0].key,
                f"`credentialName` and `{files[0].name}` exclude each other; Istio refuses {_whole(rule)}",
                hint="keep the credential, or name files only",
                related=[(tls["credentialName"].key, "the credential")],
            )


def _skips(tls: Cursor) -> bool:
    """Whether another rule tells of this: the server is not to be verified, and yet it is."""
    return tls["mode"].text == "SIMPLE" and tls["insecureSkipVerify"].value is True


@check(
    "client-certificate-missing", severity="error", evidence="document", kinds=_KINDS,
    rows=["CT-06", "CT-07", "PX-13"],
    when=["tls", "tlsSettings"],
)  # fmt: skip
def client_certificate_missing(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """MUTUAL without the certificate of the client."""
    for tls in _settings(rule):
        lacking = [field for field in ("clientCertificate", "privateKey") if not tls[field]]
        if tls["mode"].text == "MUTUAL" and not tls["credentialName"] and lacking:
            yield finding(
                tls["mode"],
                f"`MUTUAL` needs a certificate of the client, and {' and '.join(f'`{field}`' for field in lacking)} "
                f"{'is' if len(lacking) == 1 else 'are'} missing; Istio refuses {_whole(rule)}",
                hint="write `clientCertificate` and `privateKey`, or a `credentialName`; for services of the mesh `ISTIO_MUTUAL`",
            )
