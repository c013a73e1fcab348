"""Apply the fixes of a report that do not conflict to the sources."""

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from istiolint.documents.document import document_of, value_at
from istiolint.findings.finding import Delete, Edit, Move, Rename, Rewrite, Unwrap
from istiolint.fix.text import TextEdit, text_edits
from istiolint.primitives.replacing import replaced

if TYPE_CHECKING:
    from istiolint.findings.report import Report


class Applied(NamedTuple):
    """The changed texts by path, and path and rule of each applied fix."""

    texts: dict[str, str]
    fixes: list[tuple[str, str]]


def apply(report: "Report", paths: Collection[str], *, unsafe: bool = False) -> Applied:
    """Apply the fixes of a report that change only these paths and do not conflict.

    Fixes that conflict, for example two fields that move into one mapping, are found again by linting the result; see `fix_all`.
    """
    chosen: dict[str, list[TextEdit]] = {}
    claimed: set[Any] = set()
    fixes: list[tuple[str, str]] = []
    for diagnostic in report.diagnostics:
        fix = diagnostic.fix
        if fix is None or not (fix.safe or unsafe):
            continue
        claims = {claim for edit in fix.edits for claim in _claims(edit)}
        edits = text_edits(fix) if claimed.isdisjoint(claims) else ()
        if edits and all(
            edit.span.source.path in paths and _has_room(edit, chosen.get(edit.span.source.path, [])) for edit in edits
        ):
            claimed |= claims
            fixes.append((diagnostic.span.source.path, diagnostic.rule))
            for edit in edits:
                insort(chosen.setdefault(edit.span.source.path, []), edit, key=_start)
    return Applied({path: _applied(edits) for path, edits in chosen.items()}, fixes)


def _claims(edit: Edit | Rewrite) -> Iterable[Any]:
    """Yield what an edit needs exclusively: the mappings that it empties or fills, and the keys that it creates."""
    if isinstance(edit, Rewrite):
        return
    document, path = document_of(edit.place), edit.place.path
    if isinstance(edit, Rename):
        yield document, (*path[:-1], edit.key)
    if isinstance(edit, (Delete, Move, Unwrap)):
        yield document, path[:-1]
    if isinstance(edit, Move):
        made = [edit.to[:depth] for depth in range(len(edit.to)) if not value_at(document.data, edit.to[:depth])[0]]
        yield document, (made[0][:-1] if made else edit.to[:-1])
        yield from ((document, path) for path in (*made, edit.to))


def _has_room(edit: TextEdit, chosen: list[TextEdit]) -> bool:
    """Whether an edit does not overlap the chosen ones, which are sorted and do not overlap each other."""
    at = bisect_left(chosen, edit.span.start, key=_start)
    return not any(_touch(edit, other) for other in chosen[max(at - 1, 0) : at + 2])


def _start(edit: TextEdit) -> int:
    return edit.span.start


def _touch(one: TextEdit, other: TextEdit) -> bool:
    if one.span.start == one.span.end or other.span.start == other.span.end:
        return one.span.start <= other.span.end and other.span.start <= one.span.end
    return one.span.start < other.span.end and other.span.start < one.span.end


def _applied(edits: list[TextEdit]) -> str:
    return replaced(edits[0].span.source.text, ((edit.span.start, edit.span.end, edit.text) for edit in edits))
