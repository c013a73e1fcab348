"""Templates of ytt (Carvel): YAML whose comments `#@` are code."""

import re

from istiolint.documents.lines import outside_blocks

_CODE = re.compile(
    r"(?:^|[ \t])#@(?:"
    r"(?:overlay|data|schema|library|yaml|assert|struct|template|ytt|kbld|version)/"  # annotations
    r"|[ \t]*(?:def\b|end\b|if\b|if/end|elif\b|else:|for\b|for/end|return\b|while\b|[A-Za-z_]\w*[ \t]*=[^=])"
    r")"
)
_VALUE = re.compile(r"^[ ]*(?:-[ ]+)*(?:[^\s#'\"][^#'\"]*:|-|['\"][^'\"]*['\"]:)[ \t]+#@[ \t]*[^\s#]")


def is_ytt(text: str) -> bool:
    """Return whether a file is a template of ytt: a comment of a certain form is code, or stands where a value is expected.

    ytt reads files as a whole: an annotation before `---` applies to the document that follows.
    """
    return "#@" in text and any("#@" in line.text and _is_code(line.text) for line in outside_blocks(text))


def _is_code(line: str) -> bool:
    if _VALUE.match(line):
        return True
    code = _CODE.search(line)
    return bool(code) and not _quoted(line[: code.start()] if code else "")


def _quoted(before: str) -> bool:
    """Return whether a quote is open at the end of a text."""
    quote = ""
    for character in before:
        if character in "'\"":
            quote = "" if character == quote else quote or character
    return bool(quote)
