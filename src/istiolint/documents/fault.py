"""A fault of syntax, and the spot in a text at which a parser stopped."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from istiolint.primitives.patterns import late
from istiolint.sources.source import LINE_END

_TOKEN = late(r"[^\s,\[\]{}]+|.", re.DOTALL)


class Fault(NamedTuple):
    """A fault in a text: words, offsets (end exclusive), and what to write instead."""

    message: str
    start: int
    end: int
    hint: str | None = None


class Spot:
    """Where the parser stopped (`at`), and where the thing began that it was reading (`opened`)."""

    def __init__(self, text: str, at: int, opened: int, first_line: int):
        self.text, self.at, self.opened, self.first_line = text, at, opened, first_line

    @property
    def character(self) -> str:
        """The character at the spot; empty at the end of the text."""
        return self.text[self.at : self.at + 1]

    @property
    def token(self) -> str:
        """The word at the spot, or the one character that is no part of a word."""
        match = _TOKEN.match(self.text, self.at)
        return match[0] if match else ""

    @property
    def line_start(self) -> int:
        """Where the line of the spot begins."""
        return self.start_of_line(self.at)

    @property
    def before(self) -> str:
        """The line up to the place."""
        return self.text[self.line_start : self.at]

    def start_of_line(self, at: int) -> int:
        """Where the line of an offset begins."""
        start = self.text.rfind("\n", 0, at) + 1
        return self.text.rfind("\r", start, at) + 1 or start

    def number(self, at: int) -> int:
        """The line of an offset."""
        return self.first_line + len(LINE_END.findall(self.text, 0, at))

    def lines_above(self) -> Iterator[tuple[int, str]]:
        """Offset and text of the lines above that hold more than a comment, nearest first."""
        end = self.line_start
        for line in reversed(self.text[max(0, end - 100_000) : end].splitlines(keepends=True)):
            end -= len(line)
            if line.strip() and not line.lstrip().startswith("#"):
                yield end, line.rstrip()

    def fault(self, message: str, covers: str = "", *, at: int | None = None, hint: str | None = None) -> Fault:
        """A fault at the place (or at another offset) that covers a pattern, by default one word."""
        last = max(len(self.text.rstrip()) - 1, 0)
        start = min(self.at if at is None else at, last)
        match = (re.compile(covers) if covers else _TOKEN).match(self.text, start)
        return Fault(message, start, max(match.end() if match else start, start + 1), hint)
