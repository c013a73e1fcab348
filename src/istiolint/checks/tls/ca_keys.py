"""The Secret with the CA of the mesh: complete, and not in clear text."""

from collections.abc import Iterator

from istiolint.documents.placeholders import has_placeholder
from istiolint.fields.ca_secrets import missing_authority_files
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_SECRETS = ("cacerts", "istio-ca-secret")
_KEY = "ca-key.pem"
_BEGINNINGS = ("LS0tLS1CRUdJTi", "-----BEGIN")
"""The first characters of a PEM key, with and without base64; encrypted and templated values start differently."""


_STRICT = 26
"""The minor release of Istio since which istiod does not start with an incomplete Secret."""


@check("incomplete-ca-secret", severity="error", evidence="document", tags=["production"], kinds=["Secret"])
def incomplete_ca_secret(secret: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a CA Secret with a missing file."""
    missing = missing_authority_files(secret)
    if missing and mesh.settings.istio_minor >= _STRICT:
        yield finding(
            secret.metadata["name"],
            f"Secret `cacerts` is missing {' and '.join(f'`{name}`' for name in missing)}; istiod does not start",
            hint="add the missing file; without an intermediate CA, the chain is the CA certificate itself",
        )


@check("ca-key-in-manifest", severity="warning", evidence="document", tags=["security"], kinds=["Secret"])
def ca_key_in_manifest(secret: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report the private key of the CA in clear text."""
    if secret.name not in _SECRETS:
        return
    for field in ("data", "stringData"):
        key = secret[field][_KEY]
        if key.text.lstrip().startswith(_BEGINNINGS) and not has_placeholder(key.text[:99]):
            yield finding(
                key.key,
                f"`{_KEY}` contains the CA signing key in clear text; any reader of this file can impersonate any "
                "workload of the mesh",
                hint="encrypt the Secret (SOPS, Sealed Secrets) or let an operator create it, and rotate the CA",
            )
