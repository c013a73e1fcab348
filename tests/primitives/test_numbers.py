from hypothesis import given
from hypothesis import strategies as st

from istiolint.primitives.numbers import natural


@given(st.integers(0, 2**64 - 1), st.integers(0, 5000))
def test_numbers_of_64_bits(number: int, zeros: int) -> None:
    assert natural("0" * zeros + str(number)) == number


@given(st.one_of(st.text(), st.text("0123456789", min_size=21).filter(lambda text: len(text.lstrip("0")) > 20)))
def test_any_text(text: str) -> None:
    assert natural(text) is None or (text.isascii() and text.isdigit())


def test_other_digits() -> None:
    assert [natural(text) for text in ("", "-1", "+1", "1_0", "²", "٣", "9" * 5000)] == [None] * 7
