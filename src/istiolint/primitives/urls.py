"""URLs as Go's net/url reads them."""

import re

from istiolint.primitives.patterns import late

_SCHEME = late(r"[A-Za-z][A-Za-z0-9+.-]*", re.ASCII)
_CONTROL = late(r"[\x00-\x1f\x7f]")
_BAD_ESCAPE = late(r"%(?![0-9A-Fa-f]{2})")
_NEVER_IN_HOSTS = frozenset(" #/?@\\^`{|}")
_USER = late(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*", re.ASCII)
_PORT = late(r":\d*", re.ASCII)


def scheme(text: str) -> str | None:
    """Return the scheme of a URL as Go's ParseRequestURI reads it, "" for an absolute path; None for what is not a URL.

    Like Go, it takes what comes before the first colon for the scheme: `registry.example.com` in `registry.example.com:5000/a`.
    """
    if not text or _CONTROL.search(text):
        return None
    found, colon, rest = text.partition(":")
    if not colon or not _SCHEME.fullmatch(found):
        found, rest = "", text
    rest = rest.partition("?")[0]
    if not rest.startswith("/"):
        return found.lower() or None
    if found and rest.startswith("//"):
        authority, slash, path = rest[2:].partition("/")
        if not _is_authority(authority):
            return None
        rest = slash + path
    return None if _BAD_ESCAPE.search(rest) else found.lower()


def _is_authority(authority: str) -> bool:
    user, at, host = authority.rpartition("@")
    if at and not _USER.fullmatch(user):
        return False
    if host.startswith("["):
        host, bracket, port = host.rpartition("]")
        if not bracket:
            return False
    else:
        port = host[host.rfind(":") :] if ":" in host else ""
    return (not port or bool(_PORT.fullmatch(port))) and _NEVER_IN_HOSTS.isdisjoint(host) and not _BAD_ESCAPE.search(host)
