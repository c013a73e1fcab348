"""What is wrong with a TLS certificate as a Secret carries it."""

import base64
import binascii
import warnings
from datetime import UTC, datetime

from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource

PAIRS = (("tls.crt", "tls.key"), ("cert", "key"))
"""The entries that istiod reads, the stronger pair last in Kubernetes' own type, first here."""

_UNKNOWN = b"ENC["
"""The start of entries that sops encrypts; also used for placeholders, since both have other text in the cluster."""


def fault(secret: Resource) -> str | None:
    """Return why istiod cannot use a Secret as a server certificate; None if it can, or if that is unknown.

    Validity is judged by today's date.
    """
    pair = next((pair for pair in PAIRS if all(_entry(secret, key) for key in pair)), None)
    if pair is None:
        return "it has neither `tls.crt` and `tls.key` nor `cert` and `key`"
    certificate = _entry(secret, pair[0])
    if certificate.startswith(_UNKNOWN):
        return None
    return _certificate_fault(pair[0], certificate)


def _entry(secret: Resource, key: str) -> bytes:
    plain: Cursor = secret["stringData"][key]
    encoded: Cursor = secret["data"][key]
    if plain.unresolved or encoded.unresolved:
        return _UNKNOWN
    if plain.text:
        return plain.text.encode()
    text = encoded.text
    if text.startswith("ENC["):
        return _UNKNOWN
    try:
        return base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        return b""


def _certificate_fault(key: str, pem: bytes) -> str | None:
    from cryptography import x509  # imported late: 43 ms

    try:
        with warnings.catch_warnings():  # they would be printed between the lines of a report
            warnings.simplefilter("ignore")
            certificate = x509.load_pem_x509_certificate(pem)
        begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except (ValueError, x509.InvalidVersion):
        return f"`{key}` is not a PEM certificate"
    now = datetime.now(UTC)
    if now > ends:
        return f"the certificate in `{key}` expired on {ends:%Y-%m-%d}"
    return f"the certificate in `{key}` is not valid before {begins:%Y-%m-%d}" if now < begins else None
