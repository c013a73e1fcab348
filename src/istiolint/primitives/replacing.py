"""Replacing parts of a text."""

from collections.abc import Iterable


def replaced(text: str, parts: Iterable[tuple[int, int, str]]) -> str:
    """Return a text with parts, given by start and end, replaced by others. They do not overlap; of insertions at one offset the
    last one comes first. Its time is linear in the text.
    """
    pieces: list[str] = []
    end = len(text)
    for start, stop, new in sorted(parts, key=lambda part: part[:2], reverse=True):
        pieces += (text[stop:end], new)
        end = start
    return text[:end] + "".join(reversed(pieces))
