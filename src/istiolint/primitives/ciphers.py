"""Cipher suites by the names of BoringSSL, which Envoy uses."""

CIPHER_SUITES = frozenset((
    "AES128-GCM-SHA256", "AES128-SHA", "AES256-GCM-SHA384", "AES256-SHA", "DES-CBC3-SHA",
    *(
        f"ECDHE-{key}-{cipher}"
        for key in ("ECDSA", "RSA")
        for cipher in ("AES128-GCM-SHA256", "AES128-SHA", "AES256-GCM-SHA384", "AES256-SHA", "CHACHA20-POLY1305")
    ),
))  # fmt: skip
"""Those that can be chosen; the ones of TLS 1.3 cannot."""


def is_cipher_suite(text: str) -> bool:
    """Whether Istio takes a text for a cipher suite; what begins with a mark (`-`, `+`, `@`, `[`) it leaves to BoringSSL."""
    return text in CIPHER_SUITES or text in ("", "ALL") or not (text[0].isascii() and text[0].isalnum())
