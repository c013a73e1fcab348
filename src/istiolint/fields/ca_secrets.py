"""Secrets with a CA: the files that istiod needs."""

from istiolint.resources.resource import Resource

_FILES = ("ca-cert.pem", "ca-key.pem", "root-cert.pem", "cert-chain.pem")
_FILES_OF_CERT_MANAGER = ("tls.crt", "tls.key", "ca.crt")
"""With the first of these, istiod reads these and none of the others."""


def missing_authority_files(secret: Resource) -> list[str]:
    """What a Secret `cacerts` lacks; nothing for other Secrets, and for one that has none of the files."""
    held = secret["data"].mapping.keys() | secret["stringData"].mapping.keys()
    wanted = _FILES_OF_CERT_MANAGER if _FILES_OF_CERT_MANAGER[0] in held else _FILES
    if secret.name != "cacerts" or not held & set(wanted):
        return []
    return [name for name in wanted if name not in held]
