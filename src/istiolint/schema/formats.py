"""Formats of strings that JSON Schema has no words for, as the API server's Go code reads them."""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable
from urllib.parse import urlsplit

NANOSECONDS = {
    "ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9,
}  # fmt: skip
_PART = re.compile(r"(?=\.?\d)(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_LONGEST = 2**63 - 1
_MOST_DIGITS = 1000
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PORT = re.compile(r":\d*")


def nanoseconds(text: str) -> int | None:
    """A duration as Go reads it (`1h2m3.5s`, `-1.5h`, `0`), in nanoseconds; None for what is none, or is too long."""
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if rest == "0":
        return 0
    total, at = 0, 0
    while part := _PART.match(rest, at):
        whole, decimals, unit = part[1] or "0", part[2] or "0", NANOSECONDS[part[3]]
        if len(whole) + len(decimals) > _MOST_DIGITS:
            return None
        total += int(whole) * unit + int(decimals) * unit // 10 ** len(decimals)
        at = part.end()
    if not rest or at != len(rest) or total > _LONGEST:
        return None
    return sign * total


def scheme(text: str) -> str | None:
    """The scheme of a URL as Go's ParseRequestURI reads it, "" for an absolute path; None for what is no URL."""
    if not text or _CONTROL.search(text) or _BAD_ESCAPE.search(text.partition("?")[0]):
        return None
    if text.startswith("/"):
        return ""
    found, colon, rest = text.partition(":")
    if not colon or not _SCHEME.fullmatch(found) or not rest.startswith("/"):
        return None
    return found.lower() if not rest.startswith("//") or _is_authority(rest) else None


def _is_authority(rest: str) -> bool:
    try:
        host = urlsplit("x:" + rest).netloc.rpartition("@")[2]
    except ValueError:
        return False
    if any(character in host for character in ' <>"^`{}|\\'):
        return False
    port = host.rpartition("]")[2] if host.startswith("[") else host[host.find(":") :] if ":" in host else ""
    return not port or bool(_PORT.fullmatch(port))


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
