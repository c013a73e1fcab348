"""Limits of connections and requests, `ConnectionPoolSettings`: of clients in a DestinationRule, of servers in a Sidecar.

(Of durations that are none, or too short, the schema tells.)
"""

from collections.abc import Iterator

from istiolint.fields.connection_pools import connection_pools, keep_alive_faults, upgrade_faults
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_COUNTS = {
    "http": ("http1MaxPendingRequests", "http2MaxRequests", "maxRequestsPerConnection", "maxRetries", "maxConcurrentStreams"),
    "tcp": ("maxConnections",),
}
_SMALLEST = -(2**31)
"""What the schema allows: it tells of smaller numbers."""


@check(
    "connection-pool-without-limits", severity="error", evidence="document", kinds=["DestinationRule", "Sidecar"],
    rows=["CP-01", "SC-24", "SC-26"],
)  # fmt: skip
def connection_pool_without_limits(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A pool with limits neither for requests nor for connections."""
    for pool in connection_pools(resource):
        if pool["http"].value is None and pool["tcp"].value is None and pool.mapping.keys() <= {"http", "tcp"}:
            yield finding(
                pool.key,
                f"`{pool.name}` has neither `http` nor `tcp`; Istio refuses the {resource.kind}",
                hint="write the limits under `http` or `tcp`, or delete it",
            )


@check(
    "negative-limit", severity="error", evidence="document", kinds=["DestinationRule", "Sidecar"],
    rows=["CP-02", "CP-03", "CP-04", "CP-05", "CP-06", "CP-11", "SC-24", "SC-26"],
)  # fmt: skip
def negative_limit(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A number of connections, requests or retries below zero."""
    for pool in connection_pools(resource):
        for protocol, fields in _COUNTS.items():
            for field in fields:
                count = pool[protocol][field]
                if count.number is not None and _SMALLEST <= count.number < 0:
                    yield finding(
                        count,
                        f"`{count.number}` is less than nothing; Istio refuses the {resource.kind}",
                        hint=f"leave `{field}` out for the default",
                    )


@check(
    "upgrade-contradicts-client-protocol", severity="error", evidence="document", kinds=["DestinationRule", "Sidecar"],
    rows=["CP-08", "SC-24", "SC-26"],
    when=["h2UpgradePolicy"],
)  # fmt: skip
def upgrade_contradicts_client_protocol(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """HTTP/2 for all requests, and for each the protocol of its client."""
    for pool in connection_pools(resource):
        yield from upgrade_faults(pool, resource.kind)


@check(
    "keep-alive-incomplete", severity="error", evidence="document", kinds=["DestinationRule", "Sidecar"],
    rows=["CP-09", "CP-10", "SC-24", "SC-26"],
    when=["http2KeepAlive"],
)  # fmt: skip
def keep_alive_incomplete(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Keep-alive of HTTP/2 without its interval or timeout."""
    for pool in connection_pools(resource):
        yield from keep_alive_faults(pool, resource.kind)
