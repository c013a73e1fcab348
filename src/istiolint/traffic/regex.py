"""Regular expressions as Envoy reads them: RE2 syntax, and always against the whole string."""

import re
from functools import lru_cache
from typing import Any

from istiolint.primitives import re2_patterns
from istiolint.primitives.patterns import late

_LONGEST_LEAD = 256
_MAX_MEMORY = 1 << 20
"""Bytes for an expression: about 43,000 instructions. Istio's bootstrap lets Envoy accept 32,768 (`re2.max_program_size`), and
larger expressions take long to compile."""
_CONTINUES = late(r"(.*)\.([*+])\??\$?", re.DOTALL)
_SINGLE_BYTE = late(r"(?<!\\)(?:\\\\)*\\C")
_LOOKS_AHEAD = ("|", "$", "\\Q", "\\b", "\\B", "\\z")


def compiled(pattern: str) -> Any | None:
    """Return the compiled expression; None if RE2 rejects it."""
    return re2_patterns.compiled(pattern, _MAX_MEMORY)[0]


def refusal(pattern: str) -> str | None:
    """Return why RE2 as Go implements it rejects an expression, in its own words; None if it is valid.

    Istio's own validation compiles expressions in Go, which does not support `\\C`, a single byte.
    """
    regex, reason = re2_patterns.compiled(pattern, _MAX_MEMORY)
    if regex is None:
        return reason
    return "invalid escape sequence: \\C" if _SINGLE_BYTE.search(pattern) else None


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches. False for an expression that RE2 rejects."""
    regex = compiled(pattern)
    return regex is not None and regex.fullmatch(text) is not None


@lru_cache(maxsize=4096)
def lead(pattern: str) -> tuple[str, bool]:
    """Return the prefix of all matching strings, and whether it is the only string that matches.

    RE2 gives the lowest and the highest string that can match; all strings between them start with their common prefix.
    """
    regex = compiled(pattern)
    try:
        low, high = regex.possiblematchrange(_LONGEST_LEAD) if regex else (b"", b"\xff")
    except Exception:  # RE2 has no range, for example if strings can start with anything
        return "", False
    both = low[: next((at for at, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), len(low))]
    return both.decode("utf-8", "ignore"), low == high and len(low) < _LONGEST_LEAD


def stem(pattern: str) -> Any | None:
    """Return `X`, compiled, if the expression is `X.*` or equivalent; None for others.

    Such an expression matches every string that starts with a match of X. Only simple forms count: X has no alternatives,
    quotes or assertions about what follows, and the dot is not escaped.
    """
    found = _CONTINUES.fullmatch(pattern)
    if not found:
        return None
    start, many = found.groups()
    escaped = (len(start) - len(start.rstrip("\\"))) % 2 == 1
    if escaped or any(mark in start for mark in _LOOKS_AHEAD):
        return None
    return compiled(start + "." if many == "+" else start)
