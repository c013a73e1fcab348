"""Keys and values of labels: put together by the grammar, and the edges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.primitives.labels import key_fault, value_fault

NAMES = st.from_regex(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,20}[A-Za-z0-9])?", fullmatch=True)
PREFIXES = st.lists(st.from_regex(r"[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?", fullmatch=True), min_size=1, max_size=4).map(".".join)


@given(NAMES, PREFIXES)
def test_names_and_prefixes(name: str, prefix: str) -> None:
    assert key_fault(name) is None
    assert key_fault(f"{prefix}/{name}") is None
    assert value_fault(name) is None


@given(NAMES, st.sampled_from(["/", " ", "é", "*", "@"]))
def test_other_characters(name: str, character: str) -> None:
    assert key_fault(name + character)
    assert key_fault(character + name)
    assert value_fault(name + character)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the name is empty"), ("a/", "the name is empty"), ("/a", "empty"), ("a/b/c", "`a/b`"), ("a..b/c", "empty"),
        ("a_b/c", "`a_b`"), ("a" * 64, "63"), ("a." * 127 + "a/b", "253"), ("-a", "only letters"), ("a.", "only letters"),
    ],
)  # fmt: skip
def test_no_keys(text: str, words: str) -> None:
    assert words in (key_fault(text) or "")


def test_edges_that_are_taken() -> None:
    assert key_fault("a" * 63) is None
    assert value_fault("") is None
    assert value_fault("a" * 500) is None  # Kubernetes refuses it, Istio does not look
