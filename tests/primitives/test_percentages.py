"""Percentages and fractions: the edges, and all between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.primitives.percentages import SMALLEST, fraction_fault, percentage_fault


@given(st.floats(SMALLEST, 100))
def test_shares_are_taken(value: float) -> None:
    assert percentage_fault(value) is None
    assert fraction_fault(value) is None


@given(st.one_of(st.floats(max_value=-1e-9), st.floats(min_value=100.001)))
def test_other_numbers_are_no_shares(value: float) -> None:
    assert percentage_fault(value)
    assert fraction_fault(value)


@pytest.mark.parametrize(("value", "counted"), [(0, True), (0.0001, True), (0.00009, False), (100, True)])
def test_what_envoy_can_count(value: float, counted: bool) -> None:
    assert (fraction_fault(value) is None) is counted
    assert percentage_fault(value) is None
