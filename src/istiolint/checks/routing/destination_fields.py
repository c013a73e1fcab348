"""Destinations of VirtualServices: their subsets and ports, and hosts that are empty."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import EMPTY_FIELD, INVALID_PORT, INVALID_SUBSET_NAME
from istiolint.fields.listeners import LARGEST_NUMBER
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.virtual_services import destinations
from istiolint.primitives.hosts import label_fault
from istiolint.primitives.ports import is_port
from istiolint.resources.resource import Resource
from istiolint.rules.check import finding, further_check


@further_check(EMPTY_FIELD, kinds=["VirtualService"], rows=["VS-07", "VS-120", "VS-122", "VS-123", "D-2"])
def empty_host(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Hosts without a letter, and TLS routes that match nothing."""
    hosts = [destination["host"] for destination in destinations(service)]
    matches = [match for route in service.spec["tls"] for match in route["match"]]
    for host in (*service.spec["hosts"], *hosts, *(sni for match in matches for sni in match["sniHosts"])):
        if host.value == "":
            yield finding(host, "the host is empty; Istio refuses the VirtualService", hint="write the name of a host")
    for matched in (*(route["match"] for route in service.spec["tls"]), *(match["sniHosts"] for match in matches)):
        if matched.value == []:
            yield finding(
                matched,
                f"`{matched.name}` of a TLS route is empty; Istio refuses the VirtualService",
                hint="write the names that clients ask for as `sniHosts`; for all connections, route `tcp`",
            )


@further_check(INVALID_SUBSET_NAME, kinds=["VirtualService"], rows=["D-3"], when=["subset"])
def subset_of_destination(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Subsets that no DestinationRule can make."""
    for subset in (destination["subset"] for destination in destinations(service)):
        if subset.literal and (fault := label_fault(subset.text)):
            yield finding(
                subset,
                f"{fault}: `{subset.text}` is no name of a subset; Istio refuses the VirtualService",
                hint="write a name of letters and digits with `-` between them, here and in the DestinationRule",
            )


@further_check(INVALID_PORT, kinds=["VirtualService"], rows=["D-4", "VS-87", "VS-89"], when=["port"])
def port_of_destination(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Ports of destinations; of numbers below 0 and far beyond the schema tells."""
    for port in (destination["port"] for destination in destinations(service)):
        number = port["number"]
        if isinstance(port.value, dict) and (number.value is None or number.number is not None):
            value = number.number or 0
            if value in range(LARGEST_NUMBER + 1) and not is_port(value):
                yield finding(
                    number if number.exists else port,
                    f"`{value}` is no port; Istio refuses the VirtualService"
                    if number.exists
                    else "`port` has no `number`; Istio refuses the VirtualService",
                    hint="write the port of the Service, or leave `port` out where it has one only",
                )
