"""Pages of rules as people read them: without what is for the tests, and with long examples cut."""

import re

from istiolint.rules.pages import without_announcements

MOST_LINES = 60
"""Lines of an example that are shown."""
WIDEST = 160
"""Characters of a line of an example that are shown."""

_BLOCK = re.compile(r"^(?P<fence>```[^\n]*\n)(?P<text>.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
_ANNOUNCING_LINE = re.compile(r"^[ \t]*# (?:error|warning|info): [a-z0-9-]+.*\n", re.MULTILINE)
_NEAR_MISSES = re.compile(r"^## Not reported\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def readable(text: str) -> str:
    """Return a page without the comments that announce findings to the tests, and with long examples cut."""
    return _BLOCK.sub(lambda match: match["fence"] + _cut(_plain(match["text"])), text)


def has_long_examples(text: str) -> bool:
    """Return whether examples of a page are cut for readers."""
    return any(_cut(example) != example for example in (_plain(match["text"]) for match in _BLOCK.finditer(text)))


def without_near_misses(text: str) -> str:
    """Return a page without the examples in which nothing is found."""
    return _NEAR_MISSES.sub("", text).rstrip() + "\n"


def _plain(example: str) -> str:
    return without_announcements(_ANNOUNCING_LINE.sub("", example))


def _cut(example: str) -> str:
    lines = example.splitlines()
    shown = [line if len(line) <= WIDEST else f"{line[: WIDEST - 3]}..." for line in lines[:MOST_LINES]]
    if more := len(lines) - len(shown):
        shown.append(f"# ... {more:,} more lines")
    return "".join(f"{line}\n" for line in shown)
