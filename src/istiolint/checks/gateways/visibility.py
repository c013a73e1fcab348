"""VirtualServices that are not exported to the gateways they are bound to."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateways import bound_gateways
from istiolint.mesh.visibility import in_words, sees
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "virtual-service-hidden-from-gateway", severity="error", evidence="contradiction", kinds=["VirtualService"],
    when=["gateways"],
)  # fmt: skip
def virtual_service_hidden_from_gateway(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an `exportTo` without the namespaces of the gateway's workloads (not necessarily that of the Gateway)."""
    scope = mesh.virtual_services.scope(virtual_service)
    exported = virtual_service.spec["exportTo"]
    default = None if exported else mesh.config.at("defaultVirtualServiceExportTo")
    for name, reference in bound_gateways(virtual_service):
        gateways = [gateway for gateway in mesh.gateways.find(name) if gateway.type != KUBERNETES_GATEWAY]
        workloads = [workload for gateway in gateways for workload in mesh.gateway_workloads.of(gateway)]
        if not workloads or any(sees(workload.namespace, scope) for workload in workloads):
            continue
        if virtual_service.placed and all(workload.resource.placed for workload in workloads):
            where = in_words(frozenset(workload.namespace for workload in workloads))
            yield finding(
                exported[0] if exported else reference,
                f"this VirtualService is exported only to {in_words(scope)}, but the workloads of Gateway {name} run in {where}; "
                "the gateway returns 404",
                hint=f"add {where} to `exportTo`",
                related=[(workload.resource.metadata["name"], "a workload of the gateway is here") for workload in workloads[:2]]
                + ([(reference, "the VirtualService is bound to the gateway here")] if exported else [])
                + ([(default, "the default of the mesh")] if default is not None else []),
            )
