"""Service messages of TeamCity: an inspection for each finding, after the type of each."""

from istiolint.findings.escape import printable
from istiolint.findings.finding import Diagnostic
from istiolint.findings.report import Report
from istiolint.report.counts import found
from istiolint.report.wording import one_line
from istiolint.rules.pages import pages

SEVERITIES = {"error": "ERROR", "warning": "WARNING", "info": "INFO"}
LONGEST = {"id": 255, "name": 255, "category": 255, "description": 4000, "message": 4000}
"""The most characters that TeamCity accepts, by attribute."""
_ESCAPED = str.maketrans({"|": "||", "'": "|'", "[": "|[", "]": "|]"})


def render(report: Report) -> str:
    """Return the inspection types, the findings, failures of istiolint, and the total."""
    topics = {diagnostic.rule: diagnostic.topic for diagnostic in report.diagnostics}
    lines = [_type(rule, topic) for rule, topic in sorted(topics.items())]
    lines += map(_inspection, report.diagnostics)
    lines += [_message("message", text=f"internal error: {error}", status="ERROR") for error in report.internal_errors]
    return "".join(f"{line}\n" for line in [*lines, found(report)])


def _type(rule: str, topic: str) -> str:
    page = pages().get(rule)
    title, summary = (page.title, page.summary) if page else (rule, rule)
    return _message("inspectionType", id=rule, name=title, description=summary, category=f"istiolint {topic}")


def _inspection(diagnostic: Diagnostic) -> str:
    return _message(
        "inspection",
        typeId=diagnostic.rule,
        message=one_line(diagnostic),
        file=diagnostic.span.source.path,
        line=str(diagnostic.span.begins.line),
        SEVERITY=SEVERITIES[diagnostic.severity],
    )


def _message(command: str, /, **attributes: str) -> str:
    written = "".join(f" {key}='{_value(key, value)}'" for key, value in attributes.items())
    return f"##teamcity[{command}{written}]"


def _value(key: str, text: str) -> str:
    text = printable(text)
    most = LONGEST.get(key, len(text))
    text = text if len(text) <= most else text[: most - 3] + "..."
    return "".join(character if character.isascii() else _code_units(character) for character in text.translate(_ESCAPED))


def _code_units(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"|0x{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))
