"""Workloads behind several Services that disagree about a port."""

from collections import defaultdict
from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.workloads import Workload, application_protocol
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import WORKLOADS
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

KINDS = [kind for kind in WORKLOADS if kind != "Pod"]


def _ports(resource: Resource, mesh: Mesh) -> Iterator[tuple[Resource, Cursor, Workload]]:
    """The ports of all Services that select an injected workload, if they disagree; of alternative Services the first."""
    workload = mesh.workloads.of(resource)
    if workload is None or not _injected(workload, mesh) or "gateway.istio.io/managed" in resource.labels:
        return
    services = mesh.workloads.services_of(workload)
    for service in services.together(mesh.rivals) if services.disagree else ():
        for port in service.spec["ports"]:
            yield service, port, workload


def _injected(workload: Workload, mesh: Mesh) -> bool:
    return mesh.injection.of(workload).state == "sidecar"


@check("port-with-two-protocols", severity="warning", evidence="contradiction", kinds=KINDS, codes=["IST0116"])
def port_with_two_protocols(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two Services of one workload use a port number for different protocols."""
    seen: dict[int, tuple[Resource, Cursor]] = {}
    for service, port, workload in _ports(resource, mesh):
        number = port["port"].number
        if number is None:
            continue
        first_service, first = seen.setdefault(number, (service, port))
        ours, theirs = port["protocol"].text or "TCP", first["protocol"].text or "TCP"
        if ours != theirs and first_service is not service:
            yield finding(
                resource.metadata["name"],
                f"the Services `{first_service.name}` and `{service.name}` give port {number} of {workload.title} the protocols "
                f"{theirs} and {ours}; the sidecar's inbound listener has one",
                hint="give both Services the same protocol, or different ports",
                related=[(first["port"], f"{theirs} here"), (port["port"], f"{ours} here")],
            )


@check("target-port-with-two-ports", severity="warning", evidence="contradiction", kinds=KINDS, codes=["IST0137"])
def target_port_with_two_ports(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two Services reach one container port by different port numbers."""
    by_target: dict[int, dict[int, tuple[Resource, Cursor]]] = defaultdict(dict)
    for service, port, workload in _ports(resource, mesh):
        number = port["port"].number
        target = workload.port_number(port["targetPort"]) if port["targetPort"].exists else number
        if number is not None and target:
            by_target[target].setdefault(number, (service, port))
    for target, found in by_target.items():
        (first_number, (first_service, first)), *others = found.items()
        for number, (service, port) in others:
            if service is not first_service and application_protocol(first) != application_protocol(port):
                yield finding(
                    resource.metadata["name"],
                    f"the Services `{first_service.name}` (port {first_number}) and `{service.name}` (port {number}) lead to the "
                    f"same container port {target} with different protocols; the sidecar takes one of the two",
                    hint="lead both to the port with the same protocol, or join the Services",
                    related=[(first["port"], "one port"), (port["port"], "the other port")],
                )
