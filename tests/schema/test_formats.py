"""Each format has an answer to every text."""

from hypothesis import given
from hypothesis import strategies as st

from istiolint.schema.formats import FORMATS


@given(st.sampled_from(sorted(FORMATS)), st.text())
def test_any_text_has_an_answer(name: str, text: str) -> None:
    assert FORMATS[name](text) in (True, False)
