"""Findings as editors show them."""

from collections.abc import Callable

from lsprotocol import types

from istiolint.findings.finding import Diagnostic, Severity, Span
from istiolint.report.addresses import rule_page
from istiolint.server.positions import Positions

SOURCE = "istiolint"
_SEVERITIES: dict[Severity, types.DiagnosticSeverity] = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}


def diagnostic(found: Diagnostic, positions: Positions, uri: Callable[[Span], str]) -> types.Diagnostic:
    """Return a finding as a diagnostic; `uri` returns the URI of the file of a span."""
    page = rule_page(found.rule)
    return types.Diagnostic(
        range=positions.range(found.span),
        message=f"{found.message}\nhelp: {found.hint}" if found.hint else found.message,
        severity=_SEVERITIES[found.severity],
        code=found.rule,
        code_description=types.CodeDescription(page) if page else None,
        source=SOURCE,
        related_information=[
            types.DiagnosticRelatedInformation(types.Location(uri(span), positions.range(span)), words)
            for span, words in found.related
        ],
        tags=[types.DiagnosticTag.Unnecessary] if found.rule == "unused-suppression" else None,
    )
