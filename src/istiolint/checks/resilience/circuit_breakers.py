"""Connection and request limits with surprising effects."""

from collections.abc import Iterator

from istiolint.fields.connection_pools import connection_pools
from istiolint.fields.service_ports import APP_PROTOCOLS, carries_http, names_protocol
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import host_policies
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_ZERO_IS_UNSET = {
    "http": ("http1MaxPendingRequests", "http2MaxRequests", "maxRetries"),
    "tcp": ("maxConnections",),
}
"""Fields for which istiod does not send a 0 to Envoy: it writes a limit only if the value is greater."""

_FOR_HTTP2 = ("maxConcurrentStreams", "http2KeepAlive")
_HTTP2 = ("grpc", "http2")


@check(
    "limit-of-zero-ignored", severity="warning", evidence="document", kinds=["DestinationRule", "Sidecar"],
)  # fmt: skip
def limit_of_zero_ignored(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report limits of 0, which Istio treats as unset."""
    for pool in connection_pools(resource):
        for protocol, fields in _ZERO_IS_UNSET.items():
            for field in fields:
                limit = pool[protocol][field]
                if limit.number == 0:
                    yield finding(
                        limit,
                        f"`{field}: 0` does not block anything; Istio treats 0 as unset and applies no limit",
                        hint="set 1 for the strictest limit, or remove the field",
                    )


@check(
    "circuit-breaker-limits-of-one", severity="warning", evidence="document", tags=["production"], kinds=["DestinationRule"],
    when=["http1MaxPendingRequests"],
)  # fmt: skip
def circuit_breaker_limits_of_one(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report the limits of the circuit-breaking tutorial, which are meant to make requests fail."""
    for pool in connection_pools(rule):
        connections, pending = pool["tcp"]["maxConnections"], pool["http"]["http1MaxPendingRequests"]
        if connections.number != 1 or pending.number != 1:
            continue
        if mesh.environments.stage(rule) != "test":
            yield finding(
                connections,
                "`maxConnections: 1` and `http1MaxPendingRequests: 1` are tutorial values; each client proxy answers the "
                "third concurrent request with 503",
                hint="size the limits for the load that the service handles, typically in the hundreds",
                related=[(pending, "the limit of one pending request")],
            )


@check(
    "stream-limit-without-http2", severity="warning", evidence="contradiction", kinds=["DestinationRule"],
    when=["maxConcurrentStreams"],
)  # fmt: skip
def stream_limit_without_http2(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report HTTP/2 settings for a service to which proxies open HTTP/1.1 connections only."""
    if mesh.config["h2UpgradePolicy"] == "UPGRADE":
        return
    for policy in host_policies(rule):
        http = policy["connectionPool"]["http"]
        written = [http[field] for field in _FOR_HTTP2 if http[field]]
        if not written or http["h2UpgradePolicy"].text == "UPGRADE" or http["useClientProtocol"].value is True:
            continue
        port = _first_port(mesh.hosts.fqdn(rule.spec["host"].text, rule.namespace), rule, mesh)
        for setting in written if port is not None else ():
            yield finding(
                setting.key,
                f"`{setting.name}` applies only to HTTP/2, but no port of `{rule.spec['host'].text}` uses it; proxies open "
                "HTTP/1.1 connections and ignore the setting",
                hint="set `h2UpgradePolicy: UPGRADE` if the service supports HTTP/2, or use `http2MaxRequests`, which "
                "limits requests of any HTTP version",
                related=[(port, "an HTTP port of the service")] if port is not None else (),
            )


def _first_port(fqdn: str, rule: Resource, mesh: Mesh) -> Cursor | None:
    """Return an HTTP port of the Services of a host; None if a port may carry HTTP/2 or declares no protocol."""
    ports: list[Cursor] = []
    for known in mesh.hosts.exact(fqdn):
        service = known.resource
        if service is None or service.type != "Service" or mesh.exclusive(rule, service) or not service.spec["ports"]:
            return None
        ports += service.spec["ports"]
    for port in ports:
        protocol = (port["appProtocol"].text or port["name"].text).lower()
        if not names_protocol(port) or protocol.startswith(_HTTP2) or protocol in APP_PROTOCOLS:
            return None
    return next((port["name"] if port["name"] else port for port in ports if carries_http(port)), None)
