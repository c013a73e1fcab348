"""Traffic that enters by a gateway and passes the routes of the mesh by."""

from collections.abc import Iterator

from istiolint.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateways import MESH, bound_gateways
from istiolint.resource import Resource
from istiolint.rules import declare, finding, further_check

INGRESS_IGNORES_MESH_ROUTES = declare(
    "ingress-ignores-mesh-routes", severity="info", evidence="contradiction", category="traffic", codes=["IST0140"]
)


@further_check(INGRESS_IGNORES_MESH_ROUTES, kinds=["VirtualService"])
def ingress_ignores_mesh_routes(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A gateway sends to a whole service, and the mesh splits that service by subsets: the split does not apply."""
    if all(gateway.name == MESH for gateway, _ in bound_gateways(virtual_service)):
        return
    for route in virtual_service.spec["http"]:
        for target in route["route"]:
            host = target["destination"]["host"]
            if not host.text or target["destination"]["subset"]:
                continue
            fqdn = mesh.hosts.fqdn(host.text, virtual_service.namespace)
            splitting = (known.virtual_service for known in mesh.virtual_services.on_mesh(fqdn))
            others = (other for other in splitting if other is not virtual_service and not mesh.rivals(virtual_service, other))
            other = next((other for other in others if _splits(other, fqdn, mesh)), None)
            if other:
                yield finding(
                    host,
                    f"traffic from the gateway goes to all of `{host.text}`; the routes by subset of {other.title} are for "
                    "callers in the mesh only",
                    hint="name the subsets and weights here as well, or delegate to one VirtualService",
                    related=[(other.spec["hosts"], "the routes in the mesh")],
                )


def _splits(virtual_service: Resource, fqdn: str, mesh: Mesh) -> bool:
    return any(
        target["destination"]["subset"] and mesh.hosts.fqdn(target["destination"]["host"].text, virtual_service.namespace) == fqdn
        for route in virtual_service.spec["http"]
        for target in route["route"]
    )
