"""Conditions of `retryOn`."""

from istiolint.primitives.patterns import late

_CONDITIONS = frozenset((
    "5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "retriable-4xx", "refused-stream",
    "retriable-status-codes", "retriable-headers", "envoy-ratelimited", "http3-post-connect-failure", "cancelled",
    "deadline-exceeded", "internal", "resource-exhausted", "unavailable",
))  # fmt: skip
_STATUS_RANGES = ((100, 103), (200, 208), (226, 226), (300, 305), (307, 308), (400, 418), (421, 426), (428, 429), (431, 431),
                  (451, 451), (500, 508), (510, 511))  # fmt: skip
"""Status codes that Go's net/http has a text for; Istio takes no others."""
_INTEGER = late("[+-]?[0-9]{1,18}")


def is_retry_condition(text: str) -> bool:
    """Whether Istio knows this part of `retryOn`."""
    code = int(text) if _INTEGER.fullmatch(text) else 0
    return text in _CONDITIONS or any(low <= code <= high for low, high in _STATUS_RANGES)
