"""NetworkPolicies that block mesh traffic: in ambient mode, calls arrive at port 15008."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import is_gateway
from istiolint.mesh.label_selectors import selects
from istiolint.mesh.workload import Workload
from istiolint.mesh.workloads import names
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

HBONE = 15008


@check(
    "network-policy-blocks-mesh", severity="error", evidence="contradiction", kinds=["NetworkPolicy"]
)  # fmt: skip
def network_policy_blocks_mesh(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report NetworkPolicies that allow some ports, but not the one on which ztunnel receives mesh traffic."""
    if not _is_for_ports(policy):
        return
    blocked = [workload for workload in _selected(policy, mesh) if _is_ambient(workload, mesh) and not _open(workload, mesh)]
    if blocked:
        ports = next(rule["ports"] for rule in policy.spec["ingress"])
        yield finding(
            ports.key,
            f"no NetworkPolicy allows port {HBONE}, where calls to {names(blocked)} in ambient mode arrive; "
            "clients in the mesh cannot connect",
            hint=f"add `- port: {HBONE}` next to the application ports",
        )


def _is_for_ports(policy: Resource) -> bool:
    """Return whether a policy allows some ports, but not the one for mesh traffic."""
    rules = list(policy.spec["ingress"])
    return _limits_ingress(policy) and bool(rules) and not any(map(_admits, rules))


def _limits_ingress(policy: Resource) -> bool:
    types = [each.text for each in policy.spec["policyTypes"]]
    return "Ingress" in types or not types


def _admits(rule: Cursor) -> bool:
    """Return whether an `ingress` rule allows, or may allow, the mesh port; a rule without ports allows all."""
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
        if workload.creates_pods and selects(policy.spec["podSelector"], workload.labels)
    ]


def _is_ambient(workload: Workload, mesh: Mesh) -> bool:
    return mesh.injection.of(workload).state == "ambient" and not is_gateway(workload)


def _open(workload: Workload, mesh: Mesh) -> bool:
    """Return whether another policy for the same pods allows mesh traffic: NetworkPolicies add up."""
    return any(
        _limits_ingress(other)
        and any(map(_admits, other.spec["ingress"]))
        and selects(other.spec["podSelector"], workload.labels)
        for other in mesh.in_namespace("NetworkPolicy", workload.namespace)
    )
