"""Fault injection into real traffic."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding, Severity
from istiolint.mesh import Mesh
from istiolint.mesh.environments import Stage
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_MISDIRECTED = 421
"""Misdirected Request: an abort with 421 rejects clients that reuse a connection for another host, and is intentional."""
_ORDINARY_HEADERS = ("user-agent", "accept", "accept-language", "content-type", "host", ":authority", "origin", "referer")


@check(
    "fault-injection-in-production",
    severity="error",
    evidence="document",
    tags=["production"],
    kinds=["VirtualService"],
    when=["fault"],
)
def fault_injection_in_production(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report delays and aborts of user traffic; the severity follows the environment and the share of requests."""
    faults = [(route, fault) for route in service.spec["http"] for fault in _faults(route["fault"])]
    environment = mesh.environments.of(service) if faults else None
    stage = environment.stage if environment else None
    where = f"in {environment.stage} ({environment.because})" if environment else ""
    for route, fault in faults:
        severity = _severity(stage, _for_a_few(route))
        if severity:
            target = "on this route" if route["match"] else "of this VirtualService"
            yield finding(
                fault.key,
                f"fault injection {where}: {_effect(fault, target)}",
                hint="remove the fault, or match a header that only test clients send",
                severity=severity,
            )


@check("fault-without-percentage", severity="warning", evidence="document", kinds=["VirtualService"], when=["fault"])
def fault_without_percentage(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report faults without a percentage, which affect no request."""
    for route in service.spec["http"]:
        for fault in (route["fault"]["delay"], route["fault"]["abort"]):
            if fault.mapping and not fault["percentage"]["value"].exists and not fault["percent"].exists:
                yield finding(
                    fault.key,
                    f"`{fault.name}` has no `percentage`; Istio applies it to 0% of requests, so it has no effect",
                    hint="set `percentage: {value: 100}` to affect all requests, or remove the fault",
                )


@check(
    "fault-with-retries-or-timeout", severity="warning", evidence="document", kinds=["VirtualService"],
    when=["fault"],
)  # fmt: skip
def fault_with_retries_or_timeout(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an abort on a route with retries, or a delay on a route with a timeout."""
    for route in service.spec["http"]:
        for fault in _faults(route["fault"]):
            policy = route["retries" if fault.name == "abort" else "timeout"]
            if policy.value in (None, {}, "0s") or policy["attempts"].number == 0:
                continue
            yield finding(
                fault.key,
                f"`{policy.name}` does not apply to the injected {fault.name} on the same route; Envoy injects faults first, "
                f"so callers see every {fault.name}",
                hint=f"to test `{policy.name}`, inject the fault into a service that this one calls",
                related=[(policy, f"`{policy.name}` is set here")],
            )


@check("fault-on-weighted-route", severity="info", evidence="document", kinds=["VirtualService"], when=["fault"])
def fault_on_weighted_route(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a fault on a route that splits traffic between versions."""
    for route in service.spec["http"]:
        shares = [target["weight"] for target in route["route"] if target["weight"].number]
        for fault in _faults(route["fault"]) if len(shares) > 1 else ():
            yield finding(
                fault.key,
                f"`{fault.name}` affects requests to {f'all {len(shares)}' if shares[2:] else 'both'} destinations of the split; "
                "a comparison of the versions includes the injected faults",
                hint="inject the fault on a separate route with a match and a single destination",
                related=[(shares[0], "the traffic split")],
            )


def _faults(fault: Cursor) -> Iterator[Cursor]:
    """Yield the delay and the abort of a route that affect requests."""
    for name in ("delay", "abort"):
        if _share(fault[name]) > 0 and fault[name]["httpStatus"].number != _MISDIRECTED:
            yield fault[name]


def _effect(fault: Cursor, target: str) -> str:
    share = "all requests" if _share(fault) >= 100 else f"{_share(fault):g}% of requests"
    if fault.name == "delay":
        return f"{share} {target} are delayed by `{fault['fixedDelay'].text}`"
    return f"{share} {target} fail with {_status(fault)}"


def _share(fault: Cursor) -> float:
    """Return the percentage of affected requests. Istio applies a fault without a percentage to no request."""
    for field in (fault["percentage"]["value"], fault["percent"]):
        if isinstance(field.value, (int, float)) and not isinstance(field.value, bool):
            return float(field.value)
    return 0.0


def _status(fault: Cursor) -> str:
    number = fault["httpStatus"].number
    return f"HTTP {number}" if number is not None else f"gRPC `{fault['grpcStatus'].text}`"


def _for_a_few(route: Cursor) -> bool:
    """Whether each match of a route requires a header or query parameter that ordinary requests do not have."""
    matches = list(route["match"])
    return bool(matches) and all(
        match["queryParams"].mapping or any(name.lower() not in _ORDINARY_HEADERS for name in match["headers"].mapping)
        for match in matches
    )


def _severity(stage: Stage | None, for_a_few: bool) -> Severity | None:
    if stage == "production":
        return "info" if for_a_few else "error"
    return "info" if stage == "staging" and not for_a_few else None
