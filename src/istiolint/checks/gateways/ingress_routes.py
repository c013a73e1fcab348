"""Gateway traffic that bypasses the routes of the mesh."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_api import backends, parents
from istiolint.mesh.gateways import MESH, bound_gateways
from istiolint.mesh.waypoints import skipped_by_gateways
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import declare, finding, further_check

INGRESS_IGNORES_MESH_ROUTES = declare(
    "ingress-ignores-mesh-routes", severity="info", evidence="contradiction", topic="gateways", codes=["IST0140"],
)  # fmt: skip


@further_check(INGRESS_IGNORES_MESH_ROUTES, kinds=["VirtualService"], when=["gateways"])
def ingress_ignores_mesh_routes(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a gateway route to an entire service that another route splits for callers in the mesh."""
    if all(gateway.name == MESH for gateway, _ in bound_gateways(virtual_service)):
        return
    for route in virtual_service.spec["http"]:
        for target in route["route"]:
            host = target["destination"]["host"]
            if host.text and not target["destination"]["subset"]:
                fqdn = mesh.hosts.fqdn(host.text, virtual_service.namespace)
                yield from _ignored(host, fqdn, virtual_service, mesh)


@further_check(INGRESS_IGNORES_MESH_ROUTES, kinds=["GRPCRoute", "HTTPRoute"])
def gateway_route_ignores_mesh_routes(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report the same for routes of the Gateway API."""
    if mesh.gateway_classes.leaves_istio_out(route):
        return  # other controllers send to the Services and ignore Istio's routes
    if any(parent.type == KUBERNETES_GATEWAY for parent in parents(route)):
        for backend in backends(route):
            if backend.type == "Service" and backend.at["weight"].number != 0:
                fqdn = f"{backend.name}.{backend.namespace}.svc.{mesh.hosts.cluster_domain}"
                yield from _ignored(backend.at["name"], fqdn, route, mesh)


def _ignored(host: Cursor, fqdn: str, ingress: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report the split of a service that the routes of a gateway bypass."""
    found = None if _by_waypoint(fqdn, mesh) else _split(fqdn, ingress, mesh)
    if found:
        other, what, at = found
        yield finding(
            host,
            f"the gateway routes to all versions of `{host.text}`; {what} of {other.title} "
            f"{'apply' if what.startswith('the routes') else 'applies'} only in the mesh",
            hint="set the subsets and weights here as well, or delegate to one VirtualService"
            if ingress.type == other.type == "VirtualService"
            else "use one Service per version here, with the same weights",
            related=[(at, "the mesh routes are here")],
        )


def _split(fqdn: str, ingress: Resource, mesh: Mesh) -> tuple[Resource, str, Cursor] | None:
    """Return what splits a service for callers in the mesh: the resource, a description, and the place."""
    for known in mesh.virtual_services.on_mesh(fqdn):
        other = known.virtual_service
        if other is ingress or mesh.exclusive(ingress, other):
            continue
        if _by_subset(other, fqdn, mesh):
            return other, "the routes by subset", other.spec["hosts"]
        for route in other.spec["http"] if known.fqdn == fqdn else ():
            if sum(1 for target in route["route"] if target["weight"].number) > 1:
                return other, "the split", route["route"]
    service = mesh.hosts.service_name(fqdn)
    if service is None:
        return None
    for other in mesh.service_routes.of(service.namespace, service.name):
        if other is ingress or other.namespace != service.namespace or mesh.exclusive(ingress, other):
            continue
        for rule in other.spec["rules"]:
            if sum(1 for backend in rule["backendRefs"] if backend["weight"].number != 0) > 1:
                return other, "the split", rule["backendRefs"]
    return None


def _by_subset(virtual_service: Resource, fqdn: str, mesh: Mesh) -> bool:
    if len(mesh.destination_rules.subsets(fqdn)) == 1:
        return False  # a single version is not split
    return any(
        target["destination"]["subset"] and mesh.hosts.fqdn(target["destination"]["host"].text, virtual_service.namespace) == fqdn
        for route in virtual_service.spec["http"]
        for target in route["route"]
    )


def _by_waypoint(fqdn: str, mesh: Mesh) -> bool:
    """Whether gateways send traffic for a service through its waypoint."""
    known = [host for host in mesh.hosts.exact(fqdn) if host.resource is not None]
    return any(
        host.resource and not skipped_by_gateways(host.resource, mesh.namespaces.get(host.namespace, ())) for host in known
    )
