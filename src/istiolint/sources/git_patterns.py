"""Patterns as in .gitignore."""

import re
import warnings
from collections.abc import Iterable

from istiolint.primitives.patterns import late

_CLASS = late(r"\[:([a-z]+):\]")
_CLASSES = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": " \t", "digit": "0-9", "lower": "a-z", "space": " \t\n\v\f\r",
    "upper": "A-Z", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
"""Classes of characters that git knows within brackets, and pathspec does not."""
_BYTES = {0xDC00 + byte: 0xF700 + byte for byte in range(0x80, 0x100)}
"""Bytes of names that are not UTF-8: RE2 accepts no surrogates, so they become characters for private use."""


class GitPatterns:
    """Patterns of which the last one that matches a path decides. Raises ValueError if one is not valid."""

    def __init__(self, patterns: Iterable[str]):
        from pathspec import GitIgnoreSpec

        written = [_encodable(_CLASS.sub(_in_brackets, pattern)) for pattern in patterns]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of `[[a]`, which is valid
            try:
                self._spec = GitIgnoreSpec.from_lines(written)
            except Exception as error:  # pathspec accepts `[z-a]`, its regular expression engine fails with its own exception
                raise ValueError("invalid pattern") from error

    def decision(self, path: str) -> bool | None:
        """Return whether a path is ignored; None if no pattern matches it. Paths of folders end in a slash."""
        return self._spec.check_file(_encodable(path)).include


def is_pattern(pattern: str) -> bool:
    """Return whether a pattern is valid."""
    try:
        GitPatterns([pattern])
    except ValueError:
        return False
    return True


def _in_brackets(found: re.Match[str]) -> str:
    return _CLASSES.get(found[1], found[0])


def _encodable(text: str) -> str:
    return text if text.isascii() else text.translate(_BYTES)
