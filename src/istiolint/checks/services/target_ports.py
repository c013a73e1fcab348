"""Target ports of Services by a name that no container has."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "target-port-not-declared", severity="warning", evidence="contradiction", kinds=["Service"],
    codes=["KIA0701"],
    when=["targetPort"],
)  # fmt: skip
def target_port_not_declared(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A port by a name that leads nowhere. (A number need not be declared by a container.)"""
    named = [port["targetPort"] for port in service.spec["ports"] if port["targetPort"].text]
    workloads = [
        workload
        for workload in (mesh.workloads.of_service(service) if named else ())
        if workload.runs_pods and not mesh.rivals(service, workload.resource)
    ]
    for target in named:
        if workloads and not any(target.text == own.name for workload in workloads for own in workload.ports):
            declared = sorted({own.name for workload in workloads for own in workload.ports if own.name})
            yield finding(
                target,
                f"no container behind this Service has a port called `{target.text}`: the port leads nowhere",
                hint=f"the containers have {', '.join(f'`{name}`' for name in declared)}"
                if declared
                else "write the number of the port",
                related=[(workloads[0].resource.metadata["name"], "a workload behind the Service")],
            )
