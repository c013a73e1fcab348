"""URLs as Go's net/url reads them."""

import re
from urllib.parse import urlsplit

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x20\x7f]")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PORT = re.compile(r":\d*")


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
