"""Markdown from untrusted text: it makes no links, no pictures, no HTML and no rows or columns of a table."""

import re
from collections.abc import Iterable

from istiolint.findings.escape import printable

_CODE = re.compile(r"(`[^`]+`)")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#+!|~&])")


def words(text: str) -> str:
    """Words with `code` in them."""
    parts = _CODE.split(printable(text))
    return "".join(code(part[1:-1]) if index % 2 else _escaped(part) for index, part in enumerate(parts))


def code(text: str) -> str:
    """Code in a cell of a table, where a bar must be escaped even in code."""
    text = printable(text)
    if not text or "``" in text or "\\|" in text:  # a bar after a backslash would end the cell
        return _escaped(text)
    fence, blank = ("``", " ") if "`" in text else ("`", "")
    return f"{fence}{blank}{text.replace('|', chr(92) + '|')}{blank}{fence}"


def plain(text: str) -> str:
    """Text without any code."""
    return _escaped(printable(text))


def row(cells: Iterable[str]) -> str:
    """A row of a table, of cells that are Markdown already."""
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
