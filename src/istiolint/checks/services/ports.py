"""Service ports: from their names Istio learns which protocol they carry."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

PROTOCOLS = ("tcp", "udp", "grpc", "http", "http_proxy", "http2", "https", "tls", "mongo", "redis", "mysql")
HTTP_PROTOCOLS = ("grpc", "http", "http_proxy", "http2")
APP_PROTOCOLS = ("kubernetes.io/h2c", "kubernetes.io/ws", "kubernetes.io/wss")
WELL_KNOWN = (25, 53, 3306, 27017)
"""Ports on which the server speaks first: Istio never sniffs there and takes them for TCP."""

MANAGED = tuple(f"istio.io-{name}-controller" for name in ("gateway", "mesh", "eastwest"))
SYSTEM = ("kube-system", "kube-public", "kube-node-lease", "local-path-storage")


def names_protocol(port: Cursor) -> bool:
    """Whether a Service port tells its protocol, by `appProtocol` or by the first word of its name."""
    name = (port["appProtocol"].text or port["name"].text).lower()
    if port["protocol"].text == "UDP" or name in APP_PROTOCOLS or name.startswith("grpc-web"):
        return True
    return name.partition("-")[0] in PROTOCOLS or port["port"].number in WELL_KNOWN


def carries_http(port: Cursor) -> bool:
    """Whether a Service port says that it carries HTTP, so that proxies read requests there."""
    name = (port["appProtocol"].text or port["name"].text).lower()
    return name in APP_PROTOCOLS or name.startswith("grpc-web") or name.partition("-")[0] in HTTP_PROTOCOLS


def _is_platform(service: Resource) -> bool:
    labels = service.labels
    control_plane = "istio" in labels or labels.get("release") == "istio"
    return control_plane or labels.get("gateway.istio.io/managed") in MANAGED or service.namespace in SYSTEM


@check(
    "port-without-protocol", severity="info", evidence="heuristic", kinds=["Service"],
    codes=["IST0118", "KIA0601", "KIA0602"], default=False, rows=["IV-01", "IV-02", "IV-03"],
)  # fmt: skip
def port_without_protocol(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Neither name nor appProtocol says what the port carries."""
    if service.spec["type"].text == "ExternalName" or _is_platform(service):
        return
    for port in service.spec["ports"]:
        if not names_protocol(port):
            said = port["appProtocol"] if port["appProtocol"] else port["name"]
            called = f"is called `{said.text}`" if said else "has no name"
            if said and said.name == "appProtocol":
                called = f"has the protocol `{said.text}`, which Istio does not know"
            yield finding(
                said if said else port["port"],
                f"port {port['port'].number} {called}: Istio has to sniff the protocol of each connection",
                hint="set `appProtocol: http`, or another protocol of Istio, or a name such as `http-web`, `grpc-api`, `tcp-db`",
            )


@check(
    "external-name-port-without-protocol", severity="warning", evidence="document", kinds=["Service"],
    codes=["IST0150"],
)  # fmt: skip
def external_name_port_without_protocol(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """An ExternalName service has no address; as TCP it takes the port for all addresses."""
    if service.spec["type"].text != "ExternalName" or _is_platform(service):
        return
    for port in service.spec["ports"]:
        if not names_protocol(port) or port["name"].text == "tcp":
            called = f"called `{port['name'].text}`" if port["name"] else "without a name"
            yield finding(
                port["name"] if port["name"] else port["port"],
                f"a port {called} is plain TCP to Istio, and an ExternalName service has no address: its listener takes port "
                f"{port['port'].number} for all addresses",
                hint="set `appProtocol`, or a name such as `https-api` or `http-api`",
            )
