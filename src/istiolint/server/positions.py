"""Positions as editors count them, and character offsets.

The protocol counts lines from 0, and within a line in code units of the encoding that client and server agreed on.
"""

from collections.abc import Callable

from lsprotocol import types

from istiolint.findings.finding import Span
from istiolint.sources import Source

_UNITS: dict[str, Callable[[str], int]] = {
    "utf-8": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "utf-16": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "utf-32": len,
}


class Positions:
    """Converts between offsets and positions; `encoding` is `utf-8`, `utf-16` or `utf-32`."""

    def __init__(self, encoding: str = "utf-16"):
        self._units = _UNITS[encoding]

    def position(self, source: Source, offset: int) -> types.Position:
        """Return the position of a character offset."""
        line, _ = source.position(offset)
        return types.Position(line - 1, self._units(source.text[source.line_starts[line - 1] : offset]))

    def range(self, span: Span) -> types.Range:
        """Return the range of a span."""
        return types.Range(self.position(span.source, span.start), self.position(span.source, span.end))

    def offset(self, source: Source, position: types.Position) -> int:
        """Return the character offset of a position; the nearest one for positions outside of the text."""
        if position.line >= len(source.line_starts):
            return len(source.text)
        start, left = source.line_starts[position.line], position.character
        for at, character in enumerate(source.line(position.line + 1)):
            if left <= 0:
                return start + at
            left -= self._units(character)
        return start + len(source.line(position.line + 1))
