"""The JSON report; schemas/istiolint-report.schema.json describes it."""

from typing import Any

from istiolint import __version__
from istiolint.findings.escape import as_json
from istiolint.findings.finding import SEVERITIES, Diagnostic, Fix, ResourceName, Span
from istiolint.findings.report import Report
from istiolint.fix import text_edits


def render(report: Report) -> str:
    """Return the report as JSON; lines and columns count from 1 in code points, ends are exclusive."""
    severities = [diagnostic.severity for diagnostic in report.diagnostics]
    diagnostics = [_diagnostic(diagnostic) for diagnostic in report.diagnostics]
    summary = report.summary
    value = {
        "version": __version__,
        "diagnostics": diagnostics,
        "summary": {
            "files": summary.files,
            **{str(severity): severities.count(severity) for severity in SEVERITIES},
            "fixable": sum(diagnostic["fix"] is not None for diagnostic in diagnostics),
            "kinds": _sorted(summary.kinds),
            "otherKinds": _sorted(summary.other_kinds),
            "skipped": _sorted(summary.skipped),
            "unchecked": _sorted(summary.unchecked),
            "suppressed": _sorted(summary.suppressed),
            "fixed": _sorted(summary.fixed),
            "hidden": {str(severity): report.hidden[severity] for severity in SEVERITIES},
            "charts": [{"path": chart.folder, "command": chart.command} for chart in summary.charts],
            "baseline": None if report.known is None else {"known": report.known, "stale": report.stale},
        },
        "unchecked": [_unchecked(one) for one in report.unchecked],
        "suppressed": [{"reason": one.reason, "diagnostic": _diagnostic(one.diagnostic)} for one in report.suppressed],
        "internalErrors": report.internal_errors,
    }
    return as_json(value, indent=2)


def region(span: Span) -> dict[str, int]:
    """Return the start and the end of a span."""
    begins, ends = span.begins, span.ends
    return {"line": begins.line, "column": begins.column, "endLine": ends.line, "endColumn": ends.column}


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "rule": diagnostic.rule,
        "codes": list(diagnostic.codes),
        "topic": diagnostic.topic,
        "category": diagnostic.category,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "path": diagnostic.span.source.path,
        **region(diagnostic.span),
        "fieldPath": diagnostic.field_path,
        "resource": _resource(diagnostic.resource),
        "related": [{"path": span.source.path, **region(span), "message": message} for span, message in diagnostic.related],
        "targets": list(diagnostic.targets),
        "fix": _fix(diagnostic.fix),
    }


def _resource(of: ResourceName | None) -> dict[str, str | None] | None:
    return {"apiVersion": of.api_version, "kind": of.kind, "namespace": of.namespace, "name": of.name} if of else None


def _unchecked(one: Diagnostic) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "path": one.span.source.path,
        **region(one.span),
        "fieldPath": one.field_path,
        "value": one.span.text,
        "resource": _resource(one.resource),
        "targets": list(one.targets),
    }


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    edits = text_edits(fix) if fix else ()
    if not fix or not edits:
        return None
    written = [{"path": edit.span.source.path, **region(edit.span), "text": edit.text} for edit in edits]
    return {"title": fix.title, "safe": fix.safe, "edits": written}


def _sorted(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))
