"""The Secret with the mesh's certificate authority: whole, and out of sight."""

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
"""How a key in PEM form begins, with and without base64: what is encrypted or filled in later begins otherwise."""


_STRICT = 26
"""The minor release of Istio from which on istiod does not start with a part of them."""


@check("authority-incomplete", severity="error", evidence="document", tags=["production"], kinds=["Secret"])
def authority_incomplete(secret: Resource, mesh: Mesh) -> Iterator[Finding]:
    """An authority of which a file is missing."""
    missing = missing_authority_files(secret)
    if missing and mesh.settings.istio_minor >= _STRICT:
        yield finding(
            secret.metadata["name"],
            f"the Secret `cacerts` has no {' and no '.join(f'`{name}`' for name in missing)}: istiod does not start",
            hint="add what is missing: without an authority in between, the chain is the certificate itself",
        )


@check("authority-key-in-manifest", severity="warning", evidence="document", tags=["security"], kinds=["Secret"])
def authority_key_in_manifest(secret: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The private key of the authority in plain text beside the manifests."""
    if secret.name not in _SECRETS:
        return
    for field in ("data", "stringData"):
        key = secret[field][_KEY]
        if key.text.lstrip().startswith(_BEGINNINGS) and not has_placeholder(key.text[:99]):
            yield finding(
                key.key,
                f"`{_KEY}` is the key with which istiod signs: whoever reads this file can be any workload of the mesh",
                hint="keep it out of the manifests: encrypt it (SOPS, a SealedSecret), or let an operator make the Secret; and "
                "replace the authority",
            )
