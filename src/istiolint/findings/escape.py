"""Text from manifests is untrusted.

Characters that move the cursor, color a line or reverse it are shown as escapes, and so are commands of build servers:
`##[add-mask]` (GitHub Actions) and `##vso[task.setvariable]` (Azure Pipelines) take effect anywhere in a line. Lines that start
with `::` are commands of GitHub Actions; no report starts a line with text from manifests.
"""

import json
from typing import Any

from istiolint.primitives.patterns import late

_COMMAND = late(r"##(?=\w*\[)")


def printable(text: str) -> str:
    """Return a text as one line for a terminal or log: control and format characters, line ends and lone surrogates escaped."""
    if not text.isprintable():
        text = "".join(character if character.isprintable() else _escape(character) for character in text)
    return _COMMAND.sub(r"#\\x23", text) if "##" in text else text


def as_json(value: Any, *, indent: int | None = None) -> str:
    """Return JSON in printable ASCII without commands of build servers, whatever its strings contain."""
    text = json.dumps(value, indent=indent).replace("\x7f", "\\u007f")  # json escapes all control characters except DEL
    return _COMMAND.sub(r"#\\u0023", text) + "\n"


def _escape(character: str) -> str:
    code = ord(character)
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    return short or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
