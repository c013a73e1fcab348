"""Statuses of gRPC by name, number and other spellings; statuses of HTTP that can be answered."""

from hypothesis import given
from hypothesis import strategies as st

from istiolint.primitives.statuses import GRPC_STATUSES, grpc_status, is_answer


@given(st.sampled_from(GRPC_STATUSES))
def test_each_is_known_in_other_spellings(status: str) -> None:
    assert grpc_status(status) == status
    assert grpc_status(status.lower()) == status
    assert grpc_status(status.title().replace("_", "")) == status
    assert grpc_status(status.replace("_", "-")) == status
    assert grpc_status(str(GRPC_STATUSES.index(status))) == status


def test_others_are_not() -> None:
    assert grpc_status("Canceled") == "CANCELLED"
    for text in ("17", "503", "99999", "", "UNAVAILABL", "²"):
        assert grpc_status(text) is None


def test_answers() -> None:
    assert [is_answer(code) for code in (199, 200, 600, 601)] == [False, True, True, False]
