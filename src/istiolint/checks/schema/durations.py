"""Durations that are more precise than Istio accepts. (The schema covers invalid ones and those below 1ms.)"""

from collections.abc import Iterator

from istiolint.fields.connection_pools import connection_pools
from istiolint.fields.durations import finer_than, limits_of_time
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.primitives.durations import nanoseconds
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import finding, further_check, rejected
from istiolint.schema.rules import INVALID_DURATION


def _of_routes(service: Resource) -> Iterator[Cursor]:
    for route in service.spec["http"]:
        yield route["timeout"]
        yield route["retries"]["perTryTimeout"]
        yield route["retries"]["backoff"]
        yield route["fault"]["delay"]["fixedDelay"]


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
    """Check the timeouts and delays of a VirtualService."""
    for duration in _of_routes(service):
        yield from finer_than(duration, "ms", service.kind)


@further_check(INVALID_DURATION, kinds=["VirtualService"], rows=["VS-72", "VS-73"], when=["corsPolicy"])
def age_of_preflights(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Check how long browsers cache the response to a preflight request; browsers count seconds."""
    for route in service.spec["http"]:
        yield from finer_than(route["corsPolicy"]["maxAge"], "s", service.kind)


@further_check(
    INVALID_DURATION, kinds=["DestinationRule", "Sidecar"],
    rows=["CP-07", "CP-09", "CP-10", "CP-12", "CP-13", "CP-14", "CP-15", "CP-16", "SC-24", "SC-26"],
    when=["connectTimeout", "idleTimeout", "maxConnectionDuration", "tcpKeepalive", "http2KeepAlive"],
)  # fmt: skip
def durations_of_pools(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Check the time limits of connection pools."""
    for duration in _of_pools(resource):
        yield from finer_than(duration, "ms", resource.kind)
    for pool in connection_pools(resource):
        idle = pool["tcp"]["idleTimeout"]
        if (nanoseconds(idle.text) or 0) < 0:
            yield finding(
                idle,
                rejected(f"`{idle.text}` is negative", resource.kind),
                hint="use `0s` to disable the timeout",
            )


@further_check(INVALID_DURATION, kinds=["DestinationRule"], rows=["OD-01", "OD-02", "LB-12"])
def durations_of_policies(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Check the times of outlier detection and warm-up."""
    for duration in _of_policies(rule):
        yield from finer_than(duration, "ms", rule.kind)


@further_check(INVALID_DURATION, kinds=["RequestAuthentication"], rows=["RA-15"])
def timeout_of_keys(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Check the timeout for fetching a JWKS."""
    for rule in policy.spec["jwtRules"]:
        yield from finer_than(rule["timeout"], "ms", policy.kind)
