"""Positions of keys in TOML, which the parser of the standard library does not provide."""

import re
from collections.abc import Sequence

_NAME = r"(?:\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+)"
_KEY = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_TABLE = re.compile(rf"\s*\[+\s*(?P<key>{_KEY})\s*\]+\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(rf"\s*(?P<key>{_KEY})\s*=")
_NAMES = re.compile(_NAME)


def place(text: str, steps: Sequence[str | int]) -> str:
    """The line of the key that comes closest to a path, as `:line`; nothing where none of it is found."""
    wanted = [step for step in steps if isinstance(step, str)]
    best, line = 0, ""
    table: list[str] = []
    for number, written in enumerate(text.splitlines(), 1):
        if header := _TABLE.match(written):
            path = table = _names(header["key"])
        elif assignment := _ASSIGNMENT.match(written):
            path = [*table, *_names(assignment["key"])]
        else:
            continue
        shared = _shared(path, wanted)
        if shared > best:
            best, line = shared, f":{number}"
    return line


def _names(key: str) -> list[str]:
    return [name.strip("\"'") for name in _NAMES.findall(key)]


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    """How many names two paths have in common from the start."""
    return next((index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
