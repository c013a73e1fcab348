"""Fixes as a patch that `git apply` and `patch -p1` accept in the current folder."""

import os
import re
from collections.abc import Iterable, Iterator

from istiolint.sources import Source

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_ESCAPED = re.compile(rb'[\x00-\x1f"\\\x7f-\xff]')
_SHORT = {0x07: "a", 0x08: "b", 0x09: "t", 0x0A: "n", 0x0B: "v", 0x0C: "f", 0x0D: "r", 0x22: '"', 0x5C: "\\"}


def patch_lines(sources: Iterable[Source], texts: dict[str, str]) -> Iterator[str]:
    """Yield the lines of a unified diff, each with its line end; `texts` are the new texts by path."""
    for source in sources:
        if (text := texts.get(source.path, source.text)) != source.text:
            yield from _changes(source, text)


def _changes(source: Source, text: str) -> Iterator[str]:
    from difflib import unified_diff

    before, after = (_name(f"{side}/{_relative(source.path)}") for side in "ab")
    for line in unified_diff(_LINE.findall(source.text), _LINE.findall(text), before, after):
        yield line
        if not line.endswith("\n"):
            yield "\\ No newline at end of file\n"


def _relative(path: str) -> str:
    """Return a path relative to the current folder, as in patches."""
    return os.path.relpath(path).replace(os.sep, "/")


def _name(path: str) -> str:
    """Return a name as git writes it: quoted if it has control characters, and followed by a tab if it has blanks."""
    content = path.encode("utf-8", "surrogateescape")
    if path.isprintable() and not set('"\\').intersection(path):
        return f"{path}\t" if " " in path else path
    return '"' + _ESCAPED.sub(lambda match: _escape(match[0][0]).encode(), content).decode("ascii") + '"'


def _escape(code: int) -> str:
    return f"\\{_SHORT[code]}" if code in _SHORT else f"\\{code:03o}"
