"""Addresses in AuthorizationPolicies: which address proxies see."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, ip_network

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import is_gateway
from istiolint.mesh.selected_workloads import once_per_selection
from istiolint.mesh.workload import Workload
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import declare, finding, further_check

KIND = ("AuthorizationPolicy",)
CLIENT_ADDRESSES_HIDDEN = declare(
    "client-addresses-hidden", severity="warning", evidence="contradiction", topic="authorization", tags=["security"]
)
_OF_PODS = tuple(
    IPv4Network(block)
    for block in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "198.18.0.0/15",
        "240.0.0.0/4",
    )
)  # fmt: skip
"""Ranges that clusters use for pods and nodes."""


@further_check(CLIENT_ADDRESSES_HIDDEN, kinds=KIND, when=["ipBlocks", "notIpBlocks", "when"])
def client_addresses_hidden(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report client addresses at a gateway whose Service hides them."""
    fields = [*_direct_addresses(policy)]
    if not fields:
        return
    if service := _hiding(policy, mesh):
        at = fields[0]
        yield finding(
            at if at.name == "key" else at.key,
            f"`{at.text or at.name}` compares node addresses, not client addresses; Service `{service.namespace}/{service.name}` "
            "forwards traffic between nodes",
            hint="set `externalTrafficPolicy: Local` in the Service; behind a proxy use `remoteIpBlocks` and `numTrustedProxies`",
            related=[(service.metadata["name"], "Service without `externalTrafficPolicy: Local`")],
        )


@once_per_selection
def _hiding(workloads: Sequence[Workload], mesh: Mesh) -> Resource | None:
    """The first Service of a gateway among the workloads that hides the addresses of clients."""
    for workload in workloads:
        for service in mesh.workloads.services_of(workload):
            local = service.spec["externalTrafficPolicy"].text == "Local"
            if service.spec["type"].text in ("LoadBalancer", "NodePort") and not local and is_gateway(workload):
                return service
    return None


def _direct_addresses(policy: Resource) -> Iterator[Cursor]:
    """The places where a policy compares the source address of a connection."""
    for rule in policy.spec["rules"]:
        for origin in rule["from"]:
            yield from (origin["source"][field] for field in ("ipBlocks", "notIpBlocks") if origin["source"][field])
        yield from (condition["key"] for condition in rule["when"] if condition["key"].text == "source.ip")


@further_check(CLIENT_ADDRESSES_HIDDEN, kinds=KIND, when=["ipBlocks", "notIpBlocks"])
def public_addresses_inside(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report public addresses at workloads to which only pods of the cluster connect, gateways included."""
    fields = [field for field in _direct_addresses(policy) if field.name != "key" and all(map(_is_public, field))]
    workloads = mesh.workloads_selected_by(policy) if fields else ()
    if workloads and _are_inside(policy, mesh):
        field = fields[0]
        yield finding(
            field.key,
            f"`{field.name}` never matches public addresses here; only pods in the cluster, such as the gateway, connect to "
            f"`{workloads[0].title}`",
            hint="move the condition on client addresses to a policy for the gateway",
        )


@once_per_selection
def _are_inside(workloads: Sequence[Workload], mesh: Mesh) -> bool:
    return all(_is_inside(workload, mesh) for workload in workloads)


def _is_inside(workload: Workload, mesh: Mesh) -> bool:
    """Whether Services select it, and all of them are reachable only from inside the cluster."""
    services = mesh.workloads.services_of(workload)
    return (
        bool(services)
        and all(service.spec["type"].text in ("", "ClusterIP") and not service.spec["externalIPs"] for service in services)
        and not is_gateway(workload)
        and not workload.host_network
        and not any(port["hostPort"] for container in workload.containers for port in container["ports"])
    )


def _is_public(block: Cursor) -> bool:
    try:
        network = ip_network(block.text, strict=False)
    except ValueError:
        return False
    return isinstance(network, IPv4Network) and not any(network.overlaps(inside) for inside in _OF_PODS)
