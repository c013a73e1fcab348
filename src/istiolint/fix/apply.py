"""All fixes of a report, applied to the sources; again and again until nothing is left to mend."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from istiolint.finding import Delete, Edit, Move, Rename, Unwrap
from istiolint.fix.entries import value_at
from istiolint.fix.text import TextEdit, text_edits

if TYPE_CHECKING:
    from istiolint.report import Report
    from istiolint.settings import Settings
    from istiolint.sources import Source

MOST_ROUNDS = 20


def fixed(report: "Report", *, unsafe: bool = False) -> dict[str, str]:
    """The texts that change, by path: the fixes applied that do not get into each other's way.

    What is left over (two fields that move into one mapping, say) is found again by linting the result; see `mend`.
    """
    chosen: dict[str, list[TextEdit]] = {}
    claimed: set[Any] = set()
    for diagnostic in report.diagnostics:
        fix = diagnostic.fix
        if fix is None or not (fix.safe or unsafe):
            continue
        claims = {claim for edit in fix.edits for claim in _claims(edit)}
        edits = text_edits(fix) if claimed.isdisjoint(claims) else ()
        if edits and all(_has_room(edit, chosen.get(edit.span.source.path, [])) for edit in edits):
            claimed |= claims
            for edit in edits:
                insort(chosen.setdefault(edit.span.source.path, []), edit, key=_start)
    return {path: _applied(edits) for path, edits in chosen.items()}


def mend(sources: Iterable["Source"], settings: "Settings | None" = None, *, unsafe: bool = False) -> dict[str, str]:
    """Lint and fix until no fix is left: the texts that changed, by path."""
    from istiolint.engine import lint

    current, changed = list(sources), dict[str, str]()
    for _ in range(MOST_ROUNDS):
        texts = fixed(lint(current, settings), unsafe=unsafe)
        if not texts:
            break
        changed |= texts
        current = [replace(source, text=texts.get(source.path, source.text)) for source in current]
    return changed


def _claims(edit: Edit) -> Iterable[Any]:
    """What an edit needs for itself: the mappings that it empties or fills, the keys that it makes."""
    document, path = edit.place.document, edit.place.path
    if isinstance(edit, Rename):
        yield document, (*path[:-1], edit.key)
    if isinstance(edit, (Delete, Move, Unwrap)):
        yield document, path[:-1]
    if isinstance(edit, Move):
        made = [edit.to[:depth] for depth in range(len(edit.to)) if not value_at(document.data, edit.to[:depth])[0]]
        yield document, (made[0][:-1] if made else edit.to[:-1])
        yield from ((document, path) for path in (*made, edit.to))


def _has_room(edit: TextEdit, chosen: list[TextEdit]) -> bool:
    """Whether an edit keeps clear of those chosen, which are sorted and keep clear of each other."""
    at = bisect_left(chosen, edit.span.start, key=_start)
    return not any(_touch(edit, other) for other in chosen[max(at - 1, 0) : at + 2])


def _start(edit: TextEdit) -> int:
    return edit.span.start


def _touch(one: TextEdit, other: TextEdit) -> bool:
    if one.span.start == one.span.end or other.span.start == other.span.end:
        return one.span.start <= other.span.end and other.span.start <= one.span.end
    return one.span.start < other.span.end and other.span.start < one.span.end


def _applied(edits: list[TextEdit]) -> str:
    text = edits[0].span.source.text
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end), reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text
