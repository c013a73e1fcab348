"""Costs of proxies: unused statistics, threads on every core, one connection per request."""

from collections.abc import Iterator

from istiolint.checks.operations.production import environment_severity
from istiolint.fields.connection_pools import connection_pools
from istiolint.findings.finding import Finding, Severity
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import CONFIG_KINDS, PROXY_KINDS, proxy_configs
from istiolint.mesh.injection import is_gateway
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import WORKLOADS
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.rules.parameters import Parameter

_REQUESTS = Parameter("requests", 1, "Highest `maxRequestsPerConnection` that is reported.", minimum=1)
_EVERYTHING = (".*", ".+", "^.*", "^.*$", "^.+$")
_OF_EACH_SERVICE = ("cluster", "cluster.")


@check(
    "all-statistics",
    severity="warning",
    evidence="document",
    tags=["production"],
    kinds=list(PROXY_KINDS),
    when=["proxyStatsMatcher"],
)
def all_statistics(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report proxies that keep all statistics."""
    severity = environment_severity(mesh, resource)
    for config in proxy_configs(resource) if severity else ():
        matcher = config["proxyStatsMatcher"]
        yield from (_all(at, severity) for at in matcher["inclusionRegexps"] if at.text in _EVERYTHING)
        for prefix in matcher["inclusionPrefixes"] if resource.type in CONFIG_KINDS else ():
            if prefix.text in _OF_EACH_SERVICE:
                yield _all(prefix, severity)


def _all(at: Cursor, severity: Severity | None) -> Finding:
    return finding(
        at,
        f"`{at.text}` enables dozens of statistics per service in every proxy; memory and time series grow with pods times "
        "services",
        hint="list only the statistics you need, such as `cluster.outbound.*upstream_rq_pending_overflow`",
        severity=severity,
    )


@check(
    "proxy-on-all-cores",
    severity="warning",
    evidence="document",
    tags=["production"],
    kinds=["ProxyConfig", *PROXY_KINDS],
    when=["concurrency"],
)
def proxy_on_all_cores(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report sidecars with a thread for each core of their node."""
    workload = mesh.workloads.of(resource) if resource.type in WORKLOADS else None
    if workload and is_gateway(workload):
        return
    configs = [resource.spec] if resource.type == "ProxyConfig" else proxy_configs(resource)
    for config in configs:
        if config["concurrency"].number == 0 and (severity := environment_severity(mesh, resource)):
            yield finding(
                config["concurrency"],
                "`concurrency: 0` starts a thread for each core of the node in every sidecar; memory and connections multiply "
                "with the cores",
                hint="remove it to derive the number of threads from the CPU limit",
                severity=severity,
            )


@check(
    "connection-for-each-request",
    severity="info",
    evidence="document",
    tags=["production"],
    kinds=["DestinationRule"],
    when=["maxRequestsPerConnection"],
    parameters=[_REQUESTS],
)
def connection_for_each_request(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report connections that are closed after one request."""
    for pool in connection_pools(rule):
        limit = pool["http"]["maxRequestsPerConnection"]
        tutorial = pool["tcp"]["maxConnections"].number == 1 and pool["http"]["http1MaxPendingRequests"].number == 1
        if 1 <= (limit.number or 0) <= _REQUESTS.of(mesh, rule) and not tutorial and environment_severity(mesh, rule):
            each = "each request" if limit.number == 1 else f"every {limit.number} requests"
            yield finding(
                limit,
                f"`maxRequestsPerConnection: {limit.number}` opens a new connection for {each}; with mTLS, each needs a TLS "
                "handshake",
                hint="remove it, or use a value in the hundreds",
            )
