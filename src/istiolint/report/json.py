"""The JSON report."""

import json

from istiolint import __version__
from istiolint.finding import Diagnostic
from istiolint.report.report import Report


def render(report: Report) -> str:
    """The report as JSON; lines and columns count from 1, ends are exclusive."""
    return (
        json.dumps(
            {"version": __version__, "diagnostics": [_diagnostic(d) for d in report.diagnostics], "summary": {}},
            indent=2,
        )
        + "\n"
    )


def _diagnostic(diagnostic: Diagnostic) -> dict[str, object]:
    begins, ends, of = diagnostic.span.begins, diagnostic.span.ends, diagnostic.resource
    return {
        "rule": diagnostic.rule, "codes": diagnostic.codes, "category": diagnostic.category, "severity": diagnostic.severity,
        "message": diagnostic.message, "hint": diagnostic.hint, "path": diagnostic.span.source.path,
        "line": begins.line, "column": begins.column, "endLine": ends.line, "endColumn": ends.column,
        "fieldPath": diagnostic.field_path,
        "resource": {"apiVersion": of.api_version, "kind": of.kind, "namespace": of.namespace, "name": of.name} if of else None,
        "fix": None,
    }  # fmt: skip
