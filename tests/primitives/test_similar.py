from hypothesis import given
from hypothesis import strategies as st

from istiolint.primitives.similar import closest, similar

NAMES = st.lists(st.text("abcd-", min_size=1, max_size=8), max_size=6)


def test_the_name_with_most_letters_in_common() -> None:
    assert closest("reveiws", ["ratings", "reviews", "details"], 0.75) == "reviews"
    assert closest("reviews", {"knative-serving": 1}, 0.75) is None


@given(st.text("abcd-", min_size=1, max_size=8), NAMES)
def test_only_known_names_and_the_same_one_first(name: str, known: list[str]) -> None:
    assert set(similar(name, known, 0.6)) <= set(known)
    assert closest(name, [*known, name], 0.6) == name
