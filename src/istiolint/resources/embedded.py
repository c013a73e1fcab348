"""YAML within YAML: the text of a scalar, read as a document whose positions are those of the file around it."""

from collections.abc import Sequence

from istiolint.documents.reader import read
from istiolint.documents.within import characters
from istiolint.findings.finding import Span
from istiolint.resources.cursor import Cursor
from istiolint.sources import Source
from istiolint.sources.source import Enclosing

_BLOCK = "|"


def embedded(scalar: Cursor) -> Cursor | None:
    """Return the root of the YAML in a string, None if there is none.

    Its positions are those of the file: exact in a block scalar (`|`) and in a scalar on one line, with or without escapes;
    that of the scalar in others, whose lines are folded.
    """
    if not scalar.text.strip():
        return None
    outer, span = scalar.document.source, scalar.place.span()
    text, offsets = _content(span, scalar.text)
    inner = Source(outer.path, text, outer.linted, cluster=outer.cluster, enclosing=Enclosing(span.source, offsets))
    document = next(read(inner), None)
    return None if document is None or document.problems else Cursor(document, (), document.data)


def _content(span: Span, value: str) -> tuple[str, Sequence[int]]:
    """Return the text that is read, and where each of its characters is."""
    if span.text.startswith(_BLOCK):
        starts, line = span.source.line_starts, span.begins.line
        start = min(starts[line], span.end) if line < len(starts) else span.end
        return span.source.text[start : span.end], range(start, span.end + 1)
    offsets = characters(span.text)
    if offsets is None or len(offsets) != len(value) + 1:
        return value, [span.start] * (len(value) + 1)
    return value, [span.start + offset for offset in offsets]
