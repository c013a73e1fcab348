"""XML from untrusted text: control characters, which XML cannot contain, become escapes as on a terminal."""

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from istiolint.findings.escape import printable

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def attributes(values: Mapping[str, str | int]) -> str:
    """Return attributes, each with a blank before it."""
    return "".join(f" {name}={quoteattr(printable(str(value)))}" for name, value in values.items())


def text(value: str) -> str:
    """Escape text between tags."""
    return escape(printable(value))
