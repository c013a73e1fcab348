"""The Secret with the mesh's certificate authority: whole, and out of sight."""

from collections.abc import Iterator

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_SECRETS = ("cacerts", "istio-ca-secret")
_KEY = "ca-key.pem"
_BEGINNINGS = ("LS0tLS1CRUdJTi", "-----BEGIN")
"""How a key in PEM form begins, with and without base64: what is encrypted or filled in later begins otherwise."""


_FILES = ("ca-cert.pem", "ca-key.pem", "root-cert.pem", "cert-chain.pem")
_FILES_OF_CERT_MANAGER = ("tls.crt", "tls.key", "ca.crt")
"""With the first of these, istiod reads these and none of the others."""
_STRICT = 26
"""The minor release of Istio from which on istiod does not start with a part of them."""


def missing_authority_files(secret: Resource) -> list[str]:
    """What a Secret `cacerts` lacks; nothing for other Secrets, and for one that has none of the files."""
    held = secret["data"].mapping.keys() | secret["stringData"].mapping.keys()
    wanted = _FILES_OF_CERT_MANAGER if _FILES_OF_CERT_MANAGER[0] in held else _FILES
    if secret.name != "cacerts" or not held & set(wanted):
        return []
    return [name for name in wanted if name not in held]


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
