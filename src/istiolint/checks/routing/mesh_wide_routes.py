"""VirtualServices that match the requests of the entire mesh."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateways import MESH, bound_gateways
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check("routes-for-whole-mesh", severity="warning", evidence="document", kinds=["VirtualService"])
def routes_for_whole_mesh(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report wildcards for all Services of the cluster whose requests go to one destination."""
    if not any(host.text.startswith("*.") for host in service.spec["hosts"]):
        return
    domain = mesh.hosts.cluster_domain
    everything = ("*." + ".".join(parts) for parts in (["svc", *domain.split(".")][at:] for at in range(domain.count(".") + 2)))
    wide = set(everything)
    on_mesh = any(gateway.name == MESH for gateway, _ in bound_gateways(service))
    routes = [route for route in service.spec["http"] if not route["match"] and (route["route"] or route["redirect"])]
    for host in service.spec["hosts"] if on_mesh and "*" in mesh.virtual_services.scope(service) and routes else ():
        if host.text in wide:
            where = routes[0]["route"][0]["destination"]["host"].text
            yield finding(
                host,
                f"`{host.text}` matches every Service in the cluster; all sidecars send requests for hosts without their own "
                f"VirtualService to {f'`{where}`' if where else 'one redirect'}",
                hint="list the intended hosts, bind the VirtualService to a gateway, or limit it with `exportTo: [.]`",
                related=[(routes[0], "the route without a match")],
            )
