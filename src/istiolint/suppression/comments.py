"""Suppressions in comments.

`# istiolint: ignore[rule-id, IST0101] reason` at the end of a line applies to that line, alone on a line to the next one, and
before the first line of a document to the entire document. `# istiolint: ignore-file[rule-id]` applies to the file.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from istiolint.documents import Document
from istiolint.findings.finding import Fix, Rewrite, Span
from istiolint.primitives.patterns import late
from istiolint.sources import Source
from istiolint.suppression.suppression import Suppression

VERBS = ("ignore", "ignore-file")
_COMMENT = late(
    r"(?<![^\s])#[ \t]*istiolint:[ \t]*(?P<verb>[A-Za-z_-]+)[ \t]*(?:\[(?P<names>[^\]\r\n]*)\])?(?:[ \t]*[:-])?"
    r"(?P<reason>[^\r\n]*?)(?=[ \t]+#|[ \t]*(?:[\r\n]|\Z))"
)
_NAME = late(r"[^\s,][^,]*?(?=\s*(?:,|$))")
_NO_CONTENT = late(r"(?:[ \t]*(?:#[^\r\n]*)?|(?:---|\.\.\.)(?:[ \t]+#[^\r\n]*|[ \t]*)|%[^\r\n]*)(?:\r\n|\r|\n|\Z)")
_MARKER = late(r"^(?:---|\.\.\.)(?=[ \t\r\n]|\Z)", re.MULTILINE)
_REST = late(r"[ \t]*(?P<end>\r\n|\r|\n|\Z)?")
_BLOCKS = ("|", ">")


class Comment(NamedTuple):
    """A comment for istiolint. `lines` are the lines that it applies to, None for the entire file.

    `suppression` is None for a malformed comment; `meant` is then the word that was probably meant.
    """

    span: Span
    lines: range | None
    suppression: Suppression | None
    meant: str = ""


def comments(document: Document) -> Iterator[Comment]:
    """Yield the istiolint comments of a document, without lookalikes inside strings."""
    found = list(_COMMENT.finditer(document.text))
    inside = strings(document) if found else None
    layout = _Layout(document.source.text)
    for match in found:
        own_line = not document.text[_line_start(document.text, match.start()) : match.start()].strip()
        is_comment = own_line if inside is None else not inside.contain(match.start())
        judged = inside is not None and not document.skipped
        if is_comment and (comment := _comment(document, match, layout, judged=judged)):
            yield comment


def _comment(document: Document, match: re.Match[str], layout: "_Layout", *, judged: bool) -> Comment | None:
    source, start = document.source, document.offset + match.start()
    span = Span(source, start, document.offset + match.end())
    verb, written = match["verb"], match["names"]
    if verb not in VERBS or not (written or "").strip():
        from difflib import get_close_matches

        meant = get_close_matches(verb, VERBS, 1, 0.75)
        return Comment(span, None, None, meant[0]) if meant or written is not None else None
    at = document.offset + match.start("names")
    names = {name[0]: Span(source, at + name.start(), at + name.end()) for name in _NAME.finditer(written)}
    brackets = Span(source, at, document.offset + match.end("names"))

    def without(gone: set[str]) -> Fix:
        left = [name for name in names if name not in gone]
        edit = Rewrite(brackets, ", ".join(left)) if left else Rewrite(_removable(span), "")
        return Fix("remove the names" if left else "remove the comment", (edit,))

    suppression = Suppression(names, span, match["reason"].strip(), without, judged=judged)
    return Comment(span, None if verb == "ignore-file" else _meant_lines(source, start, layout), suppression)


def _meant_lines(source: Source, start: int, layout: "_Layout") -> range:
    """Return the lines that a comment applies to: its own, the next one, or the entire document."""
    text, line = source.text, source.position(start).line
    line_start = source.line_starts[line - 1]
    before = text[line_start:start].strip()
    if before and not _MARKER.fullmatch(before):
        return range(line, line + 1)
    first_content = layout.first_content(line_start)
    if first_content == len(text):
        return range(0)
    first = source.position(first_content).line
    if layout.is_first_of_document(first_content):
        end = _MARKER.search(text, first_content)
        return range(first, source.position(end.start()).line if end else len(source.line_starts) + 1)
    return range(first, first + 1)


class _Layout:
    """Finds the content of a text. Comments are looked up in order, so that each part of the text is searched once."""

    def __init__(self, text: str):
        self._text = text
        self._blank = (0, 0)
        self._searched = self._document = 0
        self._first = (-1, False)

    def first_content(self, line_start: int) -> int:
        """Return where content starts at or after the start of a line; the end of the text if there is none."""
        start, end = self._blank
        if not start <= line_start < end:
            self._blank = line_start, _after_blank(self._text, line_start, len(self._text))
        return self._blank[1]

    def is_first_of_document(self, content: int) -> bool:
        """Whether the line with content that starts at this offset is the first one of its document."""
        if self._first[0] != content:
            if content < self._searched:
                self._searched = self._document = 0
            for marker in _MARKER.finditer(self._text, self._searched, content):
                self._document = marker.start()
            self._searched = content
            self._first = content, _after_blank(self._text, self._document, content) == content
        return self._first[1]


def _after_blank(text: str, start: int, end: int) -> int:
    """Return where blank lines, comments and markers end that start at an offset."""
    while start < end and (blank := _NO_CONTENT.match(text, start, end)) and blank.end() > start:
        start = blank.end()
    return start


class Strings:
    """The spans of strings and numbers of a document. A `#` in them does not start a comment."""

    def __init__(self, text: str, scalars: list[tuple[int, int, bool]]):
        """Take start, end and whether it is a block of each scalar, in the order of the text."""
        self._text, self._scalars = text, scalars

    def contain(self, at: int) -> bool:
        """Whether a character is part of a scalar; the line of a block's `|` is not."""
        index = bisect_right(self._scalars, at, key=lambda scalar: scalar[0]) - 1
        if index < 0:
            return False
        start, end, block = self._scalars[index]
        return at < end and not (block and self._text.find("\n", start, at) < 0)


def strings(document: Document) -> Strings | None:
    """Return the strings and numbers of a document; None if it cannot be parsed."""
    try:
        scalars = [
            (event.start_mark.index, event.end_mark.index, event.style in _BLOCKS)
            for event in document.parse(document.text)
            if hasattr(event, "style")
        ]
    except Exception:  # the rules of topic syntax report what the parser rejects
        return None
    return Strings(document.text, scalars)


def _removable(span: Span) -> Span:
    """Return the span to remove with a comment: the blanks before it, and its line if nothing else is on it."""
    text = span.source.text
    line = _line_start(text, span.start)
    before, rest = text[line : span.start], _REST.match(text, span.end)
    if before.strip() or not rest:
        return Span(span.source, line + len(before.rstrip()), span.end)
    return Span(span.source, line if rest["end"] is not None else span.start, rest.end())


def _line_start(text: str, at: int) -> int:
    start = text.rfind("\n", 0, at) + 1
    return text.rfind("\r", start, at) + 1 or start
