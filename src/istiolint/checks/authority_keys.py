"""The key of the mesh's certificate authority, with which every identity can be made."""

from collections.abc import Iterator

from istiolint.documents.placeholders import has_placeholder
from istiolint.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resource import Resource
from istiolint.rules import check, finding

_SECRETS = ("cacerts", "istio-ca-secret")
_KEY = "ca-key.pem"
_BEGINNINGS = ("LS0tLS1CRUdJTi", "-----BEGIN")
"""How a key in PEM form begins, with and without base64: what is encrypted or filled in later begins otherwise."""


@check("authority-key-in-manifest", severity="warning", evidence="document", category="security", kinds=["Secret"])
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
