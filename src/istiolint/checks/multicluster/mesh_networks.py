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

_REFUSES = "istiod rejects the MeshNetworks"


def _networks(resource: Resource) -> Iterator[Cursor]:
    for networks in mesh_networks(resource):
        yield from (network for _, network in networks.items())


@further_check(INVALID_ADDRESS, kinds=NETWORK_KINDS, rows=["MN-01", "MN-04"])
def network_addresses(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid CIDR ranges of endpoints and addresses of gateways."""
    for network in _networks(resource):
        for endpoint in network["endpoints"]:
            range_ = endpoint["fromCidr"]
            if not isinstance(range_.value, str) or range_.unresolved:
                continue
            if not is_cidr(range_.text) and not is_ip_address(range_.text):
                yield finding(
                    range_, f"`{range_.text}` is not a valid CIDR range; {_REFUSES}", hint="use a range such as `10.0.0.0/8`"
                )
        for gateway in network["gateways"]:
            address = gateway["address"]
            if not isinstance(address.value, str) or address.unresolved or is_ip_address(address.text):
                continue
            if fault := name_fault(address.text):
                yield finding(
                    address,
                    f"`{address.text}` is not a valid gateway address: {fault}; {_REFUSES}",
                    hint="use an IP address or a DNS name",
                )


@check(
    "invalid-registry-name", severity="error", evidence="document", kinds=NETWORK_KINDS, rows=["MN-02"],
)  # fmt: skip
def invalid_registry_name(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid cluster names."""
    for network in _networks(resource):
        for endpoint in network["endpoints"]:
            registry = endpoint["fromRegistry"]
            if isinstance(registry.value, str) and not is_label(registry.text) and not registry.unresolved:
                yield finding(
                    registry,
                    f"`{registry.text}` is not a valid cluster name; {_REFUSES}",
                    hint="use the cluster name in the remote secret: lower-case letters, digits and `-`",
                )


@further_check(INVALID_HOST, kinds=NETWORK_KINDS, rows=["MN-03"])
def network_gateways(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid Service names of gateways."""
    for network in _networks(resource):
        for gateway in network["gateways"]:
            host = gateway["registryServiceName"]
            if isinstance(host.value, str) and not host.unresolved and (fault := name_fault(host.text)):
                yield finding(
                    host,
                    f"`{host.text}` is not a valid host name: {fault}; {_REFUSES}",
                    hint="use a Service name such as `istio-eastwestgateway.istio-system.svc.cluster.local`",
                )


@further_check(INVALID_PORT, kinds=NETWORK_KINDS, rows=["MN-05"])
def network_ports(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid ports of gateways."""
    for network in _networks(resource):
        for gateway in network["gateways"]:
            yield from port_faults(gateway["port"])


@further_check(MISSING_FIELD, kinds=NETWORK_KINDS, rows=["MN-05"])
def network_gateways_without_port(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report gateways without a port."""
    for network in _networks(resource):
        for gateway in network["gateways"]:
            if isinstance(gateway.value, dict) and gateway["port"].value is None:
                yield finding(gateway, f"the network gateway has no `port`; {_REFUSES}", hint="add `port: 15443`")
