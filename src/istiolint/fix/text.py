"""One fix to text edits, each tried on the text before it is offered."""

from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

from istiolint.documents import Document
from istiolint.documents.compose import compose
from istiolint.documents.document import document_of
from istiolint.findings.finding import Delete, Edit, Fix, Move, Rename, Replace, Rewrite, Span, Unwrap
from istiolint.fix.cut import Cut, delete_edits
from istiolint.fix.entries import Entry, after, entry
from istiolint.fix.move import key_text, move_edits, unwrap_edits
from istiolint.fix.trial import applied, is_certain, keeps_its_word

MOST_TRIED = 32 * 1024
"""In documents with more characters (long Lists), only keys are renamed: to try thousands of other fixes would take minutes."""


class TextEdit(NamedTuple):
    """Replace a span with `text`; an empty span is an insertion, an empty text a deletion."""

    span: Span
    text: str


def text_edits(fix: Fix) -> tuple[TextEdit, ...]:
    """Return the edits of a fix as edits of its sources; none if it cannot be applied safely."""
    found: list[TextEdit] = []
    by_document: dict[Document, list[Edit]] = {}
    for edit in fix.edits:
        if isinstance(edit, Rewrite):
            found.append(TextEdit(edit.place, edit.text))
        else:
            by_document.setdefault(document_of(edit.place), []).append(edit)
    for document, edits in by_document.items():
        cuts = [] if document.source.enclosing else _cuts(document, tuple(edits))
        if not cuts:
            return ()
        found += [
            TextEdit(Span(document.source, document.offset + cut.start, document.offset + cut.end), cut.text) for cut in cuts
        ]
    return tuple(found)


def _cuts(document: Document, edits: tuple[Edit, ...]) -> list[Cut]:
    found = [_edit_cuts(document, edit) for edit in edits]
    cuts = [cut for own in found for cut in own]
    if not all(found):
        return []
    if len(edits) == 1 and is_certain(document, edits[0]):
        return cuts
    if len(document.text) > MOST_TRIED:
        return []
    apart = not any(_overlap(one, other) for own, others in combinations(found, 2) for one in own for other in others)
    if apart and keeps_its_word(document, edits, cuts):
        return cuts
    cuts = _one_by_one(document, edits) if len(edits) > 1 else []
    return cuts if cuts and keeps_its_word(document, edits, cuts) else []


def _one_by_one(document: Document, edits: tuple[Edit, ...]) -> list[Cut]:
    """Apply each edit to the result of the one before; return one cut. For fields that move into a new mapping."""
    text = document.text
    for edit in edits:
        current = replace(document, text=text, data=compose(document.parse(text)).data)
        cuts = _edit_cuts(current, edit._replace(place=edit.place._replace(document=current)))
        if not cuts:
            return []
        text = applied(text, cuts)
    start = _same(document.text, text)
    rest, rest_of_new = document.text[start:], text[start:]
    kept = _same(rest[::-1], rest_of_new[::-1])
    return [Cut(start, len(document.text) - kept, rest_of_new[: len(rest_of_new) - kept])]


def _same(one: str, other: str) -> int:
    """Return the length of the common prefix."""
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)


def _edit_cuts(document: Document, edit: Edit) -> list[Cut]:
    at = entry(document, edit.place.path)
    if at is None:
        return []
    match edit:
        case Rename():
            cuts = [Cut(at.extent.key_start, at.extent.key_end, key_text(at, edit.key))]
        case Replace():
            cuts = _replace_cuts(document, at, edit)
        case Delete():
            cuts = delete_edits(at)
        case Move():
            cuts = move_edits(at, edit.to)
        case Unwrap():
            cuts = unwrap_edits(at)
    return cuts


def _replace_cuts(document: Document, at: Entry, edit: Replace) -> list[Cut]:
    if at.extent.end <= at.extent.start:
        colon = after(document.text, at.extent)
        return [Cut(colon, colon, f" {edit.text}")]
    if document.text[at.extent.start] in "&!":
        return []
    span = document.locate(edit.place)
    return [Cut(span.start - document.offset, span.end - document.offset, edit.text)]


def _overlap(one: Cut, other: Cut) -> bool:
    return (one.start < other.end and other.start < one.end) or one.start == other.start
