"""Kinds of routes (http, tcp) against the declared protocols of a service's ports."""

from collections.abc import Iterator

from istiolint.fields.service_ports import carries_http, names_protocol
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_api import parents
from istiolint.mesh.gateways import MESH, bound_names
from istiolint.primitives.ports import HTTP, PROTOCOLS
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import declare, finding, further_check

_RULE = declare("routes-for-another-protocol", severity="warning", evidence="contradiction", topic="routing")


@further_check(_RULE, kinds=["VirtualService"])
def routes_for_another_protocol(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report HTTP routes for a host without HTTP ports, and TCP routes for a host with HTTP ports only."""
    kinds = [kind for kind in ("http", "tls", "tcp") if service.spec[kind]]
    if kinds not in (["http"], ["tcp"]) or any(name.name != MESH for name in bound_names(service)):
        return
    for host in mesh.virtual_services.mesh_hosts(service):
        known = [one.resource for one in mesh.hosts.exact(host.fqdn)]
        owners = [owner for owner in known if owner is not None and owner.type in ("Service", "ServiceEntry")]
        ports = [(port, carries(port, owner)) for owner in owners for port in owner.spec["ports"]]
        wanted = "http" if kinds == ["http"] else "tcp"
        other = "tcp" if wanted == "http" else "http"
        if ports and len(owners) == len(known) and all(carried == other for _, carried in ports):
            if any(mesh.exclusive(service, owner) for owner in owners):
                continue
            yield finding(
                service.spec[wanted].key,
                f"{f'no port of `{host.fqdn}` is' if wanted == 'http' else f'all ports of `{host.fqdn}` are'} declared as HTTP; "
                f"sidecars never use these `{wanted}` routes",
                hint="declare the actual protocol with the port name or `appProtocol`, such as `http`, or use "
                + ("`tcp` or `tls` routes" if wanted == "http" else "`http` routes"),
                related=[(_said(owners[0].spec["ports"][0]), "the protocol is declared here")],
            )


@further_check(_RULE, kinds=["GRPCRoute", "HTTPRoute"])
def http_route_for_another_protocol(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report routes for requests whose parent is a Service, or a port of one, that does not carry HTTP."""
    for parent in parents(route):
        service = mesh.get("Service", parent.namespace, parent.name) if parent.type == "Service" else None
        if service is None or mesh.exclusive(route, service):
            continue
        number = parent.at["port"].number
        ports = [port for port in service.spec["ports"] if number in (None, port["port"].number)]
        if ports and all(carries(port, service) == "tcp" for port in ports):
            yield finding(
                parent.at["name" if number is None else "port"],
                f"{f'port {number}' if number else 'no port'} of Service `{service.name}` is {'not ' if number else ''}"
                f"declared as HTTP; proxies never use this {route.kind}",
                hint="declare the actual protocol with the port name or `appProtocol`, such as `http`, or use a TCPRoute",
                related=[(_said(ports[0]), "the protocol is declared here")],
            )


def carries(port: Cursor, owner: Resource) -> str:
    """Return the declared protocol of a port: `http`, `tcp` for any other, empty where Istio detects it."""
    if owner.type == "ServiceEntry":
        protocol = port["protocol"].text.upper()
        return "http" if protocol in HTTP else "tcp" if protocol in PROTOCOLS else ""
    if not names_protocol(port):
        return ""
    return "http" if carries_http(port) else "tcp"


def _said(port: Cursor) -> Cursor:
    """Return the place that declares the protocol: `protocol` of a ServiceEntry, `appProtocol` or `name` of a Service."""
    field = "protocol" if port["number"].exists else "appProtocol" if port["appProtocol"] else "name"
    return port[field] if port[field] else port["port"]
