"""Expressions in RE2's syntax, which matches in linear time, whatever the expression."""

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=4096)
def compiled(pattern: str, most_bytes: int = 0) -> tuple[Any | None, str]:
    """Return the compiled expression, or None and why RE2 rejects it.

    `most_bytes` limits its memory; 0 leaves RE2's own limit. RE2 prints nothing: expressions may be untrusted text.
    """
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = most_bytes or options.max_mem
    try:
        return re2.compile(pattern, options), ""
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        return None, reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
