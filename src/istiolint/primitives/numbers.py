"""Numbers in texts."""

_MOST_DIGITS = 20
"""Those of 64 bits; Python rejects texts of thousands of digits."""


def natural(text: str) -> int | None:
    """Return the number that a text of ASCII digits represents; None for other texts and for more digits than 64 bits hold."""
    if not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) <= _MOST_DIGITS else None
