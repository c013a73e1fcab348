"""Which texts are read, and where they came from: files, folders, standard input."""

import os
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

ENDINGS = (".yaml", ".yml", ".json")
MOST_BYTES = 32 * 1024 * 1024
"""Files above this size are not read: nothing that people write, or that kubectl could apply, is larger."""

_LINE_END = re.compile(r"\r\n|\r|\n")


class Position(NamedTuple):
    """A place in a text; line and column count from 1, the column in code points."""

    line: int
    column: int


@dataclass(eq=False)
class Source:
    """One text: its path as shown to the user, what it says, and whether it is linted or only read for reference.

    `trouble` tells in words why there is no text: missing, unreadable, too large, binary, not UTF-8.
    """

    path: str
    text: str = ""
    linted: bool = True
    trouble: str | None = None

    @cached_property
    def line_starts(self) -> list[int]:
        """The character offset at which each line begins; lines end at LF, CR or CRLF, as in editors."""
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def position(self, offset: int) -> Position:
        """The line and column of a character offset."""
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its end."""
        starts = self.line_starts
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")


class MissingPathError(Exception):
    """A path that the user named and that is not there."""

    def __init__(self, path: str):
        super().__init__(f"there is no file or folder {path}")
        self.path = path


def discover(paths: Iterable[str], *, context: Iterable[str] = ()) -> Iterator[Source]:
    """The sources behind files, folders and `-` (standard input); those under `context` are read, but not linted.

    Raises MissingPathError at once, before anything is read.
    """
    named = [(path, True) for path in paths] + [(path, False) for path in context]
    for path, _ in named:
        if path != "-" and not os.path.lexists(path):
            raise MissingPathError(path)
    return _read(named)


def _read(named: Iterable[tuple[str, bool]]) -> Iterator[Source]:
    for path, linted in named:
        found = [Path(path)] if not Path(path).is_dir() else sorted(p for p in Path(path).rglob("*") if p.suffix in ENDINGS)
        for file in found:
            yield Source(str(file), file.read_text("utf-8-sig"), linted)
