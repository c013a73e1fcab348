"""Statuses of answers: the numbers of HTTP and the names of gRPC."""

from istiolint.primitives.numbers import natural

GRPC_STATUSES = (
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED",
)  # fmt: skip
"""As Istio writes them, in upper case, in the order of their numbers, from 0 on."""


def grpc_status(text: str) -> str | None:
    """The status that was meant by its number or in other letters: `14`, `unavailable`, `DeadlineExceeded`, `CANCELED`."""
    number = natural(text)
    if number is not None and number < len(GRPC_STATUSES):
        return GRPC_STATUSES[number]
    plain = _plain(text)
    return next((status for status in GRPC_STATUSES if _plain(status) == plain), None)


def _plain(text: str) -> str:
    return text.upper().replace("_", "").replace("-", "").replace(" ", "").replace("CANCELED", "CANCELLED")


def is_answer(code: int) -> bool:
    """Whether Istio takes a number for the status of an answer that Envoy makes up."""
    return 200 <= code <= 600
