"""Logging commands of Azure Pipelines: an issue for each error and warning.

Azure Pipelines has no issues below warnings, so infos are plain lines. `%` is written as `%AZP25`, so that no text from manifests
is decoded into another command.
"""

from istiolint.findings.escape import printable
from istiolint.findings.finding import Diagnostic
from istiolint.findings.report import Report
from istiolint.report.counts import found
from istiolint.report.wording import one_line, place


def render(report: Report) -> str:
    """Return a line for each diagnostic, and the total."""
    return "".join(f"{_line(diagnostic)}\n" for diagnostic in report.diagnostics) + found(report) + "\n"


def _line(diagnostic: Diagnostic) -> str:
    begins, path = diagnostic.span.begins, printable(diagnostic.span.source.path)
    message = f"{diagnostic.rule}: {one_line(diagnostic)}"
    if diagnostic.severity == "info":
        return f"info: {place(path, begins.line, begins.column)}: {message}"
    properties = {
        "type": diagnostic.severity,
        "sourcepath": path,
        "linenumber": str(begins.line),
        "columnnumber": str(begins.column),
        "code": diagnostic.rule,
    }
    written = "".join(f"{name}={_property(value)};" for name, value in properties.items())
    return f"##vso[task.logissue {written}]{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%AZP25")


def _property(text: str) -> str:
    return _data(text).replace(";", "%3B").replace("]", "%5D")
