"""reviewdog's diagnostic format (rdjson): one object, which reviewdog reads with `-f=rdjson`.

Columns count bytes of UTF-8, and ends are exclusive. Several suggestions are alternatives to reviewdog, so only a fix that is a
single edit of the file becomes one.
"""

from typing import Any

from istiolint.findings.escape import as_json, printable
from istiolint.findings.finding import Diagnostic, Span
from istiolint.findings.report import Report
from istiolint.fix import text_edits
from istiolint.report.addresses import home, rule_page
from istiolint.report.wording import in_targets, worded
from istiolint.sources import Position, Source

SEVERITIES = {"error": "ERROR", "warning": "WARNING", "info": "INFO"}


def render(report: Report) -> str:
    """Return the report in the format of reviewdog."""
    source = {"name": "istiolint"} | ({"url": url} if (url := home()) else {})
    return as_json({"source": source, "diagnostics": [_diagnostic(one) for one in report.diagnostics]}, indent=1)


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    code = {"value": diagnostic.rule} | ({"url": url} if (url := rule_page(diagnostic.rule)) else {})
    found: dict[str, Any] = {
        "message": worded(diagnostic) + (f" ({targets})" if (targets := in_targets(diagnostic)) else ""),
        "location": _location(diagnostic.span),
        "severity": SEVERITIES[diagnostic.severity],
        "code": code,
    }
    if diagnostic.related:
        found["relatedLocations"] = [
            {"message": printable(message), "location": _location(span)} for span, message in diagnostic.related
        ]
    if suggestion := _suggestion(diagnostic):
        found["suggestions"] = [suggestion]
    return found


def _suggestion(diagnostic: Diagnostic) -> dict[str, Any] | None:
    edits = text_edits(diagnostic.fix) if diagnostic.fix and diagnostic.fix.safe else None
    if not edits or len(edits) > 1 or edits[0].span.source.path != diagnostic.span.source.path:
        return None
    return {"range": _range(edits[0].span), "text": edits[0].text}


def _location(span: Span) -> dict[str, Any]:
    return {"path": printable(span.source.path), "range": _range(span)}


def _range(span: Span) -> dict[str, Any]:
    return {"start": _position(span.source, span.begins), "end": _position(span.source, span.ends)}


def _position(source: Source, position: Position) -> dict[str, int]:
    before = source.line(position.line)[: position.column - 1] if source.text else ""
    return {"line": position.line, "column": len(before.encode("utf-8", "surrogatepass")) + 1}
