"""Named target ports of Services that no container declares."""

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
    """Report a named target port that no container declares. (Containers need not declare numbers.)"""
    named = [port["targetPort"] for port in service.spec["ports"] if port["targetPort"].text]
    workloads = [
        workload
        for workload in (mesh.workloads.of_service(service) if named else ())
        if workload.creates_pods and not mesh.exclusive(service, workload.resource)
    ]
    for target in named:
        if workloads and not any(target.text == own.name for workload in workloads for own in workload.ports):
            declared = sorted({own.name for workload in workloads for own in workload.ports if own.name})
            yield finding(
                target,
                f"`targetPort: {target.text}` does not match any container port of the selected pods; the port has no endpoints",
                hint=f"use a port that the containers declare: {', '.join(f'`{name}`' for name in declared)}"
                if declared
                else "use the port number",
                related=[(workloads[0].resource.metadata["name"], "a workload that the Service selects")],
            )
