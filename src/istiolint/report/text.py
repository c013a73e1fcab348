"""The report for people: each diagnostic with its line, a caret under the place, what to write instead, and the other side."""

import unicodedata
from collections import Counter
from collections.abc import Iterator

import click

from istiolint.findings.finding import Diagnostic, Span
from istiolint.findings.report import Report
from istiolint.report.counts import found, read
from istiolint.report.escape import printable
from istiolint.suppression import Suppressed

COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
WIDEST = 160
"""Longer lines are cut around the place."""


def render(report: Report, *, quiet: bool = False) -> str:
    """The report with ANSI colours (click.echo takes them out where they are not wanted); `quiet` leaves out the summary."""
    parts = ["\n".join(_diagnostic(diagnostic)) + "\n" for diagnostic in report.diagnostics]
    if report.suppressed:
        parts.append("\n".join(map(_suppressed, report.suppressed)) + "\n")
    if not quiet:
        parts.append("\n".join([click.style(found(report), bold=True), *read(report)]))
    return "\n".join(parts).rstrip("\n") + "\n" if parts else ""


def statistics(report: Report) -> str:
    """How often each rule found something, the most frequent first."""
    from istiolint.fix import text_edits

    counts = Counter((diagnostic.severity, diagnostic.rule) for diagnostic in report.diagnostics)
    fixes = Counter((one.severity, one.rule) for one in report.diagnostics if one.fix and text_edits(one.fix))
    lines = [
        f"{count:>7,}  {click.style(f'{severity:<7}', fg=COLOURS[severity])}  {rule}"
        + (f"  ({fixes[severity, rule]:,} with a fix)" if fixes[severity, rule] else "")
        for (severity, rule), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return "\n".join([*lines, *([""] if lines else []), click.style(found(report), bold=True)]) + "\n"


def where(span: Span) -> str:
    """`path:line:column`, as editors and terminals take it for a link."""
    path = printable(span.source.path)
    if path.lstrip().startswith("::"):  # at the start of a line, GitHub Actions would take it for a command
        path = f"./{path}"
    return f"{path}:{span.begins.line}:{span.begins.column}"


def _diagnostic(diagnostic: Diagnostic) -> Iterator[str]:
    colour = COLOURS[diagnostic.severity]
    level = click.style(f"{diagnostic.severity}[{diagnostic.rule}]", fg=colour, bold=True)
    yield f"{click.style(where(diagnostic.span), bold=True)}: {level}: {printable(diagnostic.message)}"
    yield from _excerpt(diagnostic.span, colour)
    margin = " " * len(str(diagnostic.span.begins.line))
    if diagnostic.hint:
        yield f"{margin} = {click.style('help', fg='green')}: {printable(diagnostic.hint)}"
    for span, message in diagnostic.related:
        yield f"{margin} = {click.style('note', fg='blue')}: {where(span)}: {printable(message)}"


def _suppressed(one: Suppressed) -> str:
    level = click.style(f"suppressed[{one.diagnostic.rule}]", fg="blue")
    reason = f" ({printable(one.reason)})" if one.reason else ""
    return f"{where(one.diagnostic.span)}: {level}: {printable(one.diagnostic.message)}{reason}"


def _excerpt(span: Span, colour: str) -> Iterator[str]:
    """The line of the place, and carets under the part of the place that stands on it."""
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
    yield f"{' ' * len(number)} {bar} {' ' * _width(shown[:start])}{click.style(carets + more, fg=colour)}"


def _expanded(text: str) -> str:
    return printable(text.replace("\t", "    "))


def _width(text: str) -> int:
    """Columns that a terminal uses for a text as `_expanded` writes it."""
    text = _expanded(text)
    if text.isascii():
        return len(text)
    return sum(
        2 if unicodedata.east_asian_width(character) in "WF" else 0 if unicodedata.category(character) in ("Mn", "Me") else 1
        for character in text
    )
