"""NetworkPolicies against the ways that the mesh goes: in ambient mode, calls arrive at port 15008."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import is_gateway
from istiolint.mesh.label_selectors import selects
from istiolint.mesh.workloads import Workload, names
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

HBONE = 15008


@check(
    "network-policy-blocks-mesh", severity="error", evidence="contradiction", kinds=["NetworkPolicy"]
)  # fmt: skip
def network_policy_blocks_mesh(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Ports are let in, and not the one at which ztunnel takes the calls of the mesh."""
    if not _is_for_ports(policy):
        return
    blocked = [workload for workload in _selected(policy, mesh) if _is_ambient(workload, mesh) and not _open(workload, mesh)]
    if blocked:
        ports = next(rule["ports"] for rule in policy.spec["ingress"])
        yield finding(
            ports.key,
            f"{names(blocked)} {'is' if len(blocked) == 1 else 'are'} in ambient mode, where calls arrive at port {HBONE} and no "
            "NetworkPolicy lets them in: what is in the mesh cannot call these pods any more",
            hint=f"add `- port: {HBONE}` beside the ports of the application",
        )


def _is_for_ports(policy: Resource) -> bool:
    """Whether a policy lets in some ports, and leaves the one of the mesh out."""
    rules = list(policy.spec["ingress"])
    return _limits_ingress(policy) and bool(rules) and not any(map(_lets_in, rules))


def _limits_ingress(policy: Resource) -> bool:
    types = [each.text for each in policy.spec["policyTypes"]]
    return "Ingress" in types or not types


def _lets_in(rule: Cursor) -> bool:
    """Whether a rule of `ingress` is for the port of the mesh, or may be: without ports it is for all."""
    ports = list(rule["ports"])
    return not ports or any(_may_be_hbone(port) for port in ports)


def _may_be_hbone(port: Cursor) -> bool:
    if port["protocol"].text not in ("", "TCP"):
        return False
    number, last = port["port"].number, port["endPort"].number
    if number is None:  # all ports, or one by its name
        return not port["port"] or port["port"].text == "hbone" or port["port"].unresolved
    return number <= HBONE <= (last or number)


def _selected(policy: Resource, mesh: Mesh) -> list[Workload]:
    labels = policy.spec["podSelector"]["matchLabels"].labels
    return [
        workload
        for workload in mesh.workloads.selected(labels, policy.namespace)
        if workload.runs_pods and selects(policy.spec["podSelector"], workload.labels)
    ]


def _is_ambient(workload: Workload, mesh: Mesh) -> bool:
    return mesh.injection.of(workload).state == "ambient" and not is_gateway(workload)


def _open(workload: Workload, mesh: Mesh) -> bool:
    """Whether some other policy for the same pods lets the mesh in: what one of them allows is allowed."""
    return any(
        _limits_ingress(other)
        and any(map(_lets_in, other.spec["ingress"]))
        and selects(other.spec["podSelector"], workload.labels)
        for other in mesh.in_namespace("NetworkPolicy", workload.namespace)
    )
