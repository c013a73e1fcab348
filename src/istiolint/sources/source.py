"""One text that is read, and where its lines begin."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol, TypeAlias

Identity: TypeAlias = tuple[int, int, int, int]
"""Inode, size and times of a file, by which it is known again."""
LINE_END = re.compile(r"\r\n|\r|\n")


class Position(NamedTuple):
    """A place in a text; line and column count from 1, the column in code points."""

    line: int
    column: int


class Stretch(NamedTuple):
    """A stretch of a source: character offsets, end exclusive; `exact` where the text is the very one that was rendered."""

    source: "Source"
    start: int
    end: int
    exact: bool


class Origin(Protocol):
    """Maps rendered text to the files that it was rendered from."""

    def find(self, start: int, end: int) -> Stretch | None:
        """Return where a stretch of the rendered text came from; None if that is unknown."""


class Enclosing(NamedTuple):
    """A text that contains another one, and where in it each character of the other one is, and its end."""

    source: "Source"
    offsets: Sequence[int]


@dataclass(eq=False, repr=False)
class Source:
    """One text: its path as shown to the user, what it says, and whether it is linted or only read for reference.

    `trouble` is the reason, in words, for a text that could not be read: missing, unreadable, too large, binary, not UTF-8.
    `encoding` is what the bytes were decoded with and must be encoded with again; line ends are those of the file, a byte order
    mark is left out. `cluster` is the cluster to which it is applied, "" where only one is looked at. `origin` maps a text that
    a program has rendered to its source files. `enclosing` is the text in which it is the value of a scalar.
    `stdin`: it came from standard input, whatever its path.
    `target` is the name of the chart or overlay that a program rendered on request, `environment` the one that it is for.
    `on_disk` is False for the files of a revision, for which the current folder is not looked at.
    `identity` is that of the file when it was read; None for other texts.
    """

    path: str
    text: str = ""
    linted: bool = True
    trouble: str | None = None
    encoding: str = "utf-8"
    cluster: str = ""
    origin: Origin | None = None
    enclosing: "Enclosing | None" = None
    stdin: bool = False
    target: str = ""
    environment: str = ""
    on_disk: bool = True
    identity: Identity | None = None

    @cached_property
    def line_starts(self) -> list[int]:
        """The character offset at which each line begins; lines end at LF, CR or CRLF, as in editors."""
        return [0, *(match.end() for match in LINE_END.finditer(self.text))]

    def position(self, offset: int) -> Position:
        """The line and column of a character offset."""
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The text of a line, counted from 1, without its end."""
        starts = self.line_starts
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")
