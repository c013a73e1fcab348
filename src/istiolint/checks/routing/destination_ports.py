"""Ports of destinations: does the service have them, and is one needed?"""

from collections.abc import Iterator

from istiolint.fields.service_ports import ports_in_words
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateways import MESH, bound_gateways, served_ports
from istiolint.mesh.hosts import KnownHost
from istiolint.mesh.virtual_services import destinations
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check
from istiolint.trace.services import ports_of_host

DESTINATION_PORT_NOT_FOUND = declare(
    "destination-port-not-found", severity="error", evidence="contradiction", topic="routing", codes=["IST0101"]
)


@further_check(DESTINATION_PORT_NOT_FOUND, kinds=["VirtualService"], when=["number"])
def destination_port_not_found(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A port number that the service does not have."""
    for destination in destinations(virtual_service):
        number = destination["port"]["number"]
        services = _services(destination, virtual_service, mesh)
        ports = sorted({port for service in services for port in service.ports})
        if number.number and ports and number.number not in ports:
            yield finding(
                number,
                f"`{destination['host'].text}` has no port `{number.number}`; Envoy gets no cluster for it and answers 503",
                hint=f"its ports are {ports_in_words(ports)} (the `port` of a Service counts here, not its `targetPort`)",
                related=[service.place for service in services[:2] if service.place],
            )


@check(
    "destination-port-left-open", severity="info", evidence="heuristic", kinds=["VirtualService"],
    codes=["IST0112"], default=False,
)  # fmt: skip
def destination_port_left_open(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A service with several ports and a destination without one: the port of the request decides."""
    for destination in destinations(virtual_service):
        services = _services(destination, virtual_service, mesh)
        ports = sorted({port for service in services for port in service.ports})
        if len(ports) > 1 and not destination["port"] and not _missing_at(virtual_service, ports, mesh):
            yield finding(
                destination["host"],
                f"`{destination['host'].text}` has the ports {ports_in_words(ports)}, and the destination names none: "
                "requests go to the port that the client used",
                hint="name the port with `port: {number: ...}`",
            )


@check(
    "destination-needs-port", severity="warning", evidence="contradiction", kinds=["VirtualService"],
    codes=["IST0112"],
)  # fmt: skip
def destination_needs_port(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """No port is named, and the service has none of the ports on which the gateway or the host of the route gets requests."""
    yield from _needed_in_mesh(virtual_service, mesh)
    for destination in destinations(virtual_service):
        services = _services(destination, virtual_service, mesh)
        ports = sorted({port for service in services for port in service.ports})
        if len(ports) > 1 and not destination["port"] and (gateway := _missing_at(virtual_service, ports, mesh)):
            yield finding(
                destination["host"],
                f"the destination names no port, so Envoy takes that of the request; {gateway.title} listens on none of "
                f"the ports of `{destination['host'].text}` ({ports_in_words(ports)}), and requests get 503",
                hint="name the port with `port: {number: ...}`",
                related=[(gateway.spec["servers"].key, "the ports of the gateway")],
            )


def _needed_in_mesh(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Destinations without a port that sidecars send to the port of the request, even where the service has only one.

    In the routes of a sidecar istiod sees the services of the listener's port alone, and takes that port for all others.
    """
    hosts = list(mesh.virtual_services.mesh_hosts(virtual_service))
    known = [list(mesh.hosts.named(host.fqdn)) for host in hosts]
    if not hosts or not all(known):
        return
    receiving = {port.number for found in known for host in found for port in ports_of_host(host) if port.is_http}
    for route in virtual_service.spec["http"]:
        for target in route["route"]:
            destination = target["destination"]
            services = _services(destination, virtual_service, mesh)
            ports = sorted({port for service in services for port in service.ports})
            if receiving and ports and not destination["port"] and not receiving & set(ports):
                yield finding(
                    destination["host"],
                    f"the destination names no port, so sidecars use that of the request, {ports_in_words(sorted(receiving))}; "
                    f"`{destination['host'].text}` has only {ports_in_words(ports)}, and requests fail with 503",
                    hint="name the port with `port: {number: ...}`",
                    related=[service.place for service in services[:2] if service.place],
                )


def _services(destination: Cursor, virtual_service: Resource, mesh: Mesh) -> list[KnownHost]:
    """The services of just this host whose ports count; none if some of them does not tell its ports."""
    fqdn = mesh.hosts.fqdn(destination["host"].text, virtual_service.namespace)
    services = list(mesh.hosts.named(fqdn))
    aliases = any(service.resource and service.resource.spec["type"].text == "ExternalName" for service in services)
    return [] if aliases or not all(service.ports for service in services) else services


def _missing_at(virtual_service: Resource, ports: list[int], mesh: Mesh) -> Resource | None:
    """A gateway of the VirtualService that listens on none of these ports; None where it is bound to sidecars as well."""
    names = [name for name, _ in bound_gateways(virtual_service)]
    if any(name.name == MESH for name in names):
        return None
    for name in names:
        for gateway in mesh.gateways.find(name):
            listening = served_ports(gateway)
            if listening and not listening & set(ports):
                return gateway
    return None
