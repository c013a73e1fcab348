"""Markdown for summaries of build servers and comments on merge requests: the counts, and a table of findings.

Text from manifests is escaped, so that it cannot add links, images, HTML or table rows.
"""

from istiolint.findings import markdown
from istiolint.findings.finding import SEVERITIES, Diagnostic
from istiolint.findings.report import Report
from istiolint.report.counts import counted, found
from istiolint.report.text import where
from istiolint.report.wording import related, worded

MOST_ROWS = 500
"""GitHub takes a summary of 1 MiB; who has more findings looks elsewhere."""


def render(report: Report) -> str:
    """Return the report as a page, the most severe findings first."""
    rows = sorted(report.diagnostics, key=lambda diagnostic: SEVERITIES.index(diagnostic.severity))
    lines = ["## istiolint", "", markdown.plain(found(report))]
    if report.internal_errors:
        lines += ["", *(f"- internal error: {markdown.plain(error)}" for error in report.internal_errors)]
    if rows:
        lines += ["", "| | Where | Rule | What |", "|---|---|---|---|", *map(_row, rows[:MOST_ROWS])]
    if len(rows) > MOST_ROWS:
        lines += ["", f"{counted(len(rows) - MOST_ROWS, 'more finding')} of the lowest severity left out here."]
    return "\n".join(lines) + "\n"


def _row(diagnostic: Diagnostic) -> str:
    words = "<br>".join(map(markdown.words, [worded(diagnostic), *related(diagnostic)]))
    return f"| {diagnostic.severity} | {markdown.code(where(diagnostic.span))} | `{diagnostic.rule}` | {words} |"
