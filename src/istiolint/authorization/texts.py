"""Texts of AuthorizationPolicies as Istio compares them: exact, by prefix (`/api/*`), by suffix (`*.jpg`), or any (`*`).

A `*` elsewhere is literal. Paths can also be templates (`/users/{*}`): only the part before the first brace is compared.
"""

from ipaddress import ip_network


def text_takes(pattern: str, text: str) -> bool:
    """Whether a text matches a value of a policy: exact, prefix (`a*`), suffix (`*a`), or any (`*`)."""
    if pattern == "*":
        return bool(text)
    if pattern.startswith("*"):
        return text.endswith(pattern[1:])
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def text_covers(wide: str, narrow: str) -> bool:
    """Whether every text that `narrow` matches is matched by `wide`."""
    if wide in (narrow, "*"):
        return True
    if "{" in wide or narrow == "*":
        return False
    if wide.startswith("*"):
        return "{" not in narrow and not _by_beginning(narrow) and narrow.removeprefix("*").endswith(wide[1:])
    if wide.endswith("*"):
        known = narrow.partition("{")[0] if "{" in narrow else narrow.removesuffix("*")
        return not narrow.startswith("*") and known.startswith(wide[:-1])
    return False


def texts_apart(one: str, other: str) -> bool:
    """Whether certainly no text matches both."""
    if "*" in (one, other) or "{" in one + other:
        return False
    if one.startswith("*") and other.startswith("*"):
        return not (one.endswith(other[1:]) or other.endswith(one[1:]))
    if _by_beginning(one) and _by_beginning(other):
        return not (one.startswith(other[:-1]) or other.startswith(one[:-1]))
    if _is_plain(one) or _is_plain(other):
        return not (text_covers(one, other) or text_covers(other, one))
    return False


def range_covers(wide: str, narrow: str) -> bool:
    """Whether a range of addresses contains another one; a single address is a range of one."""
    try:
        outer, inner = ip_network(wide, strict=False), ip_network(narrow, strict=False)
    except ValueError:
        return wide == narrow
    if outer.version != inner.version:
        return False
    return outer.prefixlen <= inner.prefixlen and inner.network_address in outer


def _by_beginning(text: str) -> bool:
    return text.endswith("*") and not text.startswith("*")


def _is_plain(text: str) -> bool:
    return not (text.startswith("*") or text.endswith("*"))
