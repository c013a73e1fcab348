"""Limits of connections and requests, `ConnectionPoolSettings`: of clients in a DestinationRule, of servers in a Sidecar.

(Of durations that are none, or too short, the schema tells.)
"""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource, once
from istiolint.rules.check import check, finding

_COUNTS = {
    "http": ("http1MaxPendingRequests", "http2MaxRequests", "maxRequestsPerConnection", "maxRetries", "maxConcurrentStreams"),
    "tcp": ("maxConnections",),
}
_SMALLEST = -(2**31)
"""What the schema allows: it tells of smaller numbers."""


@once
def connection_pools(resource: Resource) -> Iterator[Cursor]:
    """The connection pools of a DestinationRule or Sidecar that are mappings."""
    spec = resource.spec
    if resource.type == "DestinationRule":
        pools = [policy["connectionPool"] for policy in traffic_policies(resource)]
    else:
        pools = [spec["inboundConnectionPool"], *(listener["connectionPool"] for listener in spec["ingress"])]
    for pool in pools:
        if isinstance(pool.value, dict):
            yield pool


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


def upgrade_faults(pool: Cursor, kind: str) -> Iterator[Finding]:
    """An upgrade of all requests beside the wish to keep the protocol of each."""
    http = pool["http"]
    if http["h2UpgradePolicy"].text == "UPGRADE" and http["useClientProtocol"].value is True:
        yield finding(
            http["useClientProtocol"].key,
            "`useClientProtocol` keeps the protocol of the client, and `h2UpgradePolicy: UPGRADE` makes it HTTP/2; Istio "
            f"refuses the {kind}",
            hint="keep one of them",
            related=[(http["h2UpgradePolicy"], "the other is here")],
        )


@check(
    "keep-alive-incomplete", severity="error", evidence="document", kinds=["DestinationRule", "Sidecar"],
    rows=["CP-09", "CP-10", "SC-24", "SC-26"],
    when=["http2KeepAlive"],
)  # fmt: skip
def keep_alive_incomplete(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Keep-alive of HTTP/2 without its interval or timeout."""
    for pool in connection_pools(resource):
        yield from keep_alive_faults(pool, resource.kind)


def keep_alive_faults(pool: Cursor, kind: str) -> Iterator[Finding]:
    """A keep-alive that lacks one of its two times."""
    keep_alive = pool["http"]["http2KeepAlive"]
    lacking = [field for field in ("interval", "timeout") if keep_alive[field].value is None]
    if isinstance(keep_alive.value, dict) and lacking:
        yield finding(
            keep_alive.key,
            f"`http2KeepAlive` needs both `interval` and `timeout`; Istio refuses the {kind} without",
            hint=f"write {' and '.join(f'`{field}`' for field in lacking)}, such as `30s`",
        )
