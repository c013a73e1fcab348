"""The text report: each finding with its line, carets under the place, the hint, and related places.

A finding names its resource unless it is the only one in its file.
"""

from collections import Counter
from collections.abc import Iterator

import click

from istiolint.findings.escape import printable
from istiolint.findings.finding import Diagnostic, Span
from istiolint.findings.report import Report, Suppressed
from istiolint.report.counts import found, listed_charts, read
from istiolint.report.limit import MOST, limited
from istiolint.report.wording import in_targets
from istiolint.report.worst import worst

COLORS = {"error": "red", "warning": "yellow", "info": "cyan"}
WIDEST = 160
"""Longer lines are cut around the place."""
MOST_LINES = 5
"""Lines that are named of the findings that are not shown."""


def render(report: Report, *, quiet: bool = False, concise: bool = False, everything: bool = False) -> str:
    """Return the report with ANSI colors (click.echo removes them if they are not wanted).

    `quiet` leaves out the summary, `concise` shows each finding as one line, `everything` more than `MOST` of a rule in a file.
    """
    if concise:
        parts = ["".join(f"{_line(report, diagnostic)}\n" for diagnostic in report.diagnostics)]
    else:
        shown = limited(report.diagnostics, None if everything else MOST)
        parts = ["\n".join([*_diagnostic(report, one.diagnostic), *_hidden(one.hidden)]) + "\n" for one in shown]
    parts += ["".join(f"{line}\n" for line in lines) for lines in (map(_suppressed, report.suppressed), _unchecked(report))]
    if not quiet:
        charts = listed_charts(report, None) if everything else listed_charts(report)
        summary = [*map(printable, worst(report)), click.style(found(report), bold=True), *read(report), *charts]
        parts.append("\n".join(summary))
    parts = list(filter(None, parts))
    return "\n".join(parts).rstrip("\n") + "\n" if parts else ""


def statistics(report: Report) -> str:
    """Return the number of findings per rule, the most frequent first."""
    from istiolint.fix import text_edits

    counts = Counter((diagnostic.severity, diagnostic.rule) for diagnostic in report.diagnostics)
    fixes = Counter((one.severity, one.rule) for one in report.diagnostics if one.fix and text_edits(one.fix))
    lines = [
        f"{count:>7,}  {click.style(f'{severity:<7}', fg=COLORS[severity])}  {rule}"
        + (f"  ({fixes[severity, rule]:,} with a fix)" if fixes[severity, rule] else "")
        for (severity, rule), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return "\n".join([*lines, *([""] if lines else []), click.style(found(report), bold=True)]) + "\n"


def where(span: Span) -> str:
    """Return `path:line:column`, which editors and terminals recognize as a link."""
    path = printable(span.source.path)
    if path.lstrip().startswith("::"):  # at the start of a line, it would be a command of GitHub Actions
        path = f"./{path}"
    return f"{path}:{span.begins.line}:{span.begins.column}"


def _headline(report: Report, diagnostic: Diagnostic) -> str:
    """Return place, severity, rule, resource and message on one line."""
    level = click.style(f"{diagnostic.severity}[{diagnostic.rule}]", fg=COLORS[diagnostic.severity], bold=True)
    message = f"{_resource(report, diagnostic)}{printable(diagnostic.message)}"
    return f"{click.style(where(diagnostic.span), bold=True)}: {level}: {message}"


def _line(report: Report, diagnostic: Diagnostic) -> str:
    """Return the line of a finding in the concise report."""
    targets = in_targets(diagnostic)
    return _headline(report, diagnostic) + (f" ({targets})" if targets else "")


def _resource(report: Report, diagnostic: Diagnostic) -> str:
    """Return the resource of a finding; empty if its file has no other."""
    if diagnostic.resource is None or report.summary.resources[diagnostic.span.source.path] == 1:
        return ""
    return f"{printable(str(diagnostic.resource))}: "


def _diagnostic(report: Report, diagnostic: Diagnostic) -> Iterator[str]:
    yield _headline(report, diagnostic)
    yield from _excerpt(diagnostic.span, COLORS[diagnostic.severity])
    margin = " " * len(str(diagnostic.span.begins.line))
    if diagnostic.hint:
        yield f"{margin} = {click.style('help', fg='green')}: {printable(diagnostic.hint)}"
    for span, message in diagnostic.related:
        yield f"{margin} = {click.style('note', fg='blue')}: {where(span)}: {printable(message)}"
    if targets := in_targets(diagnostic):
        yield f"{margin} = {click.style('note', fg='blue')}: {targets}"


def _hidden(hidden: tuple[Diagnostic, ...]) -> Iterator[str]:
    """Yield how many more findings of a rule a file has, and on which lines."""
    if hidden:
        lines = list(dict.fromkeys(diagnostic.span.begins.line for diagnostic in hidden))
        places = ", ".join(map(str, lines[:MOST_LINES])) + (", ..." if len(lines) > MOST_LINES else "")
        where = f"on {'line' if len(lines) == 1 else 'lines'} {places}"
        yield f"… and {len(hidden):,} more {hidden[0].rule} in this file, {where} (--all shows them)"


def _unchecked(report: Report) -> Iterator[str]:
    for one in report.unchecked:
        level = click.style(f"unchecked[{one.rule}]", fg="blue")
        field = f"{printable(one.field_path)}: {printable(one.span.text)}"
        yield f"{where(one.span)}: {level}: {_resource(report, one)}{field}"


def _suppressed(one: Suppressed) -> str:
    level = click.style(f"suppressed[{one.diagnostic.rule}]", fg="blue")
    reason = f" ({printable(one.reason)})" if one.reason else ""
    return f"{where(one.diagnostic.span)}: {level}: {printable(one.diagnostic.message)}{reason}"


def _excerpt(span: Span, color: str) -> Iterator[str]:
    """Yield the first line of a span, and carets under its part on that line."""
    if not span.source.text:
        return
    begins, ends = span.begins, span.ends
    line = span.source.line(begins.line)
    start = min(begins.column - 1, len(line))
    end = min(ends.column - 1, len(line)) if ends.line == begins.line else len(line)
    first = max(0, start - WIDEST // 2) if len(line) > WIDEST else 0
    shown = line[first : first + WIDEST]
    start, end = start - first, max(start + 1, min(end, first + WIDEST)) - first
    number = str(begins.line)
    bar = click.style("|", fg="blue")
    carets = "^" * max(1, _width(shown[start:end]))
    more = f" ... to line {ends.line}" if ends.line > begins.line else ""
    yield f"{number} {bar} {_expanded(shown)}"
    yield f"{' ' * len(number)} {bar} {' ' * _width(shown[:start])}{click.style(carets + more, fg=color)}"


def _expanded(text: str) -> str:
    return printable(text.replace("\t", "    "))


def _width(text: str) -> int:
    """Return the columns that a terminal uses for a text as `_expanded` writes it."""
    text = _expanded(text)
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        2 if unicodedata.east_asian_width(character) in "WF" else 0 if unicodedata.category(character) in ("Mn", "Me") else 1
        for character in text
    )
