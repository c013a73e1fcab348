"""Limits of connections and requests that do something else than they say."""

from collections.abc import Iterator

from istiolint.checks.validation.connection_pools import connection_pools
from istiolint.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resource import Resource
from istiolint.rules import check, finding

_ZERO_IS_UNSET = {
    "http": ("http1MaxPendingRequests", "http2MaxRequests", "maxRetries"),
    "tcp": ("maxConnections",),
}
"""Fields in which Envoy never sees a 0: istiod writes a limit only if it is greater."""


@check(
    "limit-of-zero-ignored", severity="warning", evidence="document", category="traffic", kinds=["DestinationRule", "Sidecar"],
)  # fmt: skip
def limit_of_zero_ignored(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A limit of zero, which is no limit."""
    for pool in connection_pools(resource):
        for protocol, fields in _ZERO_IS_UNSET.items():
            for field in fields:
                limit = pool[protocol][field]
                if limit.number == 0:
                    yield finding(
                        limit,
                        f"`{field}: 0` does not forbid anything: Istio reads it as not set, and sets no limit",
                        hint="write 1 for the strictest limit, or leave it out",
                    )


@check(
    "circuit-breaker-of-one", severity="warning", evidence="document", category="production", kinds=["DestinationRule"],
)  # fmt: skip
def circuit_breaker_of_one(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The limits of a tutorial, which shows how requests are refused."""
    for pool in connection_pools(rule):
        connections, pending = pool["tcp"]["maxConnections"], pool["http"]["http1MaxPendingRequests"]
        if connections.number != 1 or pending.number != 1:
            continue
        environment = mesh.environments.of(rule)
        if environment is None or environment.stage != "test":
            yield finding(
                connections,
                "each client proxy opens one connection and lets one request wait: the third request at a time is "
                "answered with 503, as in the tutorial that these values come from",
                hint="set limits from the load that the service bears, in hundreds rather than ones",
                related=[(pending, "one request may wait")],
            )
