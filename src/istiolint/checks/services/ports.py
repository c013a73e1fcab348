"""Service ports: from their names Istio learns which protocol they carry."""

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
