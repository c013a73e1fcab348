"""Templates of ytt (Carvel): YAML whose comments `#@` are code."""

from istiolint.documents.lines import outside_blocks
from istiolint.primitives.patterns import late

_CODE = late(
    r"(?:^|[ \t])(?P<code>#@)(?:"
    r"(?:overlay|data|schema|library|yaml|assert|struct|template|ytt|kbld|version)/"  # annotations
    r"|[ \t]*(?:def\b|end\b|if\b|if/end|elif\b|else:|for\b|for/end|return\b|while\b|[A-Za-z_]\w*[ \t]*=[^=])"
    r")"
)
_VALUE = late(r"^[ ]*(?:-[ ]+)*(?:[^\s#'\"][^#'\"]*:|-|['\"][^'\"]*['\"]:)[ \t]+(?P<code>#@)[ \t]*[^\s#]")


def first_code(text: str) -> tuple[int, int] | None:
    """Return start and end of the first comment that is code of ytt, in a certain form or where a value is expected.

    ytt reads files as a whole (an annotation before `---` applies to the document that follows), so that a file with code is a
    template. Loading a module alone changes nothing.
    """
    for line in outside_blocks(text) if "#@" in text else ():
        if "#@" in line.text and (at := _code(line.text)) is not None:
            return line.start + at, line.start + len(line.text.rstrip())
    return None


def _code(line: str) -> int | None:
    if value := _VALUE.match(line):
        return value.start("code")
    code = _CODE.search(line)
    return code.start("code") if code and not _quoted(line[: code.start()]) else None


def _quoted(before: str) -> bool:
    """Return whether a quote is open at the end of a text."""
    quote = ""
    for character in before:
        if character in "'\"":
            quote = "" if character == quote else quote or character
    return bool(quote)
