"""Where the steps of a trace are written."""

from istiolint.findings.finding import Span
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource


def span(at: Cursor) -> Span:
    """The stretch of a file that a step names: of a mapping or list its key, of a resource its name."""
    if isinstance(at, Resource):
        at = at.metadata["name"]
    if isinstance(at.value, dict | list) and at.path and isinstance(at.path[-1], str):
        return at.key.span()
    return at.place.span()


def line(at: Cursor) -> str:
    """`file:line` of a step."""
    found = span(at)
    return f"{found.source.path}:{found.begins.line}"
