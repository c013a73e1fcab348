"""The layout of an entry of a mapping or a list in the text: block or flow style, lines, and neighbors."""

import re
from dataclasses import dataclass
from typing import Any

from istiolint.documents import Document
from istiolint.documents.layout import Extent, Node
from istiolint.findings.finding import Path

_PROPERTIES = re.compile(r"(?:[&!]\S*[ \t]*(?:\r?\n[ \t]*)*)*")
_ANCHOR = re.compile(r"&([^\s,\[\]{}]+)")
_ANCHOR_OR_ALIAS = re.compile(r"(?:^|(?<=[\s\[{,:-]))[&*][A-Za-z0-9_.-]", re.MULTILINE)
_REST_OF_LINE = re.compile(r"(?:[ \t]+#[^\r\n]*|[ \t]*)(?:\r?\n|\Z)")
_ONLY_DASHES = re.compile(r"[ ]*(?:-[ ]+)+\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value, or an item of a list, with the mapping or list that holds it. Offsets are the document's.

    `end` is where the last character of the value ends; for an empty value, where the colon does.
    """

    document: Document
    path: Path
    holder: Any
    flow: bool
    extent: Extent
    end: int
    siblings: tuple[Extent, ...]

    @property
    def text(self) -> str:
        """The key, the colon and the value as written."""
        return self.document.text[self.extent.key_start : self.end]

    @property
    def indent(self) -> int:
        """The column at which it starts, counted from 0."""
        return self.extent.key_start - self.line_start

    @property
    def line_start(self) -> int:
        """The start of its first line."""
        return self.document.text.rfind("\n", 0, self.extent.key_start) + 1

    @property
    def lines_end(self) -> int | None:
        """The end of its last line, including the line end and a comment after the value; None if more follows on that line."""
        match = _REST_OF_LINE.match(self.document.text, self.end)
        return match.end() if match else None

    @property
    def before(self) -> str:
        """The text before it on its first line."""
        return self.document.text[self.line_start : self.extent.key_start]

    @property
    def owns_line(self) -> bool:
        """Whether only spaces precede it on its line; for an item of a list, only its dash."""
        before = self.before
        if isinstance(self.holder, list):
            return before.count("-") == 1 and bool(_ONLY_DASHES.match(before))
        return not before.strip(" ")

    @property
    def opens_item(self) -> bool:
        """Whether it is the first key of a list item, on the line of the dash."""
        return isinstance(self.holder, dict) and bool(_ONLY_DASHES.match(self.before))

    @property
    def has_aliases(self) -> bool:
        """Whether it may contain an anchor or an alias: then moving it is not safe."""
        return bool(_ANCHOR_OR_ALIAS.search(self.text))


def entry(document: Document, path: Path) -> Entry | None:
    """Return the entry at a path; None if the path does not exist, or goes through an alias, a merge key or an anchor in use.

    A value with an anchor that is in use also occurs elsewhere, so it must not be edited for one place.
    """
    text, holder, node = document.text, document.data, document.layout.root
    start, end = node.start, node.end
    for depth, step in enumerate(path):
        extents = node.children or {}
        extent = extents.get(step)
        if extent is None or not (start <= extent.key_start and max(extent.key_end, extent.end) <= end):
            return None
        properties = _PROPERTIES.match(text, start)
        assert properties
        if any(f"*{name}" in text for name in _ANCHOR.findall(properties[0])):
            return None
        if depth == len(path) - 1:
            inside = (other for other in extents.values() if start <= other.key_start < end)
            siblings = tuple(sorted(inside, key=lambda other: other.key_start))
            flow = text[properties.end() : properties.end() + 1] in ("{", "[")
            return Entry(document, path, holder, flow, extent, _end(text, extent), siblings)
        holder, node, start, end = holder[step], extent.node, extent.start, extent.end
    return None


def node_at(document: Document, path: Path) -> Node:
    """Return where the value at a path is, which must exist."""
    node = document.layout.root
    for step in path:
        node = (node.children or {})[step].node
    return node


def after(text: str, extent: Extent) -> int:
    """Return the end of the colon after a key; the end of the key if there is no colon."""
    match = re.compile(r"\s*:").match(text, extent.key_end)
    return match.end() if match else extent.key_end


def _end(text: str, extent: Extent) -> int:
    written = text[extent.start : extent.end].rstrip()
    return extent.start + len(written) if written else after(text, extent)
