"""Hosts of gateways without routes, VirtualServices for them that are not bound, and routes back to their own gateway."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.entrances import used_on
from istiolint.mesh.gateway_api import TCP_ROUTES, backends, listeners, parents
from istiolint.mesh.gateway_deployments import deployment_name
from istiolint.mesh.gateway_servers import Server, passes_tls
from istiolint.mesh.gateways import MESH, GatewayName, bound_gateways, served_ports
from istiolint.mesh.workload import Workload, ports_of
from istiolint.primitives.ports import HTTP, RAW_TCP, TLS
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check

_CONSEQUENCES = {
    "http": "the gateway returns 404",
    "tls": "the gateway closes its connections",
    "tcp": "the gateway closes its connections",
}
"""What a gateway does with traffic that has no route, by the kind of routes."""
_INSTALLED = {each: f"istio-{each}" for each in ("ingressgateway", "egressgateway", "eastwestgateway")}
"""The Services that an installation has for the gateways that a label selects."""


@check(
    "gateway-host-without-gateways", severity="warning", evidence="contradiction", kinds=["VirtualService"], beside=["Gateway"]
)
def gateway_host_without_gateways(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a VirtualService without `gateways` whose host only a Gateway serves."""
    kinds = [kind for kind in _CONSEQUENCES if virtual_service.spec[kind]]
    if virtual_service.spec["gateways"].value or not kinds:
        return
    for host in virtual_service.spec["hosts"]:
        name = host.text.lower()
        if "." not in name or name == "*" or name.endswith((".local", f".{mesh.hosts.cluster_domain}")):
            continue
        if next(mesh.hosts.overlapping(name), None) or mesh.hosts.service_name(name):
            continue
        for server in mesh.gateway_servers.serving(name):
            gateway = server.gateway
            kind = next((kind for kind in kinds if _routes(server, kind)), "")
            allowed = mesh.gateways.servers(gateway, [name], virtual_service.namespace)
            if (
                not kind
                or not allowed
                or mesh.exclusive(virtual_service, gateway)
                or _is_bound(gateway, virtual_service, mesh, name)
                or _is_routed(mesh, gateway, server.cursor, name)
            ):
                continue
            yield finding(
                host,
                f"no VirtualService for `{host.text}` is bound to {gateway.title}, which serves it; {_CONSEQUENCES[kind]}",
                hint=f"add `gateways: [{gateway.namespace}/{gateway.name}]`",
                related=[(server.cursor["hosts"], "the gateway serves the host here")],
            )
            break


