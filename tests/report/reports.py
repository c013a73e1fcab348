"""Reports made by hand, to be rendered."""

from typing import Any

from istiolint.findings.finding import Diagnostic, ResourceName, Span
from istiolint.report import Report, Summary
from istiolint.sources import Source

RULE = "duplicate-key"
RESOURCE = ResourceName("networking.istio.io/v1", "VirtualService", "prod", "reviews")


def diagnostic(source: Source, start: int = 0, end: int = 0, **fields: Any) -> Diagnostic:
    """A diagnostic on some characters of a source."""
    made: dict[str, Any] = {
        "rule": RULE, "codes": (), "topic": "syntax", "category": "syntax", "severity": "error", "message": "it is wrong",
        "hint": None, "span": Span(source, start, end), "field_path": "spec", "resource": RESOURCE,
    }  # fmt: skip
    return Diagnostic(**(made | fields))


def report(*diagnostics: Diagnostic, **fields: Any) -> Report:
    """A report of one rule."""
    sources = {one.span.source.path: one.span.source for one in diagnostics}
    return Report(list(diagnostics), Summary(files=len(sources)), (RULE,), sources, **fields)


def at(text: str, part: str, path: str = "a.yaml", **fields: Any) -> Report:
    """A report of one diagnostic on the first occurrence of a part of a text."""
    source, start = Source(path, text), text.index(part)
    return report(diagnostic(source, start, start + len(part), **fields))
