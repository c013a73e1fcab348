"""TLS that clients originate (`ClientTLSSettings`): certificates and server verification."""

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
    """Yield the settings of a DestinationRule, or those of the tracer in proxy configurations."""
    if resource.type == _RULE:
        yield from (policy["tls"] for policy in traffic_policies(resource))
    else:
        yield from (config["tracing"]["tlsSettings"] for config in proxy_configs(resource))


def _whole(resource: Resource) -> str:
    return "the DestinationRule" if resource.type == _RULE else "the proxy configuration"


@check(
    "invalid-credential-name", severity="error", evidence="document", kinds=_KINDS,
    rows=["CT-01", "CT-02", "PX-13"],
    when=["credentialName"],
)  # fmt: skip
def invalid_credential_name(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report ConfigMap references that are incomplete or name another namespace."""
    for tls in _settings(rule):
        credential = tls["credentialName"]
        if not credential.text.startswith(_CONFIG_MAP):
            continue
        namespace, slash, name = credential.text.removeprefix(_CONFIG_MAP).partition("/")
        if not (slash and namespace and name) or "/" in name:
            yield finding(
                credential,
                f"`{credential.text}` is not a valid ConfigMap reference; Istio rejects {_whole(rule)}",
                hint=f"use `{_CONFIG_MAP}{rule.namespace}/NAME`",
            )
        elif rule.type != _RULE:
            yield finding(
                credential,
                f"`{credential.text}` includes a namespace, but proxy settings have none; Istio rejects {_whole(rule)}",
                hint="set `caCertificates` to a file path instead",
            )
        elif rule.placed and namespace != rule.namespace:
            yield finding(
                credential,
                f"`{credential.text}` is not in the namespace of the DestinationRule (`{rule.namespace}`); Istio rejects it",
                hint=f"copy the ConfigMap to `{rule.namespace}` and reference it there",
            )


@check(
    "verification-contradiction", severity="error", evidence="document", kinds=_KINDS,
    rows=["CT-03", "CT-04", "PX-13"],
    when=["tls", "tlsSettings"],
)  # fmt: skip
def verification_contradiction(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report fields that verify the server next to `insecureSkipVerify`."""
    for tls in _settings(rule):
        fields = {
            "SIMPLE": ("caCertificates", "credentialName", "subjectAltNames"),
            "MUTUAL": ("caCertificates", "subjectAltNames"),
        }
        against = [tls[field] for field in fields.get(tls["mode"].text, ()) if tls[field]]
        if tls["insecureSkipVerify"].value is True and against:
            yield finding(
                tls["insecureSkipVerify"],
                f"`insecureSkipVerify` disables verification, but `{against[0].name}` requires it; Istio rejects {_whole(rule)}",
                hint="remove `insecureSkipVerify`",
                related=[(against[0].key, f"`{against[0].name}` is set here")],
            )


@further_check(CONFLICTING_FIELDS, kinds=_KINDS, rows=["CT-05", "PX-13"], when=["tls", "tlsSettings"])
def credential_beside_files(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report `credentialName` next to file paths."""
    for tls in _settings(rule):
        files = [tls[field] for field in _FILES if tls[field]]
        if tls["mode"].text in ("SIMPLE", "MUTUAL") and tls["credentialName"] and files and not _skips(tls):
            yield finding(
                files[0].key,
                f"`credentialName` and `{files[0].name}` are mutually exclusive; Istio rejects {_whole(rule)}",
                hint="remove the file paths, or remove `credentialName`",
                related=[(tls["credentialName"].key, "`credentialName` is set here")],
            )


def _skips(tls: Cursor) -> bool:
    """Whether `verification-contradiction` reports these settings."""
    return tls["mode"].text == "SIMPLE" and tls["insecureSkipVerify"].value is True


@check(
    "client-certificate-missing", severity="error", evidence="document", kinds=_KINDS,
    rows=["CT-06", "CT-07", "PX-13"],
    when=["tls", "tlsSettings"],
)  # fmt: skip
def client_certificate_missing(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report MUTUAL without a client certificate."""
    for tls in _settings(rule):
        lacking = [field for field in ("clientCertificate", "privateKey") if not tls[field]]
        if tls["mode"].text == "MUTUAL" and not tls["credentialName"] and lacking:
            yield finding(
                tls["mode"],
                f"`MUTUAL` requires a client certificate, but {' and '.join(f'`{field}`' for field in lacking)} "
                f"{'is' if len(lacking) == 1 else 'are'} missing; Istio rejects {_whole(rule)}",
                hint="set `clientCertificate` and `privateKey`, or `credentialName`; use `ISTIO_MUTUAL` for services in the mesh",
            )
