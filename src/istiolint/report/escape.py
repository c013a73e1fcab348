"""Text from manifests is untrusted: whatever could move a cursor, colour a line or turn it round is shown as an escape."""


def printable(text: str) -> str:
    """One line that a terminal or log shows as it is: control and format characters, line ends and lone surrogates as escapes."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(character) for character in text)


def _escape(character: str) -> str:
    code = ord(character)
    short = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    return short or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
