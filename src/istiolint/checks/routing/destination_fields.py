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
from istiolint.rules.check import finding, further_check, rejected


@further_check(EMPTY_FIELD, kinds=["VirtualService"], rows=["VS-07", "VS-120", "VS-122", "VS-123", "D-2"])
def empty_host(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report empty hosts and TLS routes with an empty match."""
    hosts = [destination["host"] for destination in destinations(service)]
    matches = [match for route in service.spec["tls"] for match in route["match"]]
    for host in (*service.spec["hosts"], *hosts, *(sni for match in matches for sni in match["sniHosts"])):
        if host.value == "":
            yield finding(host, rejected("empty host", "VirtualService"), hint="set a host name")
    for matched in (*(route["match"] for route in service.spec["tls"]), *(match["sniHosts"] for match in matches)):
        if matched.value == []:
            yield finding(
                matched,
                rejected(f"empty `{matched.name}` in a TLS route", "VirtualService"),
                hint="list the server names in `sniHosts`; to match all connections, use a `tcp` route",
            )


@further_check(INVALID_SUBSET_NAME, kinds=["VirtualService"], rows=["D-3"], when=["subset"])
def subset_of_destination(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report subset names that no DestinationRule can define."""
    for subset in (destination["subset"] for destination in destinations(service)):
        if subset.literal and (fault := label_fault(subset.text)):
            yield finding(
                subset,
                rejected(f"invalid subset name `{subset.text}`: {fault}", "VirtualService"),
                hint="use letters, digits and `-`, here and in the DestinationRule",
            )


@further_check(INVALID_PORT, kinds=["VirtualService"], rows=["D-4", "VS-87", "VS-89"], when=["port"])
def port_of_destination(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid destination ports; the schema covers numbers below 0 and beyond 32 bits."""
    for port in (destination["port"] for destination in destinations(service)):
        number = port["number"]
        if isinstance(port.value, dict) and (number.value is None or number.number is not None):
            value = number.number or 0
            if value in range(LARGEST_NUMBER + 1) and not is_port(value):
                yield finding(
                    number if number.exists else port,
                    rejected(f"invalid port `{value}`", "VirtualService")
                    if number.exists
                    else rejected("`port` has no `number`", "VirtualService"),
                    hint="set the port of the Service, or remove `port` if the Service has only one",
                )
