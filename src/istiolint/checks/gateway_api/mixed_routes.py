"""Routes of the Gateway API for a Service that a VirtualService routes as well."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_api import parents
from istiolint.mesh.visibility import sees
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "route-beside-virtual-service", severity="warning", evidence="contradiction", kinds=["HTTPRoute", "GRPCRoute"],
)  # fmt: skip
def route_beside_virtual_service(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two ways of routing for the same clients, of which Istio follows one."""
    for parent in parents(route):
        if parent.type != "Service":
            continue
        host = mesh.hosts.fqdn(parent.name, parent.namespace)
        for other in mesh.virtual_services.on_mesh(host):
            service = other.virtual_service
            # a route in another namespace than the Service holds for clients of its own namespace only
            together = route.namespace == parent.namespace or sees(route.namespace, mesh.virtual_services.scope(service))
            if other.fqdn == host and service.spec["http"] and together and not mesh.rivals(route, service):
                yield finding(
                    parent.at["name"],
                    f"{service.title} routes `{host}`, too: which of the two holds for a client is not defined, and the other "
                    "is ignored",
                    hint="keep the routes of a Service in one of the two kinds",
                    related=[(other.at, "the VirtualService names the host here")],
                )
                break