@check("gateway-host-without-routes", severity="warning", evidence="missing", kinds=["Gateway"])
def gateway_host_without_routes(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a host for which no VirtualService exists."""
    if not mesh.gateway_workloads.runs(gateway) or mesh.all("Canary"):
        return  # reported by gateway-without-workload; Flagger creates VirtualServices
    reported: set[str] = set()
    for cursor in gateway.spec["servers"]:
        for host, at in Server(gateway, cursor).hosts:
            if host == "*" or host in reported or at.unresolved or mesh.virtual_services.serves(host):
                continue
            if not _is_routed(mesh, gateway, cursor, host):
                reported.add(host)
                yield finding(
                    at,
                    f"no VirtualService has the host `{host}`; the gateway returns 404 or closes the connections",
                    hint=f"bind a VirtualService for the host to `{gateway.namespace}/{gateway.name}`, or remove the host",
                    known=mesh.settings.whole_mesh,
                )


def _routes(server: Server, kind: str) -> bool:
    """Whether a server uses routes of a kind."""
    passed_on = passes_tls(server.cursor)
    if kind == "http":
        return server.protocol in HTTP or (server.protocol == "HTTPS" and not passed_on)
    if kind == "tls":
        return server.protocol in TLS and passed_on
    return server.protocol in RAW_TCP or (server.protocol == "TLS" and not passed_on)


def _is_routed(mesh: Mesh, gateway: Resource, server: Cursor, host: str) -> bool:
    from istiolint.trace.gateway_routes import is_routed  # imported late: few hosts get here
    from istiolint.trace.model import model_of

    return is_routed(model_of(mesh), gateway, server, host)


def _is_bound(gateway: Resource, virtual_service: Resource, mesh: Mesh, host: str) -> bool:
    """Whether another VirtualService for a host, one that covers it or one that it covers, is bound to a gateway."""
    routed = mesh.virtual_services.on_gateway_for(GatewayName(gateway.namespace, gateway.name), host)
    return any(known is not virtual_service for known in routed)


_ROUTE_BACK = declare("route-back-to-gateway", severity="warning", evidence="contradiction", topic="gateways")


@further_check(_ROUTE_BACK, kinds=["VirtualService"], when=["gateways"])
def route_back_to_gateway(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a route that applies on a gateway and targets that gateway's own Service."""
    for name, _ in bound_gateways(virtual_service):
        for gateway in mesh.gateways.find(name) if name.name != MESH else ():
            if gateway.type == KUBERNETES_GATEWAY or mesh.exclusive(virtual_service, gateway):
                continue
            workloads = list(mesh.gateway_workloads.of(gateway))
            for kind in ("http", "tcp", "tls"):
                for route in virtual_service.spec[kind]:
                    if used_on(route, name, virtual_service.namespace) and not route["rewrite"]["authority"].text:
                        yield from _leading_back(route, virtual_service, gateway, workloads, mesh)


def _leading_back(
    route: Cursor, virtual_service: Resource, gateway: Resource, workloads: list[Workload], mesh: Mesh
) -> Iterator[Finding]:
    for target in route["route"]:
        destination = target["destination"]
        fqdn = mesh.hosts.fqdn(destination["host"].text, virtual_service.namespace)
        if own := _own_service(fqdn, destination["port"]["number"].number, gateway, workloads, mesh):
            yield finding(
                destination["host"],
                _sends_to_itself(destination["host"].text, gateway),
                hint="restrict the route with `match: [{gateways: [mesh]}]`, and add one from the gateway to the real host",
                related=[(own, "the Service of the gateway is here" if workloads else "the gateway is here")],
            )


def _sends_to_itself(name: str, gateway: Resource) -> str:
    return f"route to `{name}`, the Service of {gateway.title}, also applies there; it sends requests to itself until they fail"


def _own_service(fqdn: str, number: int | None, gateway: Resource, workloads: list[Workload], mesh: Mesh) -> Cursor | None:
    """Where it shows that a host is the Service of a gateway, on a port that leads back to it; None if it does not."""
    known = [host.resource for host in mesh.hosts.exact(fqdn) if host.resource is not None]
    if not known and not workloads:
        selector = gateway.spec["selector"]
        name, installed = mesh.hosts.service_name(fqdn), _INSTALLED.get(selector["istio"].text)
        if name and name.name == installed and len(selector.labels) == 1 and number in (None, *served_ports(gateway)):
            return gateway.metadata["name"]
    for service in known if workloads else ():
        if service.type != "Service" or mesh.exclusive(gateway, service):
            continue
        behind = {id(workload) for workload in mesh.workloads.of_service(service)}
        if all(id(workload) in behind for workload in workloads) and _is_served(service, number, workloads[0], mesh):
            return service.metadata["name"]
    return None


@further_check(_ROUTE_BACK, kinds=TCP_ROUTES)
def kubernetes_route_back_to_gateway(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a Gateway API route whose backend is the Service that Istio creates for its own Gateway."""
    for parent in parents(route):
        for gateway in (
            mesh.gateways.find(GatewayName(parent.namespace, parent.name)) if parent.type == KUBERNETES_GATEWAY else ()
        ):
            if gateway.type != KUBERNETES_GATEWAY or gateway.spec["addresses"] or mesh.exclusive(route, gateway):
                continue
            ports = {listener["port"].number for listener in listeners(gateway, parent.at)}
            for backend in backends(route):
                own = (backend.type, backend.namespace, backend.name) == ("Service", gateway.namespace, deployment_name(gateway))
                if own and backend.at["port"].number in ports:
                    yield finding(
                        backend.at["name"],
                        _sends_to_itself(backend.name, gateway),
                        hint="attach this route to the Service that clients call, and add one from the Gateway to the real host",
                        related=[(parent.at["name"], "the route is attached to the Gateway here")],
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
