"""The keys that occur in a document, so that rules for other fields need not read it."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from istiolint.primitives.patterns import late

_NAME = late(r"([\w./-]+)[\\\"']*[ \t]*[:=]")
"""A name with what follows it where it is a key of YAML or JSON, also in quotes that are escaped, or is set by a flag."""
_PART = late(r"[./]")


def keys_of(value: Any) -> frozenset[str]:
    """Return the keys of all mappings in a value, also those in YAML and JSON within its strings."""
    keys: set[str] = set()
    waiting = [value]
    while waiting:
        value = waiting.pop()
        kind = type(value)
        if kind is dict:
            keys.update(value)
            waiting.extend(value.values())
        elif kind is list:
            waiting.extend(value)
        elif kind is str and may_have_keys(value):
            keys.update(keys_in(value))
    return shared(frozenset(keys))


def may_have_keys(text: str) -> bool:
    """Return whether a string may be YAML or JSON with keys."""
    return ": " in text or "\n" in text or "{" in text


def keys_in(text: str) -> Iterable[str]:
    """Yield what may be keys in the text of a string; of `a.b` and `a/b` also the parts."""
    for name in set(_NAME.findall(text.replace("\\n", "\n"))):
        yield name
        yield from _PART.split(name)


@lru_cache(maxsize=4096)
def shared(keys: frozenset[str]) -> frozenset[str]:
    """Return one object for equal keys: thousands of resources have the same."""
    return keys


@lru_cache(maxsize=4096)
def joined(keys: frozenset[str]) -> str:
    """Return keys as one text, which can be stored."""
    return "\n".join(sorted(keys))


@lru_cache(maxsize=4096)
def separated(text: str) -> frozenset[str]:
    """Return the keys that `joined` put together; a key with a line end is several then, and no field has such a name."""
    return shared(frozenset(text.split("\n")))
