"""Try a fix before it is offered: the new text must parse, and contain the edited data and no other change."""

import re
from typing import Any

from istiolint.documents import Document
from istiolint.documents.compose import compose
from istiolint.documents.events import events
from istiolint.documents.layout import layout
from istiolint.documents.scalars import plain
from istiolint.findings.finding import Delete, Edit, Path, Rename, Replace, Unwrap
from istiolint.fix.cut import Cut
from istiolint.fix.entries import entry
from istiolint.primitives.replacing import replaced

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


class CannotEditError(Exception):
    """An edit of a place that does not exist, or that would overwrite another value."""


def applied(text: str, cuts: list[Cut]) -> str:
    """Return a text with edits that do not overlap."""
    return replaced(text, ((cut.start, cut.end, cut.text) for cut in cuts))


def keeps_its_word(document: Document, edits: tuple[Edit, ...], cuts: list[Cut]) -> bool:
    """Whether the text with the cuts contains the data with the edits."""
    text = applied(document.text, cuts)
    try:
        composed = compose(document.parse(text))
        wanted = edited(document.data, edits)
        doubled = composed.duplicates and len(layout(document.parse(text)).duplicates) > len(document.layout.duplicates)
    except Exception:
        # A text for which the parser raises any exception is not offered.
        return False
    return bool(composed.data == wanted) and not doubled


def is_certain(document: Document, edit: Edit) -> bool:
    """Whether an edit needs no trial: it replaces a plain key with a plain word."""
    if not isinstance(edit, Rename) or not _WORD.match(edit.key) or plain(edit.key) != edit.key:
        return False
    at = entry(document, edit.place.path)
    if at is None or edit.key in at.holder:
        return False
    written = document.text[at.extent.key_start : at.extent.key_end]
    return written in (at.path[-1], f'"{at.path[-1]}"', f"'{at.path[-1]}'")


def edited(data: Any, edits: tuple[Edit, ...]) -> Any:
    """Return a copy of the data with the edits. Raises CannotEditError."""
    box = [_copy(data)]
    for edit in _ordered(edits):
        _edit(box, (0, *edit.place.path), edit)
    return box[0]


def _ordered(edits: tuple[Edit, ...]) -> list[Edit]:
    """Sort edits: values first, then from the end of the document, so that no edit moves the place of the next."""
    values = [edit for edit in edits if isinstance(edit, Replace)]
    others = [edit for edit in edits if not isinstance(edit, Replace)]
    return values + sorted(others, key=lambda edit: [_sortable(step) for step in edit.place.path], reverse=True)


def _sortable(step: str | int) -> str:
    return f"{step:08}" if isinstance(step, int) else step


def _edit(box: list[Any], path: Path, edit: Edit) -> None:
    holder: Any = box
    for step in path[:-1]:
        holder = _child(holder, step)
    value, last = _child(holder, path[-1]), path[-1]
    if isinstance(edit, Replace):
        holder[last] = _replaced(value, edit)
    elif isinstance(edit, Delete):
        del holder[last]
    elif isinstance(edit, Rename):
        _add(holder, edit.key, value)
        del holder[last]
    elif isinstance(edit, Unwrap):
        del holder[last]
        if not isinstance(value, dict):
            raise CannotEditError
        for key, child in value.items():
            _add(holder, key, child)
    else:
        del holder[last]
        target = box[0]
        for step in edit.to[:-1]:
            if isinstance(target, dict) and step not in target:
                target[step] = {}
            target = _child(target, step)
        _add(target, str(edit.to[-1]), value)


def _replaced(value: Any, edit: Replace) -> Any:
    if edit.place.within:
        if not isinstance(value, str):
            raise CannotEditError
        first, past = edit.place.within
        return plain(value[:first] + edit.text + value[past:])
    return compose(events(edit.text)).data


def _child(holder: Any, step: str | int) -> Any:
    try:
        return holder[step]
    except (KeyError, IndexError, TypeError):
        raise CannotEditError from None


def _add(holder: Any, key: str, value: Any) -> None:
    if not isinstance(holder, dict) or key in holder:
        raise CannotEditError
    holder[key] = value


def _copy(value: Any) -> Any:
    """Return a copy in which aliases share no values."""
    if isinstance(value, dict):
        return {key: _copy(child) for key, child in value.items()}
    return [_copy(child) for child in value] if isinstance(value, list) else value
