"""Formats of strings that JSON Schema has no words for, as the API server's Go code reads them."""

from base64 import b64decode
from binascii import Error
from collections.abc import Callable

from istiolint.primitives.durations import NANOSECONDS, nanoseconds
from istiolint.primitives.urls import scheme


def _is_duration(text: str) -> bool:
    return nanoseconds(text) is not None


def _is_duration_of_1ms(text: str) -> bool:
    return (nanoseconds(text) or 0) >= NANOSECONDS["ms"]


def _is_http_url(text: str) -> bool:
    return scheme(text) in ("http", "https")


def _is_wasm_url(text: str) -> bool:
    found = scheme(text)
    return (scheme(f"http://{text}") if found is None else found) in ("", "http", "https", "oci", "file")


def _is_base64(text: str) -> bool:
    try:
        b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except (Error, ValueError):
        return False
    return True


FORMATS: dict[str, Callable[[str], bool]] = {
    "byte": _is_base64,
    "duration": _is_duration,
    "duration-of-1ms": _is_duration_of_1ms,
    "http-url": _is_http_url,
    "wasm-url": _is_wasm_url,
}
"""The formats by the names that our schemas use."""
