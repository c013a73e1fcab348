"""Data as YAML writes it in one line."""

from typing import Any

from istiolint.primitives.patterns import late

_PLAIN = late(r"/[A-Za-z0-9_./~-]*")


def as_scalar(text: str) -> str:
    """A text as it is written in a file: paths as they are, everything else in quotes, since it could mean something else.

    It is printable, and no command to a CI runner.
    """
    if _PLAIN.fullmatch(text):
        return text
    escaped = "".join(map(_escaped, text)).replace("##", "#\\x23")
    return f'"{escaped}"'


def as_flow(value: Any) -> str:
    """Plain data in flow style: dict, list, str, int, float, bool, None."""
    match value:
        case dict():
            return f"{{{', '.join(f'{as_scalar(str(key))}: {as_flow(each)}' for key, each in value.items())}}}"
        case list():
            return f"[{', '.join(map(as_flow, value))}]"
        case str():
            return as_scalar(value)
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case _:
            return repr(value)


def _escaped(character: str) -> str:
    """A character between double quotes; JSON's pairs for what is beyond U+FFFF mean nothing in YAML."""
    if character in '"\\':
        return f"\\{character}"
    code = ord(character)
    if character.isprintable():
        return character
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
