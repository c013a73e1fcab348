"""XML from untrusted text: control characters, which XML cannot hold at all, become escapes as on a terminal."""

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from istiolint.findings.escape import printable

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def attributes(values: Mapping[str, str | int]) -> str:
    """Attributes with a blank before each."""
    return "".join(f" {name}={quoteattr(printable(str(value)))}" for name, value in values.items())


def text(value: str) -> str:
    """Text between tags."""
    return escape(printable(value))
