"""Map the characters of the text to the characters of a scalar's value."""

_ESCAPED = {"x": 2, "u": 4, "U": 8}


def characters(text: str) -> list[int] | None:
    """For each character of a scalar's value the offset in its text, and one more for the end.

    None where lines are folded or indented away: scalars over several lines and block scalars.
    """
    if "\n" in text or "\r" in text or text[:1] in ("|", ">"):
        return None
    if text[:1] == "'":
        return _single_quoted(text)
    return _double_quoted(text) if text[:1] == '"' else list(range(len(text) + 1))


def _single_quoted(text: str) -> list[int]:
    offsets, at = [], 1
    while at < len(text) - 1:
        offsets.append(at)
        at += 2 if text[at] == "'" else 1
    return [*offsets, at]


def _double_quoted(text: str) -> list[int]:
    offsets, at = [], 1
    while at < len(text) - 1:
        offsets.append(at)
        at += 2 + _ESCAPED.get(text[at + 1], 0) if text[at] == "\\" else 1
    return [*offsets, at]
