"""Retries that repeat what must not be repeated, never happen, or do not fit into the time there is."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.durations import NANOSECONDS, nanoseconds
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check

TRY_LONGER_THAN_TIMEOUT = declare("try-longer-than-timeout", severity="warning", topic="resilience")

_SERVER_ERRORS = ("5xx", "gateway-error", "retriable-4xx")
_REPEATED_WITH_HARM = ("POST", "PATCH")
_DEFAULT_ATTEMPTS = 2


@check(
    "retry-repeats-writes", severity="warning", evidence="document", kinds=["VirtualService"],
    when=["retryOn"],
)  # fmt: skip
def retry_repeats_writes(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Requests that write are sent again after an answer."""
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
                f"a `{writing.text}` is sent again after `{after[0]}`: the server answered, and "
                "may have done what was asked before it failed",
                hint="retry writes only where nothing was sent: `connect-failure,refused-stream,reset-before-request`",
                related=[(writing, "the route takes these requests")],
            )


@check(
    "retriable-codes-missing", severity="warning", evidence="document", kinds=["VirtualService"],
    when=["retryOn"],
)  # fmt: skip
def retriable_codes_missing(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """`retriable-status-codes` without a code."""
    for route in service.spec["http"]:
        retry_on = route["retries"]["retryOn"]
        parts = retry_on.text.split(",")
        if "retriable-status-codes" in parts and not any(part.isdecimal() for part in parts):
            yield finding(
                retry_on.part("retriable-status-codes"),
                "`retriable-status-codes` names no code: no status is tried again because of it",
                hint="add the codes, as in `retriable-status-codes,503`",
            )


@check(
    "retries-exceed-timeout", severity="info", evidence="document", kinds=["VirtualService"],
)  # fmt: skip
def retries_exceed_timeout(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Tries that together take longer than the route has time."""
    for route in service.spec["http"]:
        timeout, each = _length(route["timeout"]), _length(route["retries"]["perTryTimeout"])
        attempts = route["retries"]["attempts"].number
        attempts = _DEFAULT_ATTEMPTS if attempts is None else attempts
        fit = timeout // each if each > 0 else 0
        if fit == 1 and attempts:  # the last of several attempts that is cut off is a common choice
            yield finding(
                route["timeout"],
                f"`{route['timeout'].text}` has room for 1 of {attempts + 1} attempts of "
                f"`{route['retries']['perTryTimeout'].text}` each: an attempt that hangs leaves no time for a full retry",
                hint=f"write `timeout: {_text(each * (attempts + 1))}`, or fewer `attempts`",
                related=[(route["retries"]["perTryTimeout"], "the time of each try")],
            )


@further_check(TRY_LONGER_THAN_TIMEOUT, kinds=["VirtualService"], when=["perTryTimeout"])
def try_longer_than_timeout(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A single try that may take longer than the whole request."""
    for route in service.spec["http"]:
        timeout, each = route["timeout"], route["retries"]["perTryTimeout"]
        if 0 < _length(timeout) < _length(each):
            yield finding(
                each,
                f"`{each.text}` for each try is more than the `{timeout.text}` of the whole request: Envoy ignores it, and a try "
                "that hangs is never repeated",
                hint="write less than the `timeout`, so that there is time for another try",
                related=[(timeout, "the time of the whole request")],
            )


def _length(duration: Cursor) -> int:
    return nanoseconds(duration.text) or 0


def _text(length: int) -> str:
    seconds, rest = divmod(length, NANOSECONDS["s"])
    return f"{length // NANOSECONDS['ms']}ms" if rest else f"{seconds}s"
