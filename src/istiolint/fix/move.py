"""Move an entry to another mapping of its resource, and replace a mapping with its children."""

import json
import re

from istiolint.documents import Document
from istiolint.documents.document import value_at
from istiolint.findings.finding import Path
from istiolint.fix.cut import Cut, delete_edits
from istiolint.fix.entries import Entry, entry, node_at

STEP = 2
"""Spaces by which a parent that must be made indents its children."""

_SAFE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*\Z")


def key_text(at: Entry, key: str) -> str:
    """Return a key in the quotes of the entry's key, or plain. JSON needs quotes."""
    quote = at.document.text[at.extent.key_start]
    if quote == '"' or (quote != "'" and not _SAFE_KEY.match(key)):
        return json.dumps(key, ensure_ascii=False)
    return f"'{key}'" if quote == "'" else key


def move_edits(at: Entry, to: Path) -> list[Cut]:
    """Return the cuts that move an entry of a mapping to another path and add missing parents; none if that is not safe.

    It stays on its lines if only parents are inserted above; otherwise it becomes the last entry of its new mapping.
    """
    data = at.document.data
    if at.has_aliases or not isinstance(at.holder, dict) or value_at(data, to)[0] or to[: len(at.path)] == at.path:
        return []
    known = len(to) - 1
    while not value_at(data, to[:known])[0]:
        known -= 1
    made, key = to[known:-1], to[-1]
    if not all(isinstance(step, str) for step in (*made, key)) or not isinstance(value_at(data, to[:known])[1], dict):
        return []
    parents = [key_text(at, str(step)) for step in made]
    if to[:known] == at.path[:-1]:
        return _wrapped(at, parents, key_text(at, str(key)))
    cut = delete_edits(at)
    pasted = _pasted(at, to[:known], parents, key_text(at, str(key)))
    return [*cut, pasted] if cut and pasted else []


def unwrap_edits(at: Entry) -> list[Cut]:
    """Return the cuts that replace the entry of a mapping with its children; none if that is not safe."""
    children = node_at(at.document, at.path).children or {}
    first = entry(at.document, (*at.path, next(iter(children)))) if children else None
    if not isinstance(at.holder, dict) or first is None or isinstance(first.holder, list) or at.has_aliases:
        return []
    text = at.document.text
    if at.flow and first.flow:
        return [Cut(at.extent.key_start, at.end, text[first.extent.key_start : at.end].rstrip("}").rstrip(" ,"))]
    if first.flow and not at.flow:
        entries = [found for step in children if (found := entry(at.document, (*at.path, step)))]
        lines = (line_end(text) + " " * at.indent).join(found.text for found in entries)
        sure = (at.owns_line or at.opens_item) and not any("\n" in found.text for found in entries)
        return [Cut(at.extent.key_start, at.end, lines)] if sure else []
    end = at.lines_end
    if at.flow or end is None or not (at.owns_line or at.opens_item) or not first.owns_line:
        return []
    body = shifted(text[text.find("\n", at.extent.key_end) + 1 : end], at.indent - first.indent)
    if body is None or not body.startswith(" " * at.indent):
        return []
    return [Cut(at.extent.key_start, end, body[at.indent :])]


def shifted(text: str, by: int) -> str | None:
    """Return lines with the indentation changed by some spaces; None if a line has too few. Blank lines stay unchanged."""
    lines = text.splitlines(keepends=True)
    if by < 0 and any(line.strip() and not line.startswith(" " * -by) for line in lines):
        return None
    return "".join(line if not line.strip() else " " * by + line if by > 0 else line[-by:] for line in lines)


def _wrapped(at: Entry, parents: list[str], key: str) -> list[Cut]:
    text = at.document.text
    if at.flow:
        return [Cut(at.extent.key_start, at.end, _flow([*parents], key + text[at.extent.key_end : at.end]))]
    end = at.lines_end
    if end is None or not (at.owns_line or at.opens_item):
        return []
    return [Cut(at.extent.key_start, end, _block(at, end, parents, key, at.indent)[at.indent :])]


def _pasted(at: Entry, holder: Path, parents: list[str], key: str) -> Cut | None:
    last = _last_entry(at.document, holder)
    if last is None:
        return None
    text = at.document.text
    single = key + text[at.extent.key_end : at.end]
    own_end = at.end if at.flow else at.lines_end
    if last.flow:
        sure = "\n" not in single and not text[at.end : own_end].strip()
        return Cut(last.end, last.end, ", " + _flow(parents, single)) if sure else None
    end = last.lines_end
    commented = at.owns_line and _comment_above(at)
    if end is None or own_end is None or commented or (at.flow and "\n" in single):
        return None
    column = min(extent.key_start - (text.rfind("\n", 0, extent.key_start) + 1) for extent in last.siblings)
    body = _block(at, own_end, parents, key, column)
    newline = line_end(text)
    body = body if body.endswith("\n") else body + newline
    at_end_without_newline = end == len(text) and not text.endswith("\n")
    return Cut(end, end, newline + body.removesuffix(newline) if at_end_without_newline else body)


def _last_entry(document: Document, path: Path) -> Entry | None:
    children = node_at(document, path).children or {}
    entries = [found for step in children if (found := entry(document, (*path, step)))]
    return max(entries, key=lambda found: found.extent.key_start, default=None)


def _comment_above(at: Entry) -> bool:
    above = at.document.text[: at.line_start].rstrip("\r\n").rpartition("\n")[2]
    return above.lstrip().startswith("#") and len(above) - len(above.lstrip()) >= at.indent


def _block(at: Entry, end: int, parents: list[str], key: str, column: int) -> str:
    """Return an entry as lines at a column, below new parents."""
    text = at.document.text
    newline = line_end(text)
    lines = [" " * (column + STEP * depth) + f"{parent}:{newline}" for depth, parent in enumerate(parents)]
    first, line_feed, rest = text[at.extent.key_end : end].partition("\n")
    column += STEP * len(parents)
    body = shifted(rest, column - at.indent)
    if body is None:
        return ""
    return "".join(lines) + " " * column + key + first + line_feed + body


def _flow(parents: list[str], text: str) -> str:
    for parent in reversed(parents):
        text = f"{parent}: {{{text}}}"
    return text


def line_end(text: str) -> str:
    """Return the line end that a text uses."""
    at = text.find("\n")
    return "\r\n" if at > 0 and text[at - 1] == "\r" else "\n"
