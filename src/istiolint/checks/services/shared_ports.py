"""Workloads whose Services declare different protocols for one port."""

from collections import defaultdict
from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.workload import Workload, application_protocol
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import WORKLOADS
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

KINDS = [kind for kind in WORKLOADS if kind != "Pod"]


def _ports(resource: Resource, mesh: Mesh) -> Iterator[tuple[Resource, Cursor, Workload]]:
    """Yield the ports of all Services that select an injected workload, if they differ; of alternative Services the first."""
    workload = mesh.workloads.of(resource)
    if workload is None or not _injected(workload, mesh) or "gateway.istio.io/managed" in resource.labels:
        return
    services = mesh.workloads.services_of(workload)
    for service in services.together(mesh.exclusive) if services.disagree else ():
        for port in service.spec["ports"]:
            yield service, port, workload


def _injected(workload: Workload, mesh: Mesh) -> bool:
    return mesh.injection.of(workload).state == "sidecar"


@check("port-with-two-protocols", severity="warning", evidence="contradiction", kinds=KINDS, codes=["IST0116"])
def port_with_two_protocols(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two Services of one workload that use a port number for different protocols."""
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
                f"Services `{first_service.name}` and `{service.name}` declare {theirs} and {ours} for port {number} of "
                f"{workload.title}; the sidecar uses one of them",
                hint="use the same protocol in both Services, or different ports",
                related=[(first["port"], f"{theirs} declared here"), (port["port"], f"{ours} declared here")],
            )


@check("target-port-with-two-ports", severity="warning", evidence="contradiction", kinds=KINDS, codes=["IST0137"])
def target_port_with_two_ports(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two Services that route different port numbers to one container port."""
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
                    f"Services `{first_service.name}` (port {first_number}) and `{service.name}` (port {number}) use container "
                    f"port {target} with different protocols; the sidecar uses one",
                    hint="use the same protocol in both, or merge the Services",
                    related=[(first["port"], "first port"), (port["port"], "second port")],
                )
