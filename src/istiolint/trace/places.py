"""Source places of the steps of a trace."""

from istiolint.findings.finding import Span
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource


def span(at: Cursor) -> Span:
    """Return the span that a step refers to: the key of a mapping or list, the name of a resource."""
    if isinstance(at, Resource):
        at = at.metadata["name"]
    if isinstance(at.value, dict | list) and at.path and isinstance(at.path[-1], str):
        return at.key.span()
    return at.place.span()


def line(at: Cursor) -> str:
    """`file:line` of a step."""
    found = span(at)
    return f"{found.source.path}:{found.begins.line}"
