"""Bytes to text, or the words that say why there is none."""

import codecs

from istiolint.sources.source import Source

_MARKS = {"utf-8-sig": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


class UndecodableError(Exception):
    """Bytes that cannot be decoded; the message says why."""


def decode(content: bytes) -> tuple[str, str]:
    """The text and the encoding with which to write it again. Line ends stay as they are, a byte order mark is dropped.

    UTF-8, and UTF-16 where a byte order mark announces it, as YAML has it. Raises UndecodableError for anything else.
    """
    encoding = next((encoding for encoding, mark in _MARKS.items() if content.startswith(mark)), "utf-8")
    is_utf_16 = encoding.startswith("utf-16")
    if not is_utf_16 and b"\0" in content:
        raise UndecodableError("binary file (it contains NUL bytes)")
    try:
        return (content[2:] if is_utf_16 else content).decode(encoding), encoding
    except UnicodeDecodeError as error:
        name = "UTF-16" if is_utf_16 else "UTF-8"
        line = content.count(b"\n", 0, error.start) + 1
        raise UndecodableError(f"not valid {name} (byte 0x{content[error.start]:02x} on line {line})") from None


def encode(text: str, encoding: str) -> bytes:
    """The bytes of a text in the encoding that `decode` returned, with the byte order mark that was dropped."""
    if encoding.startswith("utf-16"):
        return _MARKS[encoding] + text.encode(encoding)
    return text.encode(encoding)  # utf-8-sig writes its mark itself


def source_of(path: str, content: bytes) -> Source:
    """Return the bytes of a file as a source, with `trouble` if they cannot be decoded."""
    try:
        text, encoding = decode(content)
    except UndecodableError as error:
        return Source(path, trouble=f"cannot read the file: {error}")
    return Source(path, text, encoding=encoding)
