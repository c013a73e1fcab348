"""Annotations of GitHub Actions: one workflow command a diagnostic.

GitHub shows ten annotations a kind and step, so a total follows. Commands are lines that begin with `::`; text from manifests
is escaped so that it can neither end its command nor begin another.
"""

from istiolint.findings.escape import printable
from istiolint.findings.finding import Diagnostic
from istiolint.findings.report import Report
from istiolint.report.counts import found
from istiolint.report.wording import related, worded

COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report) -> str:
    """Return a line for each diagnostic, and the total."""
    return "".join(f"{_command(diagnostic)}\n" for diagnostic in report.diagnostics) + found(report) + "\n"


def _command(diagnostic: Diagnostic) -> str:
    begins, ends = diagnostic.span.begins, diagnostic.span.ends
    place = {"file": diagnostic.span.source.path, "line": begins.line, "endLine": ends.line}
    if begins.line == ends.line:  # GitHub ignores columns of a region over several lines
        place |= {"col": begins.column, "endColumn": ends.column}
    properties = {"title": f"istiolint {diagnostic.rule}", **place}
    written = ",".join(f"{name}={property_value(str(value))}" for name, value in properties.items())
    message = "%0A".join(map(data, [worded(diagnostic), *related(diagnostic)]))
    return f"::{COMMANDS[diagnostic.severity]} {written}::{message}"


def data(text: str) -> str:
    """Escape the text of a command."""
    return printable(text).replace("%", "%25")


def property_value(text: str) -> str:
    """Escape the value of a property of a command."""
    return data(text).replace(":", "%3A").replace(",", "%2C")
