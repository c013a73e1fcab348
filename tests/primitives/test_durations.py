"""Durations as Go reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.primitives.durations import NANOSECONDS, nanoseconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5s", 5 * 10**9), ("1h2m3.5s", 3723_500_000_000), (".5s", 500_000_000), ("5.s", 5 * 10**9), ("-1.5h", -5400 * 10**9),
        ("+1us", 1000), ("1µs", 1000), ("0", 0), ("1.9ns", 1), ("2562047h", 2562047 * 3600 * 10**9),
    ],
)  # fmt: skip
def test_durations(text: str, expected: int) -> None:
    assert nanoseconds(text) == expected


@pytest.mark.parametrize(
    "text", ["", "5", "5 s", " 5s", "5s ", "1d", "s", ".s", "-", "1.2.3s", "5S", "3000000h", "٥s", "9" * 5000 + "s"]
)
def test_no_durations(text: str) -> None:
    assert nanoseconds(text) is None


@given(st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(sorted(NANOSECONDS))), min_size=1, max_size=4))
def test_durations_add_up(parts: list[tuple[int, str]]) -> None:
    text = "".join(f"{number}{unit}" for number, unit in parts)
    total = sum(number * NANOSECONDS[unit] for number, unit in parts)
    assert nanoseconds(text) == (total if total < 2**63 else None)
