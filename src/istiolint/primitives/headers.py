"""Names and values of HTTP headers as Istio validates them, which differs from field to field.

Each `..._fault` returns what is wrong with a text, as words that continue "invalid ... `x`: ", or None.
"""

import re

from istiolint.primitives.patterns import late

_TOKEN = late(r"[!#$%&'*+,\-.^_`|~A-Za-z0-9]+", re.ASCII)
_CONTROL = late(r"[\x00-\x08\x0a-\x1f\x7f]")
_CLAIM = late(r"@request\.auth\.claims(\..+|\[.+\])", re.ASCII | re.IGNORECASE | re.DOTALL)
_SHOWN = {" ": "a space", "`": "a backtick"}
_HOST = "host"
_AUTHORITY = ":authority"
PSEUDO_HEADERS = frozenset((":method", ":scheme", _AUTHORITY, ":path", ":status"))
"""The pseudo-headers that replace the first line of a message in HTTP/2."""


def is_claim(name: str) -> bool:
    """Return whether the name of a header in a match is that of a JWT claim: `@request.auth.claims.group`."""
    return bool(_CLAIM.fullmatch(name))


def names_authority(name: str) -> bool:
    """Return whether a header contains the host of a request."""
    return name.lower() in (_HOST, _AUTHORITY)


def match_name_fault(name: str) -> str | None:
    """Return what is wrong with the name of a header in a match."""
    if is_claim(name) or name in PSEUDO_HEADERS:
        return None
    if name.startswith("@"):
        return "claims have the form `@request.auth.claims.NAME` or `@request.auth.claims[NAME]`"
    if name.startswith(":"):
        return "the only pseudo-headers are " + ", ".join(f"`{known}`" for known in sorted(PSEUDO_HEADERS))
    return _token_fault(name)


def cors_name_fault(name: str) -> str | None:
    """Return what is wrong with a header name in a CORS policy, where `*` is valid."""
    return _token_fault(name)


def set_name_fault(name: str) -> str | None:
    """Return why a header cannot be set or added in requests. Of the pseudo-headers, only the host can be."""
    if not name:
        return "it is empty"
    return "only Envoy sets pseudo-headers" if name.startswith(":") and not names_authority(name) else None


def edited_name_fault(name: str) -> str | None:
    """Return why a header cannot be removed, or cannot be set or added in responses."""
    if not name:
        return "it is empty"
    if name.startswith(":"):
        return "only Envoy sets pseudo-headers"
    return "every request requires it" if name.lower() == _HOST else None


def _token_fault(name: str) -> str | None:
    if not name:
        return "it is empty"
    if _TOKEN.fullmatch(name):
        return None
    wrong = next(character for character in name if not _TOKEN.fullmatch(character))
    return f"it contains {_SHOWN.get(wrong, f'`{wrong}`' if wrong.isprintable() else 'a control character')}"


_STRING = r"(?:\\.|[^\\)\"])*"
_ARGUMENTS = rf'\( *(?:\[ *"|[^\[ ]){_STRING}(?:" *, *"{_STRING})*(?:\)|" *\] *\)) *%'
_READABLE = late(rf"(?:[^%]|%%|%(?!%)[^%(]*(?:%|{_ARGUMENTS}))*", re.DOTALL)
"""The part of a value that Envoy can parse: text, `%%`, `%NAME%`, `%NAME(text)%`, and `%NAME(["a", "b"])%`."""


def value_fault(value: str) -> str | None:
    """Return what is wrong with a header value, in which `%NAME%` and `%NAME(arguments)%` are variables of Envoy."""
    if found := _CONTROL.search(value):
        return "it contains a line break" if found[0] in "\r\n" else "it contains a control character"
    if "%" not in value or not (rest := value[_readable(value) :]):
        return None
    if rest == "%":
        return "it ends with an unescaped `%` (a literal percent sign is `%%`)"
    return f"unterminated variable at `{rest[:20]}` (a literal percent sign is `%%`)"


def _readable(value: str) -> int:
    found = _READABLE.match(value)
    return found.end() if found else 0
