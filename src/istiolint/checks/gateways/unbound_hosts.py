"""VirtualServices for a gateway's host that are not bound to it, and routes back to their own gateway."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.entrances import used_on
from istiolint.mesh.gateways import MESH, GatewayName, bound_gateways
from istiolint.mesh.workloads import Workload, ports_of
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check("gateway-host-without-gateways", severity="warning", evidence="contradiction", kinds=["VirtualService"])
def gateway_host_without_gateways(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a VirtualService without `gateways` whose host only a Gateway serves."""
    if virtual_service.spec["gateways"].value or not virtual_service.spec["http"]:
        return
    for host in virtual_service.spec["hosts"]:
        name = host.text.lower()
        if "." not in name or "*" in name or next(mesh.hosts.covering(host.text), None) or mesh.hosts.service_name(name):
            continue
        for server in mesh.gateway_servers.serving(name):
            gateway = server.gateway
            if mesh.exclusive(virtual_service, gateway) or _is_routed(gateway, name, virtual_service, mesh):
                continue
            yield finding(
                host,
                f"no VirtualService for `{host.text}` is bound to {gateway.title}, which serves it; the gateway returns 404",
                hint=f"add `gateways: [{gateway.namespace}/{gateway.name}]`",
                related=[(server.cursor["hosts"], "the gateway serves the host here")],
            )
            break


def _is_routed(gateway: Resource, host: str, virtual_service: Resource, mesh: Mesh) -> bool:
    """Whether another VirtualService routes a host, or one that covers it, on a gateway."""
    name = GatewayName(gateway.namespace, gateway.name)
    labels = host.split(".")
    wider = [host, "*", *(".".join(["*", *labels[at:]]) for at in range(1, len(labels)))]
    return any(
        known.virtual_service is not virtual_service for each in wider for known in mesh.virtual_services.on_gateway(name, each)
    )


@check("route-back-to-gateway", severity="warning", evidence="contradiction", kinds=["VirtualService"])
def route_back_to_gateway(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a route that applies on a gateway and targets that gateway's own Service."""
    for name, _ in bound_gateways(virtual_service):
        for gateway in mesh.gateways.find(name) if name.name != MESH else ():
            workloads = mesh.gateway_workloads.of(gateway) if gateway.type != KUBERNETES_GATEWAY else ()
            if not workloads or mesh.exclusive(virtual_service, gateway):
                continue
            for kind in ("http", "tcp", "tls"):
                for route in virtual_service.spec[kind]:
                    if used_on(route, name, virtual_service.namespace) and not route["rewrite"]["authority"].text:
                        yield from _leading_back(route, virtual_service, gateway, list(workloads), mesh)


def _leading_back(
    route: Cursor, virtual_service: Resource, gateway: Resource, workloads: list[Workload], mesh: Mesh
) -> Iterator[Finding]:
    for target in route["route"]:
        destination = target["destination"]
        fqdn = mesh.hosts.fqdn(destination["host"].text, virtual_service.namespace)
        for service in (known.resource for known in mesh.hosts.exact(fqdn)):
            if service is None or service.type != "Service" or mesh.exclusive(virtual_service, service):
                continue
            behind = {id(workload) for workload in mesh.workloads.of_service(service)}
            if not all(id(workload) in behind for workload in workloads):
                continue
            if _is_served(service, destination["port"]["number"].number, workloads[0], mesh):
                yield finding(
                    destination["host"],
                    f"route to `{destination['host'].text}`, the Service of {gateway.title}, also applies on that gateway; it "
                    "sends requests to itself until they fail",
                    hint="restrict the route with `match: [{gateways: [mesh]}]`, and add one from the gateway to the real host",
                    related=[(service.metadata["name"], "the Service of the gateway is here")],
                )


def _is_served(service: Resource, number: int | None, workload: Workload, mesh: Mesh) -> bool:
    """Whether a Service port reaches a server of a Gateway, and not another port of the gateway's pods."""
    ports = {
        port for port, target in ((port, target) for _, port, target in ports_of(service, workload)) if number in (None, port)
    }
    targets = {target for _, port, target in ports_of(service, workload) if port in ports}
    served = {
        server["port"]["number"].number for gateway in mesh.entrances.gateways_on(workload) for server in gateway.spec["servers"]
    }
    return bool(served & (ports | targets))
