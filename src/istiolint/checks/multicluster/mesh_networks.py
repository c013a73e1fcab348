"""MeshNetworks: endpoints and gateways of each network."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import INVALID_ADDRESS, INVALID_HOST, INVALID_PORT
from istiolint.fields.ports import port_faults
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import NETWORK_KINDS, mesh_networks
from istiolint.primitives.addresses import is_cidr, is_ip_address
from istiolint.primitives.hosts import is_label, name_fault
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check
from istiolint.schema.rules import MISSING_FIELD

_REFUSES = "istiod refuses the MeshNetworks"


def _networks(resource: Resource) -> Iterator[Cursor]:
    for networks in mesh_networks(resource):
        yield from (network for _, network in networks.items())


@further_check(INVALID_ADDRESS, kinds=NETWORK_KINDS, rows=["MN-01", "MN-04"])
def network_addresses(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Ranges of endpoints, and addresses of gateways."""
    for network in _networks(resource):
        for endpoint in network["endpoints"]:
            range_ = endpoint["fromCidr"]
            if not isinstance(range_.value, str) or range_.unresolved:
                continue
            if not is_cidr(range_.text) and not is_ip_address(range_.text):
                yield finding(
                    range_, f"`{range_.text}` is no range of addresses; {_REFUSES}", hint="write one such as `10.0.0.0/8`"
                )
        for gateway in network["gateways"]:
            address = gateway["address"]
            if not isinstance(address.value, str) or address.unresolved or is_ip_address(address.text):
                continue
            if fault := name_fault(address.text):
                yield finding(
                    address,
                    f"`{address.text}` is no address of a gateway: {fault}; {_REFUSES}",
                    hint="write its IP address or name",
                )


@check(
    "invalid-registry-name", severity="error", evidence="document", kinds=NETWORK_KINDS, rows=["MN-02"],
)  # fmt: skip
def invalid_registry_name(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Names of clusters."""
    for network in _networks(resource):
        for endpoint in network["endpoints"]:
            registry = endpoint["fromRegistry"]
            if isinstance(registry.value, str) and not is_label(registry.text) and not registry.unresolved:
                yield finding(
                    registry,
                    f"`{registry.text}` is no name of a cluster; {_REFUSES}",
                    hint="write letters and digits with `-` between them, as in the remote Secret",
                )


@further_check(INVALID_HOST, kinds=NETWORK_KINDS, rows=["MN-03"])
def network_gateways(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Services of gateways."""
    for network in _networks(resource):
        for gateway in network["gateways"]:
            host = gateway["registryServiceName"]
            if isinstance(host.value, str) and not host.unresolved and (fault := name_fault(host.text)):
                yield finding(
                    host,
                    f"`{host.text}` is no host: {fault}; {_REFUSES}",
                    hint="write `istio-eastwestgateway.istio-system.svc.cluster.local`",
                )


@further_check(INVALID_PORT, kinds=NETWORK_KINDS, rows=["MN-05"])
def network_ports(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Ports of gateways."""
    for network in _networks(resource):
        for gateway in network["gateways"]:
            yield from port_faults(gateway["port"])


@further_check(MISSING_FIELD, kinds=NETWORK_KINDS, rows=["MN-05"])
def network_gateways_without_port(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Gateways whose port nobody says."""
    for network in _networks(resource):
        for gateway in network["gateways"]:
            if isinstance(gateway.value, dict) and gateway["port"].value is None:
                yield finding(gateway, f"the gateway of a network has no `port`; {_REFUSES}", hint="write `port: 15443`")
