"""Checkstyle's XML, which Jenkins, reviewdog and many others read: the errors of each file."""

from itertools import groupby

from istiolint.findings.finding import Diagnostic
from istiolint.findings.report import Report
from istiolint.report.wording import one_line
from istiolint.report.xml import HEAD, attributes

VERSION = "4.3"
"""Of the format; readers look for it."""


def render(report: Report) -> str:
    """Return the report in the format of Checkstyle."""
    files = groupby(report.diagnostics, key=lambda diagnostic: diagnostic.span.source.path)
    written = "".join(f"<file{attributes({'name': path})}>\n{''.join(map(_error, found))}</file>\n" for path, found in files)
    return f"{HEAD}<checkstyle{attributes({'version': VERSION})}>\n{written}</checkstyle>\n"


def _error(diagnostic: Diagnostic) -> str:
    values: dict[str, str | int] = {
        "line": diagnostic.span.begins.line,
        "column": diagnostic.span.begins.column,
        "severity": diagnostic.severity,
        "message": one_line(diagnostic),
        "source": f"istiolint.{diagnostic.rule}",
    }
    return f"<error{attributes(values)}/>\n"
