import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.primitives.similar import closest, misspelt, similar

NAMES = st.lists(st.text("abcd-", min_size=1, max_size=8), max_size=6)


def test_the_name_with_most_letters_in_common() -> None:
    assert closest("reveiws", ["ratings", "reviews", "details"], 0.75) == "reviews"
    assert closest("reviews", {"knative-serving": 1}, 0.75) is None


@given(st.text("abcd-", min_size=1, max_size=8), NAMES)
def test_only_known_names_and_the_same_one_first(name: str, known: list[str]) -> None:
    assert set(similar(name, known, 0.6)) <= set(known)
    assert closest(name, [*known, name], 0.6) == name


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("reveiws", "reviews"),
        ("crat", "cart"),
        ("cart-servic", "cart-service"),
        ("catr-service", "cart-service"),
        ("order-service", None),  # as long as `user-service` and alike in its end only
        ("pay", None),
        ("ratings-v2", None),
    ],
)
def test_a_misspelling_is_two_slips_away_beside_common_words(name: str, meant: str | None) -> None:
    assert misspelt(name, ["cart", "cart-service", "reviews", "user-service", "app", "details-v2"]) == meant


@given(st.text("abcd-", min_size=1, max_size=8), NAMES)
def test_a_misspelt_name_is_a_known_one(name: str, known: list[str]) -> None:
    assert misspelt(name, known) in {None, *known}
