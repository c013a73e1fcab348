"""JSON Web Keys (RFC 7517, 7518 and 8037): sets of keys that verify JWTs."""

import json
from typing import Any

_MEMBERS = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x"), "oct": ("k",)}
"""What a key of each type must have."""


def keys(text: str) -> list[dict[str, Any]] | None:
    """The keys of a set, or a single key; None for any other text."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    found = data.get("keys", [data]) if isinstance(data, dict) else None
    return found if isinstance(found, list) and all(isinstance(key, dict) for key in found) else None


def jwks_fault(text: str) -> str | None:
    """What is wrong with a key or a set of keys, as words that continue "invalid `jwks`: "; None if it is valid."""
    found = keys(text)
    if found is None:
        return "not a JSON object with `keys`"
    for index, key in enumerate(found):
        kind = key.get("kty")
        if not isinstance(kind, str) or kind not in _MEMBERS:
            return f"key {index} has no known `kty` ({', '.join(_MEMBERS)})"
        for member in _MEMBERS[kind]:
            if not isinstance(key.get(member), str) or not key[member]:
                return f"key {index} has no `{member}`"
    return None


def private_keys(text: str) -> list[int]:
    """Which keys of a set, counted from 0, can sign tokens: they are private or symmetric."""
    return [index for index, key in enumerate(keys(text) or []) if key.get("kty") == "oct" or "d" in key]
