"""Durations as Go reads them."""

import re
from functools import lru_cache

from istiolint.primitives.patterns import late

NANOSECONDS = {
    "ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9,
}  # fmt: skip
_PART = late(r"(?=\.?\d)(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_LONGEST = 2**63 - 1
_MOST_DIGITS = 1000


@lru_cache(maxsize=1024)
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
