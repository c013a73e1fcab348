"""The lines of a YAML text that may not parse, without those of block scalars."""

from collections.abc import Iterator
from typing import NamedTuple

from istiolint.primitives.patterns import late

_LINE = late(r"[^\r\n]*[^\s][^\r\n]*")
_LEAD = late(r"(?P<indent>[ ]*)(?:-[ ]+)*")
_BLOCK = late(r"(?:^|[:?-][ \t]+)(?:[&!][^\s,\[\]{}]*[ \t]+)*[|>][+-]?[1-9]?[+-]?[ \t]*(?:[ \t]#.*)?$")


class Line(NamedTuple):
    """A line without its end, and where it starts in the text."""

    start: int
    text: str


def outside_blocks(text: str) -> Iterator[Line]:
    """Yield the lines with content, comments included, that are not part of a block scalar."""
    block: int | None = None
    for match in _LINE.finditer(text):
        line = match[0]
        lead = _LEAD.match(line)
        indent, column = (len(lead["indent"]), lead.end()) if lead else (0, 0)
        if block is not None and indent > block:
            continue
        block = None
        rest = line[column:]
        if ("|" in rest or ">" in rest) and not rest.startswith("#") and (header := _BLOCK.search(rest)):
            # The text below `- |` is deeper than the dash, that below `- key: |` is deeper than the key.
            block = column if header.start() else max(line.rfind("-", 0, column), 0)
        yield Line(match.start(), line)
