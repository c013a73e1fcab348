"""Diagnostics on rendered text, mapped to the source files."""

from dataclasses import replace

from istiolint.findings.finding import Diagnostic, Span
from istiolint.sources import Stretch

LONGEST = 80
"""Characters of a rendered line that a note shows."""


def traced(diagnostic: Diagnostic) -> Diagnostic:
    """Return a diagnostic at its place in the source file, with a note that shows the rendered line if it differs.

    It loses its fix: a fix of rendered text is lost with the next rendering.
    """
    found = _find(diagnostic.span)
    related = tuple((_span(_find(span)) or span, message) for span, message in diagnostic.related)
    if not diagnostic.span.source.origin:
        return replace(diagnostic, related=related) if related != diagnostic.related else diagnostic
    if not found:
        return replace(diagnostic, related=related, fix=None)
    if not found.source.text:  # the file is not available: only its name is known
        note = (Span(found.source, 0, 0), "rendered from this file")
        return replace(diagnostic, related=(*related, note), fix=None)
    if not found.exact:
        related = (*related, (diagnostic.span, f"rendered as `{shown(diagnostic.span)}`"))
    return replace(diagnostic, span=Span(found.source, found.start, found.end), related=related, fix=None)


def _find(span: Span) -> Stretch | None:
    origin = span.source.origin
    return origin.find(span.start, span.end) if origin else None


def _span(found: Stretch | None) -> Span | None:
    return Span(found.source, found.start, found.end) if found and found.source.text else None


def shown(span: Span) -> str:
    """Return the line on which a span starts."""
    line = span.source.line(span.begins.line).strip()
    return line if len(line) <= LONGEST else f"{line[:LONGEST]} ..."
