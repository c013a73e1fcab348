"""Durations that are finer than Istio takes them. (Of texts that are none, and of those below 1ms, the schema tells.)"""

from collections.abc import Iterator

from istiolint.checks.resilience.connection_pools import connection_pools
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.primitives.durations import NANOSECONDS, nanoseconds
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import finding, further_check
from istiolint.schema.rules import INVALID_DURATION


def _of_routes(service: Resource) -> Iterator[Cursor]:
    for route in service.spec["http"]:
        yield route["timeout"]
        yield route["retries"]["perTryTimeout"]
        yield route["retries"]["backoff"]
        yield route["fault"]["delay"]["fixedDelay"]


def limits_of_time(pool: Cursor) -> Iterator[Cursor]:
    """The durations of a connection pool, but for those of TCP's keep-alive."""
    http, tcp = pool["http"], pool["tcp"]
    yield from (http["idleTimeout"], http["http2KeepAlive"]["interval"], http["http2KeepAlive"]["timeout"])
    yield from (tcp["connectTimeout"], tcp["maxConnectionDuration"])
    if (nanoseconds(tcp["idleTimeout"].text) or 0) >= NANOSECONDS["ms"]:  # less than that switches it off
        yield tcp["idleTimeout"]


def _of_pools(resource: Resource) -> Iterator[Cursor]:
    for pool in connection_pools(resource):
        yield from limits_of_time(pool)
        keep_alive = pool["tcp"]["tcpKeepalive"]
        yield from (keep_alive["time"], keep_alive["interval"])


def _of_policies(rule: Resource) -> Iterator[Cursor]:
    for policy in traffic_policies(rule):
        yield policy["outlierDetection"]["baseEjectionTime"]
        yield policy["outlierDetection"]["interval"]
        yield policy["loadBalancer"]["warmup"]["duration"]


@further_check(INVALID_DURATION, kinds=["VirtualService"], rows=["VS-81", "VS-102", "VS-103", "VS-109"])
def durations_of_routes(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Timeouts and delays of a VirtualService."""
    for duration in _of_routes(service):
        yield from finer_than(duration, "ms", service.kind)


@further_check(INVALID_DURATION, kinds=["VirtualService"], rows=["VS-72", "VS-73"], when=["corsPolicy"])
def age_of_preflights(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """How long browsers keep the answer to a preflight request: browsers count seconds."""
    for route in service.spec["http"]:
        yield from finer_than(route["corsPolicy"]["maxAge"], "s", service.kind)


@further_check(
    INVALID_DURATION, kinds=["DestinationRule", "Sidecar"],
    rows=["CP-07", "CP-09", "CP-10", "CP-12", "CP-13", "CP-14", "CP-15", "CP-16", "SC-24", "SC-26"],
    when=["connectTimeout", "idleTimeout", "maxConnectionDuration", "tcpKeepalive", "http2KeepAlive"],
)  # fmt: skip
def durations_of_pools(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """How long connections may idle, and the like."""
    for duration in _of_pools(resource):
        yield from finer_than(duration, "ms", resource.kind)
    for pool in connection_pools(resource):
        idle = pool["tcp"]["idleTimeout"]
        if (nanoseconds(idle.text) or 0) < 0:
            yield finding(
                idle,
                f"`{idle.text}` is negative; Istio rejects the {resource.kind}",
                hint="use `0s` to disable the timeout",
            )


@further_check(INVALID_DURATION, kinds=["DestinationRule"], rows=["OD-01", "OD-02", "LB-12"])
def durations_of_policies(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Times of outlier detection and of warm-up."""
    for duration in _of_policies(rule):
        yield from finer_than(duration, "ms", rule.kind)


@further_check(INVALID_DURATION, kinds=["RequestAuthentication"], rows=["RA-15"])
def timeout_of_keys(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """How long keys may take to load."""
    for rule in policy.spec["jwtRules"]:
        yield from finer_than(rule["timeout"], "ms", policy.kind)


def finer_than(duration: Cursor, unit: str, kind: str) -> Iterator[Finding]:
    """A duration that is not made of whole units (a unit as Go writes it)."""
    length = nanoseconds(duration.text)
    if length is not None and length >= NANOSECONDS["ms"] and (rest := length % NANOSECONDS[unit]):
        whole = f"{(length - rest) // NANOSECONDS[unit] or 1}{unit}"
        yield finding(
            duration,
            f"`{duration.text}` is no whole number of {'seconds' if unit == 's' else 'milliseconds'}; Istio refuses the {kind}",
            hint=f"write `{whole}`",
        )


def not_milliseconds(duration: Cursor, kind: str) -> Iterator[Finding]:
    """A duration that is none, shorter than 1ms, or finer: for fields of which no schema tells."""
    if duration.value is None or duration.unresolved:
        return
    length = nanoseconds(duration.text)
    if length is None:
        yield finding(
            duration,
            f"`{duration.value}` is no duration; Istio refuses the {kind}",
            hint="write a number with its unit, as in `5s`",
        )
    elif length < NANOSECONDS["ms"]:
        yield finding(duration, f"`{duration.text}` is shorter than 1ms; Istio refuses the {kind}", hint="write `1ms` at least")
    else:
        yield from finer_than(duration, "ms", kind)
