"""Markdown for summaries of build servers and comments on merge requests: the counts, and a table of what was found.

Text from manifests is escaped: it makes no links, no pictures, no HTML and no rows of the table.
"""

import re

from istiolint.findings.escape import printable
from istiolint.findings.finding import SEVERITIES, Diagnostic
from istiolint.findings.report import Report
from istiolint.report.counts import counted, found
from istiolint.report.text import where
from istiolint.report.wording import related, worded

MOST_ROWS = 500
"""GitHub takes a summary of 1 MiB; who has more findings looks elsewhere."""

_CODE = re.compile(r"(`[^`]+`)")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")


def render(report: Report) -> str:
    """The report as a page; the gravest findings first."""
    rows = sorted(report.diagnostics, key=lambda diagnostic: SEVERITIES.index(diagnostic.severity))
    lines = ["## istiolint", "", _escaped(found(report))]
    if report.internal_errors:
        lines += ["", *(f"- internal error: {_escaped(printable(error))}" for error in report.internal_errors)]
    if rows:
        lines += ["", "| | Where | Rule | What |", "|---|---|---|---|", *map(_row, rows[:MOST_ROWS])]
    if len(rows) > MOST_ROWS:
        lines += ["", f"{counted(len(rows) - MOST_ROWS, 'more finding')} of the lowest severity left out here."]
    return "\n".join(lines) + "\n"


def _row(diagnostic: Diagnostic) -> str:
    words = "<br>".join(map(_words, [worded(diagnostic), *related(diagnostic)]))
    return f"| {diagnostic.severity} | {_code(where(diagnostic.span))} | `{diagnostic.rule}` | {words} |"


def _words(text: str) -> str:
    """Words with `code` in them."""
    parts = _CODE.split(text)
    return "".join(_code(part[1:-1]) if index % 2 else _escaped(part) for index, part in enumerate(parts))


def _code(text: str) -> str:
    """Code in a cell of a table, where a bar must be escaped even in code."""
    fence = "``" if "`" in text else "`"
    blank = " " if "`" in text else ""
    return f"{fence}{blank}{text.replace('|', chr(92) + '|')}{blank}{fence}" if "``" not in text else _escaped(text)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
