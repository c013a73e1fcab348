"""Retries that repeat writes, never happen, or do not fit into the timeout."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.durations import NANOSECONDS, nanoseconds
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check
from istiolint.rules.parameters import Parameter

PER_TRY_TIMEOUT_EXCEEDS_TIMEOUT = declare("per-try-timeout-exceeds-timeout", severity="warning", topic="resilience")

_SERVER_ERRORS = ("5xx", "gateway-error", "retriable-4xx")
_REPEATED_WITH_HARM = ("POST", "PATCH")
_DEFAULT_ATTEMPTS = 2
_FITTING = Parameter("attempts", 2, "Lowest number of full attempts within the timeout that is not reported.", minimum=2)


@check(
    "retry-repeats-writes", severity="warning", evidence="document", kinds=["VirtualService"],
    when=["retryOn"],
)  # fmt: skip
def retry_repeats_writes(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report retries of writes after the server has answered."""
    for route in service.spec["http"]:
        retries = route["retries"]
        after = [part for part in retries["retryOn"].text.split(",") if part in _SERVER_ERRORS or part.isdecimal()]
        methods = [match["method"]["exact"] for match in route["match"]]
        writing = next((method for method in methods if method.text in _REPEATED_WITH_HARM), None)
        if (
            after
            and writing
            and all(method.text in _REPEATED_WITH_HARM for method in methods)
            and retries["attempts"].number != 0
        ):
            yield finding(
                retries["retryOn"],
                f"`{writing.text}` requests are retried on `{after[0]}`; the server may have processed the request before it "
                "failed",
                hint="retry writes only before the server processes them: `connect-failure,refused-stream,reset-before-request`",
                related=[(writing, "the route matches these requests")],
            )


@check(
    "retriable-codes-missing", severity="warning", evidence="document", kinds=["VirtualService"],
    when=["retryOn"],
)  # fmt: skip
def retriable_codes_missing(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report `retriable-status-codes` without a status code."""
    for route in service.spec["http"]:
        retry_on = route["retries"]["retryOn"]
        parts = retry_on.text.split(",")
        if "retriable-status-codes" in parts and not any(part.isdecimal() for part in parts):
            yield finding(
                retry_on.part("retriable-status-codes"),
                "`retriable-status-codes` has no effect without a status code; Envoy never applies this condition",
                hint="add status codes, such as `retriable-status-codes,503`",
            )


@check(
    "retries-exceed-timeout", severity="info", evidence="document", kinds=["VirtualService"], parameters=[_FITTING],
    when=["perTryTimeout"],
)  # fmt: skip
def retries_exceed_timeout(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a timeout that leaves no room for a second attempt."""
    for route in service.spec["http"]:
        timeout, each = _length(route["timeout"]), _length(route["retries"]["perTryTimeout"])
        attempts = route["retries"]["attempts"].number
        attempts = _DEFAULT_ATTEMPTS if attempts is None else attempts
        fit = timeout // each if each > 0 else 0
        if 0 < fit < min(_FITTING.of(mesh, service), attempts + 1):  # that the last of several is cut off is a common choice
            yield finding(
                route["timeout"],
                f"timeout `{route['timeout'].text}` has room for only {fit} of {attempts + 1} attempts of "
                f"`{route['retries']['perTryTimeout'].text}` each; an attempt that hangs leaves no time for a full retry",
                hint=f"set `timeout: {_text(each * (attempts + 1))}`, or reduce `attempts`",
                related=[(route["retries"]["perTryTimeout"], "the timeout of each attempt")],
            )


@further_check(PER_TRY_TIMEOUT_EXCEEDS_TIMEOUT, kinds=["VirtualService"], when=["perTryTimeout"])
def per_try_timeout_exceeds_timeout(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a timeout per attempt above the timeout of the entire request."""
    for route in service.spec["http"]:
        timeout, each = route["timeout"], route["retries"]["perTryTimeout"]
        if 0 < _length(timeout) < _length(each):
            yield finding(
                each,
                f"`perTryTimeout: {each.text}` exceeds the `timeout` of `{timeout.text}`; Envoy ignores it and never retries an "
                "attempt that hangs",
                hint="use a value below `timeout` to leave time for another attempt",
                related=[(timeout, "the timeout of the entire request")],
            )


def _length(duration: Cursor) -> int:
    return nanoseconds(duration.text) or 0


def _text(length: int) -> str:
    seconds, rest = divmod(length, NANOSECONDS["s"])
    return f"{length // NANOSECONDS['ms']}ms" if rest else f"{seconds}s"
