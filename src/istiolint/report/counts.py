"""The summary of a report, in sentences."""

from collections import Counter
from collections.abc import Iterable

from istiolint.findings.escape import printable
from istiolint.findings.finding import SEVERITIES
from istiolint.findings.report import Report

MOST_CHARTS = 10
"""Charts that are listed of those that were not rendered."""


def counted(number: int, word: str, plural: str | None = None) -> str:
    """`1 error`, `2 errors`, `1,200 files`."""
    return f"{number:,} {word if number == 1 else plural or word + 's'}"


def listed(counts: Counter[str], most: int = 8) -> str:
    """`12 Service, 3 Gateway and 2 others`: the commonest first."""
    shown = [f"{number:,} {printable(name)}" for name, number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    if len(shown) > most:
        rest = sum(counts.values()) - sum(number for _, number in counts.most_common(most))
        shown = [*shown[:most], f"{rest:,} of other kinds"]
    return ", ".join(shown)


def found(report: Report) -> str:
    """Return the counts of findings: `3 errors and 1 warning in 24 files; 2 of them can be fixed with --fix`."""
    severities = Counter(diagnostic.severity for diagnostic in report.diagnostics)
    words = [counted(severities[severity], severity) for severity in SEVERITIES if severities[severity]]
    fixed, files = report.summary.fixed.total(), counted(report.summary.files, "file")
    if fixed:
        left = f"{_joined(words) or 'nothing'} {'are' if severities.total() > 1 else 'is'} left"
        text = f"Made {counted(fixed, 'fix', 'fixes')}; {left} in {files}"
    else:
        text = f"{_joined(words) or 'Nothing found'} in {files}"
    return f"{text}{_fixable(report)}."


def read(report: Report) -> list[str]:
    """Return one sentence each on what was read, skipped and not checked."""
    summary = report.summary
    if not summary.files:
        return ["No YAML or JSON files to lint (hidden files and files that git ignores are skipped)."]
    if summary.unchanged:
        return ["No file has changed, so none was linted."]
    known, other = sum(summary.kinds.values()), sum(summary.other_kinds.values())
    lines = [f"Read {counted(known, 'resource')}" + (f": {listed(summary.kinds)}" if known else "") + "."]
    if other:
        lines.append(f"Ignored {counted(other, 'resource')} of kinds that do not affect the mesh: {listed(summary.other_kinds)}.")
    if summary.skipped.total():
        lines.append(f"Skipped {_joined(_skipped(summary.skipped))}.")
    if suppressed := summary.suppressed.total():
        lines.append(f"Suppressed {counted(suppressed, 'finding')} by comments and annotations; --show-suppressed lists them.")
    if report.hidden:
        hidden = _joined([counted(report.hidden[severity], severity) for severity in SEVERITIES if report.hidden[severity]])
        lines.append(f"Hidden by --severity: {hidden}.")
    if report.known:
        lines.append(f"Hidden by the baseline: {counted(report.known, 'finding')}.")
    if report.stale:
        entries = (
            "1 baseline entry no longer matches" if report.stale == 1 else f"{report.stale:,} baseline entries no longer match"
        )
        lines.append(f"{entries}; run --write-baseline to update.")
    if unchecked := summary.unchecked.total():
        lines.append(
            f"Not checked: {counted(unchecked, 'reference')} to resources outside these files. Add them with --context PATH, set "
            "--whole-mesh if there are no others, or list the references with --show-unchecked."
        )
    return lines


def _skipped(counts: Counter[str]) -> list[str]:
    """`3 ytt templates`, `1 Kustomize patch`: the most frequent first."""
    from istiolint.documents.skip import Skip

    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [counted(number, name, Skip(name).plural) for name, number in ordered]


def listed_charts(report: Report, most: int | None = MOST_CHARTS) -> list[str]:
    """Return a line per chart that was not rendered, with the command that lints it, and the number of others."""
    charts = report.summary.charts
    lines = [f"Not rendered: chart {printable(chart.folder)}; run {printable(chart.command)}" for chart in charts[:most]]
    if more := len(charts) - len(lines):
        lines.append(f"Not rendered: {counted(more, 'more chart')} (--all shows them)")
    return lines


def _fixable(report: Report) -> str:
    """Return how many findings have a fix that can be applied, and with which options."""
    fixes = [diagnostic.fix for diagnostic in report.diagnostics if diagnostic.fix]
    if not fixes:
        return ""
    from istiolint.fix import text_edits

    possible = Counter(fix.safe for fix in fixes if text_edits(fix))
    safe, unsafe = possible[True], possible[False]
    if not safe:
        return f"; {unsafe:,} of them can be fixed with --fix --unsafe-fixes" if unsafe else ""
    return f"; {safe:,} of them can be fixed with --fix" + (f", {unsafe:,} more with --unsafe-fixes" if unsafe else "")


def _joined(words: Iterable[str]) -> str:
    *most, last = words or [""]
    return f"{', '.join(most)} and {last}" if most else last
