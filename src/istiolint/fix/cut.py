"""Remove an entry: its lines in block style, or with its comma in flow style."""

from itertools import pairwise
from typing import NamedTuple

from istiolint.fix.entries import Entry, after, entry, node_at


class Cut(NamedTuple):
    """Write `text` between two offsets of a document's text."""

    start: int
    end: int
    text: str


def delete_edits(at: Entry) -> list[Cut]:
    """Return the cuts that remove an entry; none if that is not safe.

    A mapping or list that loses its only entry is left as `{}` or `[]`: without it the parent would become null.
    """
    end = at.lines_end
    if at.has_aliases or (end is None and not at.flow):
        return []
    if at.flow or end is None:
        return _from_flow(at)
    if len(at.siblings) == 1:
        return _only_entry(at, end)
    if at.owns_line:
        return [Cut(at.line_start, end, "")]
    following = at.siblings[1].key_start
    sure = at.opens_item and not at.document.text[end:following].strip()
    return [Cut(at.extent.key_start, following, "")] if sure else []


def _from_flow(at: Entry) -> list[Cut]:
    text = at.document.text
    for one, other in pairwise(at.siblings):
        if one is at.extent or (other is at.extent and other is at.siblings[-1]):
            start, end = (at.extent.key_start, other.key_start) if one is at.extent else (_value_end(at, one), at.end)
            between = text[start : at.extent.key_start] + text[at.end : end]
            return [] if "#" in between else [Cut(start, end, "")]
    return [Cut(at.extent.key_start, at.end, "")]


def _value_end(at: Entry, sibling: object) -> int:
    children = node_at(at.document, at.path[:-1]).children or {}
    step = next(step for step, extent in children.items() if extent is sibling)
    neighbor = entry(at.document, (*at.path[:-1], step))
    return neighbor.end if neighbor else at.extent.key_start


def _only_entry(at: Entry, end: int) -> list[Cut]:
    empty = "{}" if isinstance(at.holder, dict) else "[]"
    if at.opens_item:
        lines = at.document.text[at.extent.key_start : end]
        return [Cut(at.extent.key_start, at.extent.key_start + len(lines.rstrip("\r\n")), empty)]
    parent = entry(at.document, at.path[:-1])
    if parent is None or not at.owns_line or not isinstance(parent.holder, dict):
        return []
    colon = after(at.document.text, parent.extent)
    return [Cut(colon, colon, f" {empty}"), Cut(at.line_start, end, "")]
