"""Service ports whose protocol Istio cannot determine from `name` or `appProtocol`."""

from collections.abc import Iterator

from istiolint.fields.service_ports import names_protocol
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

MANAGED = tuple(f"istio.io-{name}-controller" for name in ("gateway", "mesh", "eastwest"))
SYSTEM = ("kube-system", "kube-public", "kube-node-lease", "local-path-storage")


def _is_platform(service: Resource) -> bool:
    labels = service.labels
    control_plane = "istio" in labels or labels.get("release") == "istio"
    return control_plane or labels.get("gateway.istio.io/managed") in MANAGED or service.namespace in SYSTEM


@check(
    "port-without-protocol", severity="info", evidence="heuristic", kinds=["Service"],
    codes=["IST0118", "KIA0601", "KIA0602"], default=False, rows=["IV-01", "IV-02", "IV-03"],
)  # fmt: skip
def port_without_protocol(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report ports whose protocol neither `name` nor `appProtocol` declares."""
    if service.spec["type"].text == "ExternalName" or _is_platform(service):
        return
    for port in service.spec["ports"]:
        if not names_protocol(port):
            said = port["appProtocol"] if port["appProtocol"] else port["name"]
            called = f"is named `{said.text}`" if said else "has no name"
            if said and said.name == "appProtocol":
                called = f"has unknown `appProtocol: {said.text}`"
            yield finding(
                said if said else port["port"],
                f"port {port['port'].number} {called}; Istio detects the protocol of each connection from its first bytes",
                hint="set `appProtocol: http`, or start the port name with the protocol, such as `http-web`, `grpc-api` or "
                "`tcp-db`",
            )


@check(
    "external-name-port-without-protocol", severity="warning", evidence="document", kinds=["Service"],
    codes=["IST0150"],
)  # fmt: skip
def external_name_port_without_protocol(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report raw TCP ports of ExternalName Services, which listen on all addresses."""
    if service.spec["type"].text != "ExternalName" or _is_platform(service):
        return
    for port in service.spec["ports"]:
        if not names_protocol(port) or port["name"].text == "tcp":
            called = f"port `{port['name'].text}`" if port["name"] else "unnamed port"
            yield finding(
                port["name"] if port["name"] else port["port"],
                f"{called} of an ExternalName Service is raw TCP; sidecars send connections to port {port['port'].number} on any "
                "address to this Service",
                hint="set `appProtocol`, or use a name such as `https-api` or `http-api`",
            )
