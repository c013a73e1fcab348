"""`ConnectionPoolSettings`: limits of clients in a DestinationRule, and of servers in a Sidecar.

The schema checks report invalid and too short durations.
"""

from collections.abc import Iterator

from istiolint.fields.connection_pools import connection_pools, keep_alive_faults, upgrade_faults
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, rejected

_COUNTS = {
    "http": ("http1MaxPendingRequests", "http2MaxRequests", "maxRequestsPerConnection", "maxRetries", "maxConcurrentStreams"),
    "tcp": ("maxConnections",),
}
_SMALLEST = -(2**31)
"""The smallest number that the schema allows; the schema checks report smaller ones."""


@check(
    "connection-pool-without-limits", severity="error", evidence="document", kinds=["DestinationRule", "Sidecar"],
    rows=["CP-01", "SC-24", "SC-26"],
)  # fmt: skip
def connection_pool_without_limits(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report connection pools without `http` and `tcp`."""
    for pool in connection_pools(resource):
        if pool["http"].value is None and pool["tcp"].value is None and pool.mapping.keys() <= {"http", "tcp"}:
            yield finding(
                pool.key,
                rejected(f"`{pool.name}` has neither `http` nor `tcp`", resource.kind),
                hint="set limits under `http` or `tcp`, or remove the field",
            )


@check(
    "negative-limit", severity="error", evidence="document", kinds=["DestinationRule", "Sidecar"],
    rows=["CP-02", "CP-03", "CP-04", "CP-05", "CP-06", "CP-11", "SC-24", "SC-26"],
)  # fmt: skip
def negative_limit(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report negative numbers of connections, requests or retries."""
    for pool in connection_pools(resource):
        for protocol, fields in _COUNTS.items():
            for field in fields:
                count = pool[protocol][field]
                if count.number is not None and _SMALLEST <= count.number < 0:
                    yield finding(
                        count,
                        rejected(f"negative value `{count.number}` for `{field}`", resource.kind),
                        hint=f"remove `{field}` to use the default",
                    )


@check(
    "upgrade-contradicts-client-protocol", severity="error", evidence="document", kinds=["DestinationRule", "Sidecar"],
    rows=["CP-08", "SC-24", "SC-26"],
    when=["h2UpgradePolicy"],
)  # fmt: skip
def upgrade_contradicts_client_protocol(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an HTTP/2 upgrade of all requests combined with the protocol of the client."""
    for pool in connection_pools(resource):
        yield from upgrade_faults(pool, resource.kind)


@check(
    "keep-alive-incomplete", severity="error", evidence="document", kinds=["DestinationRule", "Sidecar"],
    rows=["CP-09", "CP-10", "SC-24", "SC-26"],
    when=["http2KeepAlive"],
)  # fmt: skip
def keep_alive_incomplete(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report HTTP/2 keep-alive without an interval or a timeout."""
    for pool in connection_pools(resource):
        yield from keep_alive_faults(pool, resource.kind)
