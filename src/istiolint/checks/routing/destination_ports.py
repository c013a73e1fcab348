"""Ports of destinations: does the service have them, and is one needed?"""

from collections.abc import Iterator, Sequence

from istiolint.fields.service_ports import ports_in_words
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateways import bound_names, is_on_mesh, served_ports
from istiolint.mesh.hosts import KnownHost
from istiolint.mesh.virtual_services import destinations
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check

DESTINATION_PORT_NOT_FOUND = declare(
    "destination-port-not-found", severity="error", evidence="contradiction", topic="routing", codes=["IST0101"]
)


@further_check(DESTINATION_PORT_NOT_FOUND, kinds=["VirtualService"], when=["number"])
def destination_port_not_found(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report port numbers that the service does not have."""
    for destination in destinations(virtual_service):
        number = destination["port"]["number"]
        ports = _ports(destination, virtual_service, mesh) if number.number else []
        if ports and number.number not in ports:
            services = _services(destination, virtual_service, mesh)
            yield finding(
                number,
                f"`{destination['host'].text}` has no port `{number.number}`; Envoy has no cluster for it and returns 503",
                hint=f"use a `port` of the service, not a `targetPort`: {ports_in_words(ports)}",
                related=[service.place for service in services[:2] if service.place],
            )


@check(
    "destination-port-left-open", severity="info", evidence="heuristic", kinds=["VirtualService"],
    codes=["IST0112"], default=False,
)  # fmt: skip
def destination_port_left_open(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report destinations without a port for services with several: the port of the request decides."""
    for destination in destinations(virtual_service):
        ports = _ports(destination, virtual_service, mesh)
        if len(ports) > 1 and not destination["port"] and not _missing_at(virtual_service, ports, mesh):
            yield finding(
                destination["host"],
                f"no `port` is set for `{destination['host'].text}`, which has ports {ports_in_words(ports)}; Envoy uses the "
                "port that the client connected to",
                hint="set `port: {number: ...}`",
            )


@check(
    "destination-needs-port", severity="warning", evidence="contradiction", kinds=["VirtualService"],
    codes=["IST0112"],
)  # fmt: skip
def destination_needs_port(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report destinations without a port where the service lacks the ports of the gateway or of the routed host."""
    left_open = [
        (destination, ports)
        for destination in destinations(virtual_service)
        if not destination["port"] and (ports := _ports(destination, virtual_service, mesh))
    ]
    if not left_open:
        return
    yield from _needed_in_mesh(virtual_service, [ports for _, ports in left_open], mesh)
    for destination, ports in left_open:
        if len(ports) > 1 and (gateway := _missing_at(virtual_service, ports, mesh)):
            yield finding(
                destination["host"],
                f"no `port` is set for `{destination['host'].text}`; {gateway.title} listens on none of its ports "
                f"({ports_in_words(ports)}), and returns 503",
                hint="set `port: {number: ...}`",
                related=[(gateway.spec["servers"].key, "the gateway's ports")],
            )


def _needed_in_mesh(virtual_service: Resource, left_open: Sequence[Sequence[int]], mesh: Mesh) -> Iterator[Finding]:
    """Destinations without a port that sidecars send to the port of the request, even where the service has only one.

    In the routes of a sidecar istiod sees the services of the listener's port alone, and takes that port for all others. A
    delegate has the hosts of the VirtualServices that delegate to it.
    """
    owners = mesh.virtual_services.roots(virtual_service) or (virtual_service,)
    known = [mesh.hosts.exact(host.fqdn) for owner in owners for host in mesh.virtual_services.mesh_hosts(owner)]
    offered = {port for found in known for host in found for port in host.ports}
    if not known or not all(known) or all(offered.issubset(ports) for ports in left_open):
        return
    from istiolint.trace.services import ports_of_host  # imported late: few routes get here

    receiving = {port.number for found in known for host in found for port in ports_of_host(host) if port.is_http}
    for route in virtual_service.spec["http"]:
        mirrors = [route["mirror"], *(mirror["destination"] for mirror in route["mirrors"])]
        for destination in (*(target["destination"] for target in route["route"]), *mirrors):
            ports = [] if destination["port"] or not receiving else _ports(destination, virtual_service, mesh)
            if ports and receiving.isdisjoint(ports):
                services = _services(destination, virtual_service, mesh)
                is_mirror = any(destination.path == mirror.path for mirror in mirrors)
                fate = "mirrored requests are lost" if is_mirror else "requests get 503"
                yield finding(
                    destination["host"],
                    f"no `port` is set for `{destination['host'].text}`, which has only {ports_in_words(ports)}; sidecars use "
                    f"the port of the request, {ports_in_words(sorted(receiving))}, and {fate}",
                    hint="set `port: {number: ...}`",
                    related=[service.place for service in services[:2] if service.place],
                    severity="warning" if is_mirror else "error",
                )


def _ports(destination: Cursor, virtual_service: Resource, mesh: Mesh) -> list[int]:
    """Return the ports of the services of exactly this host; none if those of any of them are unknown."""
    return mesh.hosts.ports_at(mesh.hosts.fqdn(destination["host"].text, virtual_service.namespace))


def _services(destination: Cursor, virtual_service: Resource, mesh: Mesh) -> Sequence[KnownHost]:
    """Return the services of exactly this host; none if the ports of any of them are unknown."""
    return mesh.hosts.with_ports(mesh.hosts.fqdn(destination["host"].text, virtual_service.namespace))


def _missing_at(virtual_service: Resource, ports: list[int], mesh: Mesh) -> Resource | None:
    """A gateway of the VirtualService that listens on none of these ports; None where it is bound to sidecars as well."""
    if is_on_mesh(virtual_service):
        return None
    for name in bound_names(virtual_service):
        for gateway in mesh.gateways.find(name):
            listening = served_ports(gateway)
            if listening and not listening & set(ports):
                return gateway
    return None
