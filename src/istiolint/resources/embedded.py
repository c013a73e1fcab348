"""YAML within YAML: the text of a scalar, read as a document whose positions are those of the file around it."""

from istiolint.documents.reader import read
from istiolint.resources.cursor import Cursor
from istiolint.sources import Source

_BLOCK = "|"


def embedded(scalar: Cursor) -> Cursor | None:
    """The root of the YAML that a string holds; None if it holds none.

    Lines of a block scalar (`|`) keep their positions. In other scalars the first line does, and so does everything that fits on
    one line, unless quotes hide something.
    """
    if not scalar.text.strip():
        return None
    outer = scalar.document.source
    inner = Source(outer.path, _in_place(scalar), outer.linted, cluster=outer.cluster, embedded=True)
    document = next(read(inner), None)
    return None if document is None or document.problems else Cursor(document, (), document.data)


def _in_place(scalar: Cursor) -> str:
    """The text, with blanks for everything before it in the file."""
    span = scalar.place.span()
    lines = scalar.document.source.text.splitlines()
    first, column = span.begins
    header = lines[first - 1][column - 1 :] if first <= len(lines) else ""
    if header.startswith(_BLOCK):
        return "\n" * first + "\n".join(lines[first : span.ends.line])
    quote = header[:1] in "'\""
    return "\n" * (first - 1) + " " * (column - 1 + quote) + scalar.text.replace("\n", "\n" + " " * (column - 1 + quote))
