"""The first lines of the summary: the most severe findings, which are hard to find in a long report."""

from collections import defaultdict
from collections.abc import Iterator

from istiolint.findings.finding import SEVERITIES, Diagnostic
from istiolint.findings.report import Report

MOST_RULES = 5
"""Rules that are named; a report that has no more findings than these shows them on one screen anyway."""
WIDEST = 160
"""Characters of a line; what is longer is cut, but not below a hundred characters of the message."""


def worst(report: Report) -> Iterator[str]:
    """Yield a heading and a line for each rule, by severity and number of findings; nothing for a short report."""
    if len(report.diagnostics) <= MOST_RULES:
        return
    by_rule: dict[tuple[int, str], list[Diagnostic]] = defaultdict(list)
    for diagnostic in report.diagnostics:
        by_rule[SEVERITIES.index(diagnostic.severity), diagnostic.rule].append(diagnostic)
    ranked = sorted(by_rule.items(), key=lambda group: (group[0][0], -len(group[1]), group[0][1]))
    yield "Most severe:"
    for _, found in ranked[:MOST_RULES]:
        yield _line(found)


def _line(found: list[Diagnostic]) -> str:
    first, begins = found[0], found[0].span.begins
    rule = f" [{first.rule}{f', {len(found):,} findings' if len(found) > 1 else ''}]"
    start = f"  {first.severity}: {first.span.source.path}:{begins.line}:{begins.column}: "
    room = max(100, WIDEST - len(start) - len(rule))
    message = first.message if len(first.message) <= room else first.message[: room - 3] + "..."
    return f"{start}{message}{rule}"
