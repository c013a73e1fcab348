"""Faults that are injected into real traffic."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding, Severity
from istiolint.mesh import Mesh
from istiolint.mesh.environments import Stage
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_MISDIRECTED = 421
"""Misdirected Request: an abort with it turns away clients that reuse a connection for another host. It is meant to stay."""
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
    """Tell of delays and aborts that hit users; the level is that of the environment and of how many are hit."""
    faults = [(route, fault) for route in service.spec["http"] for fault in _faults(route["fault"])]
    environment = mesh.environments.of(service) if faults else None
    stage = environment.stage if environment else None
    where = f"in {environment.stage} ({environment.because})" if environment else ""
    for route, fault in faults:
        severity = _severity(stage, _for_a_few(route))
        if severity:
            whom = "that match this route" if route["match"] else "of this VirtualService"
            yield finding(
                fault.key,
                f"the fault {_effect(fault)} {whom}, {where}",
                hint="remove the fault; for an experiment, match a header that only test clients send",
                severity=severity,
            )


@check("fault-without-percentage", severity="warning", evidence="document", kinds=["VirtualService"], when=["fault"])
def fault_without_percentage(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A fault that hits no request, because nothing says how many."""
    for route in service.spec["http"]:
        for fault in (route["fault"]["delay"], route["fault"]["abort"]):
            if fault.mapping and not fault["percentage"]["value"].exists and not fault["percent"].exists:
                yield finding(
                    fault.key,
                    f"the {fault.name} has no `percentage`, and so hits no request at all",
                    hint="write `percentage: {value: 100}` for all requests, or remove the fault",
                )


@check(
    "fault-with-retries-or-timeout", severity="warning", evidence="document", kinds=["VirtualService"],
    when=["fault"],
)  # fmt: skip
def fault_with_retries_or_timeout(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """An abort whose own route is to try again, or a delay whose own route is to give up on it."""
    for route in service.spec["http"]:
        for fault in _faults(route["fault"]):
            policy = route["retries" if fault.name == "abort" else "timeout"]
            if policy.value in (None, {}, "0s") or policy["attempts"].number == 0:
                continue
            yield finding(
                fault.key,
                f"the {fault.name} comes before the `{policy.name}` of the same route, which does nothing against it: "
                "callers see each one",
                hint=f"to test `{policy.name}`, inject the fault for a service that is called behind this one",
                related=[(policy, f"`{policy.name}` is set here")],
            )


@check("fault-beside-split", severity="info", evidence="document", kinds=["VirtualService"], when=["fault"])
def fault_beside_split(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A fault in a route that compares versions: it hits them all."""
    for route in service.spec["http"]:
        shares = [target["weight"] for target in route["route"] if target["weight"].number]
        for fault in _faults(route["fault"]) if len(shares) > 1 else ():
            yield finding(
                fault.key,
                f"the {fault.name} hits the requests for all {len(shares)} destinations alike, before any version sees them: a "
                "comparison of the versions counts it as their own",
                hint="inject the fault into a route of its own, with a match and one destination",
                related=[(shares[0], "the split")],
            )


def _faults(fault: Cursor) -> Iterator[Cursor]:
    """The delay and the abort of a route, where they hit anybody."""
    for name in ("delay", "abort"):
        if _share(fault[name]) > 0 and fault[name]["httpStatus"].number != _MISDIRECTED:
            yield fault[name]


def _effect(fault: Cursor) -> str:
    share = "all requests" if _share(fault) >= 100 else f"{_share(fault):g}% of the requests"
    if fault.name == "delay":
        return f"delays {share} by `{fault['fixedDelay'].text}`"
    return f"fails {share} with {_status(fault)}"


def _share(fault: Cursor) -> float:
    """How many percent of the requests are hit. Istio reads a fault without a percentage as one for no request."""
    for field in (fault["percentage"]["value"], fault["percent"]):
        if isinstance(field.value, (int, float)) and not isinstance(field.value, bool):
            return float(field.value)
    return 0.0


def _status(fault: Cursor) -> str:
    number = fault["httpStatus"].number
    return f"HTTP {number}" if number is not None else f"gRPC `{fault['grpcStatus'].text}`"


def _for_a_few(route: Cursor) -> bool:
    """Whether each match of a route asks for a header or parameter that ordinary requests do not have."""
    matches = list(route["match"])
    return bool(matches) and all(
        match["queryParams"].mapping or any(name.lower() not in _ORDINARY_HEADERS for name in match["headers"].mapping)
        for match in matches
    )


def _severity(stage: Stage | None, for_a_few: bool) -> Severity | None:
    if stage == "production":
        return "info" if for_a_few else "error"
    return "info" if stage == "staging" and not for_a_few else None
