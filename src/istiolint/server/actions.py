"""Code actions: quick fixes, all safe fixes of a file, and comments that suppress findings."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from lsprotocol import types

from istiolint.findings.escape import printable
from istiolint.findings.finding import Diagnostic
from istiolint.findings.report import Report, Summary
from istiolint.fix import apply, text_edits
from istiolint.server.positions import Positions
from istiolint.sources import Source
from istiolint.suppression.writing import with_comments

FIX_ALL = "source.fixAll.istiolint"
KINDS = (types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll)


class Action(NamedTuple):
    """A title, the findings that it fixes or suppresses, and the new texts by source."""

    title: str
    kind: str
    findings: Sequence[Diagnostic]
    edits: Sequence[tuple[Source, int, int, str]]
    preferred: bool = False


def actions(found: Sequence[Diagnostic], chosen: Iterable[Diagnostic], source: Source) -> Iterator[Action]:
    """Yield the actions for the chosen findings of a file; `found` are all findings in it."""
    suppressed: set[tuple[str, int]] = set()
    for one in chosen:
        edits = text_edits(one.fix) if one.fix else ()
        if one.fix and edits:
            title = f"Fix: {one.fix.title}" if one.fix.safe else f"Fix (may change behavior): {one.fix.title}"
            made = [(edit.span.source, edit.span.start, edit.span.end, edit.text) for edit in edits]
            yield Action(printable(title), types.CodeActionKind.QuickFix, [one], made, one.fix.safe)
        line = one.span.begins.line
        if (one.rule, line) in suppressed:
            continue
        suppressed.add((one.rule, line))
        text = with_comments(Report([one], Summary(), ()), source)
        if text is not None:
            title = f"Suppress {one.rule} with a comment"
            yield Action(title, types.CodeActionKind.QuickFix, [one], [_difference(source, text)])
    fixed = apply(Report(list(found), Summary(), ()), [source.path]).texts.get(source.path)
    if fixed is not None and fixed != source.text:
        yield Action("Apply all safe fixes of istiolint", FIX_ALL, [], [_difference(source, fixed)])


def code_action(
    action: Action, shown: Callable[[Diagnostic], types.Diagnostic], uri: Callable[[Source], str], positions: Positions
) -> types.CodeAction:
    """Return an action in the form of the protocol."""
    changes: dict[str, list[types.TextEdit]] = {}
    for source, start, end, text in action.edits:
        where = types.Range(positions.position(source, start), positions.position(source, end))
        changes.setdefault(uri(source), []).append(types.TextEdit(where, text))
    return types.CodeAction(
        action.title,
        types.CodeActionKind(action.kind) if action.kind != FIX_ALL else FIX_ALL,
        list(map(shown, action.findings)) or None,
        is_preferred=action.preferred or None,
        edit=types.WorkspaceEdit(changes),
    )


def _difference(source: Source, text: str) -> tuple[Source, int, int, str]:
    """Return the shortest single edit that turns a source into a text."""
    old, shortest = source.text, min(len(source.text), len(text))
    start = next((at for at in range(shortest) if old[at] != text[at]), shortest)
    most = shortest - start
    kept = next((at for at in range(most) if old[-1 - at] != text[-1 - at]), most)
    return source, start, len(old) - kept, text[start : len(text) - kept]
