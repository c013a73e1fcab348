"""Percentages and fractions: the edges, and all between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.primitives.percentages import SMALLEST, percentage_fault


@given(st.floats(SMALLEST, 100))
def test_shares_are_taken(value: float) -> None:
    assert percentage_fault(value) is None


@given(st.one_of(st.floats(max_value=-1e-9), st.floats(min_value=100.001)))
def test_other_numbers_are_no_shares(value: float) -> None:
    assert percentage_fault(value)


@pytest.mark.parametrize("value", [0, 100])
def test_the_edges_are_percentages(value: int) -> None:
    assert percentage_fault(value) is None
