"""Text from manifests is untrusted: whatever could move a cursor, colour a line or turn it round is shown as an escape."""

import json
from typing import Any


def printable(text: str) -> str:
    """One line that a terminal or log shows as it is: control and format characters, line ends and lone surrogates as escapes."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def as_json(value: Any, *, indent: int) -> str:
    """JSON in printable ASCII, whatever its strings hold."""
    return json.dumps(value, indent=indent).replace("\x7f", "\\u007f") + "\n"  # DEL is the one that json lets through


def _escape(character: str) -> str:
    code = ord(character)
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    return short or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
