"""Replacing parts of a text."""

from hypothesis import given
from hypothesis import strategies as st

from istiolint.primitives.replacing import replaced


@given(st.text(max_size=20), st.lists(st.integers(0, 20), max_size=12), st.lists(st.text(max_size=3), min_size=6, max_size=6))
def test_parts_are_replaced_where_they_are(text: str, places: list[int], new: list[str]) -> None:
    cuts = sorted({min(at, len(text)) for at in places})
    parts = [(start, end, words) for start, end, words in zip(cuts[::2], cuts[1::2], new, strict=False)]
    expected = text
    for start, end, words in reversed(parts):
        expected = expected[:start] + words + expected[end:]
    assert replaced(text, reversed(parts)) == expected


def test_insertions() -> None:
    assert replaced("ab", [(1, 1, "x"), (1, 2, "y"), (0, 0, "z"), (2, 2, "!")]) == "zaxy!"
    assert replaced("", [(0, 0, "x")]) == "x"
