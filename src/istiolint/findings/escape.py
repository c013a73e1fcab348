"""Text from manifests is untrusted.

Whatever could move a cursor, color a line or turn it round is shown as an escape, and so is what a build server would take for
a command: `##[add-mask]` (GitHub Actions) or `##vso[task.setvariable]` (Azure Pipelines) take effect anywhere in a line.
Lines that begin with `::` are commands of GitHub Actions, too; no report lets text from manifests begin a line.
"""

import json
from typing import Any

from istiolint.primitives.patterns import late

_COMMAND = late(r"##(?=\w*\[)")


def printable(text: str) -> str:
    """One line that a terminal or log shows as it is: control and format characters, line ends and lone surrogates as escapes."""
    if not text.isprintable():
        text = "".join(character if character.isprintable() else _escape(character) for character in text)
    return _COMMAND.sub(r"#\\x23", text) if "##" in text else text


def as_json(value: Any, *, indent: int | None = None) -> str:
    """JSON in printable ASCII that is no command, whatever its strings hold."""
    text = json.dumps(value, indent=indent).replace("\x7f", "\\u007f")  # DEL is the one that json lets through
    return _COMMAND.sub(r"#\\u0023", text) + "\n"


def _escape(character: str) -> str:
    code = ord(character)
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    return short or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
