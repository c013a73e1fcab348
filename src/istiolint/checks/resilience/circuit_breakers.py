"""Limits of connections and requests that do something else than they say."""

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
"""Fields in which Envoy never sees a 0: istiod writes a limit only if it is greater."""

_FOR_HTTP2 = ("maxConcurrentStreams", "http2KeepAlive")
_HTTP2 = ("grpc", "http2")


@check(
    "limit-of-zero-ignored", severity="warning", evidence="document", kinds=["DestinationRule", "Sidecar"],
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
    "circuit-breaker-of-one", severity="warning", evidence="document", tags=["production"], kinds=["DestinationRule"],
    when=["http1MaxPendingRequests"],
)  # fmt: skip
def circuit_breaker_of_one(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The limits of a tutorial, which shows how requests are refused."""
    for pool in connection_pools(rule):
        connections, pending = pool["tcp"]["maxConnections"], pool["http"]["http1MaxPendingRequests"]
        if connections.number != 1 or pending.number != 1:
            continue
        if mesh.environments.stage(rule) != "test":
            yield finding(
                connections,
                "each client proxy opens one connection and lets one request wait: the third request at a time is "
                "answered with 503, as in the tutorial that these values come from",
                hint="set limits from the load that the service bears, in hundreds rather than ones",
                related=[(pending, "one request may wait")],
            )


@check(
    "stream-limit-without-http2", severity="warning", evidence="contradiction", kinds=["DestinationRule"],
    when=["maxConcurrentStreams"],
)  # fmt: skip
def stream_limit_without_http2(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Settings of HTTP/2 connections for a service to which proxies open none."""
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
                f"`{setting.name}` is for connections of HTTP/2, and no port of `{rule.spec['host'].text}` carries that: proxies "
                "open HTTP/1.1 connections, and heed it nowhere",
                hint="set `h2UpgradePolicy: UPGRADE` beside it, if the service speaks HTTP/2; or limit `http2MaxRequests`, which "
                "holds for all requests",
                related=[(port, "a port of the service")] if port is not None else (),
            )


def _first_port(fqdn: str, rule: Resource, mesh: Mesh) -> Cursor | None:
    """A port of the Services of a host; None where one of them may carry HTTP/2, or does not tell what it carries."""
    ports: list[Cursor] = []
    for known in mesh.hosts.named(fqdn):
        service = known.resource
        if service is None or service.type != "Service" or mesh.rivals(rule, service) or not service.spec["ports"]:
            return None
        ports += service.spec["ports"]
    for port in ports:
        protocol = (port["appProtocol"].text or port["name"].text).lower()
        if not names_protocol(port) or protocol.startswith(_HTTP2) or protocol in APP_PROTOCOLS:
            return None
    return next((port["name"] if port["name"] else port for port in ports if carries_http(port)), None)
