"""Fault injection that Istio rejects or drops."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.primitives.statuses import GRPC_STATUSES, grpc_status, is_answer
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check, rejected
from istiolint.schema.rules import OUT_OF_RANGE, UNKNOWN_VALUE

_INT32, _UINT32 = range(-(2**31), 2**31), range(2**32)
"""What the schema allows: it reports other numbers."""


@check(
    "fault-without-kind", severity="warning", evidence="document", kinds=["VirtualService"],
    rows=["VS-74", "VS-79"],
    when=["fault"],
)  # fmt: skip
def fault_without_kind(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report faults without an effect: no abort or delay, an abort without a status, a delay without a duration."""
    for route in service.spec["http"]:
        fault = route["fault"]
        if fault.value is None:
            continue
        abort, delay = fault["abort"], fault["delay"]
        if isinstance(fault.value, dict) and abort.value is None and delay.value is None:
            yield finding(
                fault.key,
                rejected("`fault` has neither `abort` nor `delay`", "VirtualService"),
                hint="add `abort` or `delay`, or remove the fault",
                severity="error",
            )
        if isinstance(abort.value, dict) and all(
            abort[kind].value is None for kind in ("httpStatus", "grpcStatus", "http2Error")
        ):
            yield finding(
                abort.key, "`abort` has no status; Istio silently drops it and no request fails", hint="add `httpStatus: 503`"
            )
        if isinstance(delay.value, dict) and all(delay[kind].value is None for kind in ("fixedDelay", "exponentialDelay")):
            yield finding(
                delay.key,
                "`delay` has no duration; Istio silently drops it and no request is delayed",
                hint="add `fixedDelay: 5s`",
            )


@check(
    "unsupported-fault", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-77", "VS-82"],
    when=["fault"],
)  # fmt: skip
def unsupported_fault(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report faults that are part of the API but not implemented."""
    for route in service.spec["http"]:
        for fault, field, instead in (("abort", "http2Error", "httpStatus"), ("delay", "exponentialDelay", "fixedDelay")):
            written = route["fault"][fault][field]
            if written.value is not None:
                yield finding(written.key, rejected(f"`{field}` is not supported", "VirtualService"), hint=f"use `{instead}`")


@further_check(UNKNOWN_VALUE, kinds=["VirtualService"], rows=["VS-76", "P-34"], when=["fault"])
def unknown_grpc_status(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report unknown gRPC status names; they are upper case."""
    for route in service.spec["http"]:
        status = route["fault"]["abort"]["grpcStatus"]
        if not isinstance(status.value, str) or status.text in GRPC_STATUSES:
            continue
        meant = grpc_status(status.text)
        yield finding(
            status,
            rejected(f"{f'unknown gRPC status `{status.text}`' if status.text else 'empty gRPC status'}", "VirtualService"),
            hint=f"did you mean `{meant}`?" if meant else "use a status such as `UNAVAILABLE` or `INTERNAL`",
            fix=Fix(f"use `{meant}`", (Replace(status.place, meant),)) if meant else None,
        )


@further_check(OUT_OF_RANGE, kinds=["VirtualService"], rows=["VS-78", "VS-99"], when=["fault", "directResponse"])
def status_of_answer(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report HTTP statuses of aborts and direct responses that are out of range."""
    for route in service.spec["http"]:
        for status, known in ((route["fault"]["abort"]["httpStatus"], _INT32), (route["directResponse"]["status"], _UINT32)):
            number = status.number
            if number is not None and number in known and not is_answer(number):
                yield finding(
                    status,
                    rejected(f"`{number}` is not an HTTP status from 200 to 599", "VirtualService"),
                    hint="set a number from 200 to 599",
                )
