"""Gateway API routes for a Service that a VirtualService also routes."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_api import parents
from istiolint.mesh.visibility import sees
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "route-conflicts-with-virtual-service", severity="warning", evidence="contradiction", kinds=["HTTPRoute", "GRPCRoute"],
)  # fmt: skip
def route_conflicts_with_virtual_service(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a route for a Service that a VirtualService also routes for the same clients."""
    for parent in parents(route):
        if parent.type != "Service":
            continue
        host = mesh.hosts.fqdn(parent.name, parent.namespace)
        for other in mesh.virtual_services.on_mesh(host):
            service = other.virtual_service
            # a route in another namespace than its Service applies only to clients in its own namespace
            together = route.namespace == parent.namespace or sees(route.namespace, mesh.virtual_services.scope(service))
            if other.fqdn == host and service.spec["http"] and together and not mesh.exclusive(route, service):
                yield finding(
                    parent.at["name"],
                    f"{service.title} also routes `{host}`; Istio uses only one of the two for a client, and which one is "
                    "undefined",
                    hint="use only one of the two kinds for the routes of a Service",
                    related=[(other.at, "the VirtualService lists the host here")],
                )
                break
