"""DestinationRules hidden by a wildcard rule in the client's namespace."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.destination_rules import subsets
from istiolint.mesh.visibility import sees
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "destination-rule-hidden-by-wildcard", severity="warning", evidence="contradiction",
    kinds=["DestinationRule"],
)  # fmt: skip
def destination_rule_hidden_by_wildcard(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report wildcard rules in the client's namespace that hide a rule for a single host elsewhere."""
    host = rule.spec["host"]
    if not host.text.startswith("*") or rule.namespace == mesh.root_namespace or rule.spec["workloadSelector"].exists:
        return
    clients = [workload for workload in mesh.workloads.in_namespace(rule.namespace) if mesh.injection.of(workload).in_mesh]
    for other in mesh.destination_rules.covered_by(host.text) if clients else ():
        fqdn = mesh.hosts.fqdn(other.spec["host"].text, other.namespace)
        if other.namespace == rule.namespace or "*" in fqdn or mesh.exclusive(rule, other):
            continue
        if not sees(rule.namespace, mesh.destination_rules.scope(other)) or rule not in mesh.destination_rules.visible_from(
            rule.namespace, fqdn
        ):
            continue
        if other.namespace not in (*mesh.hosts.namespaces_of(fqdn), mesh.root_namespace):
            continue
        if lost := _lost(rule, other):
            yield finding(
                host,
                f"wildcard hides {other.title} for `{fqdn}` from clients in namespace `{rule.namespace}`; its TLS mode "
                f"`{lost.text}` does not apply to them",
                hint=f"add a DestinationRule for `{fqdn}` to namespace `{rule.namespace}`, or narrow the wildcard",
                related=[(lost, "the hidden setting")],
            )


def _lost(rule: Resource, other: Resource) -> Cursor | None:
    """Return the TLS mode of the hidden rule if the wildcard rule has a different one."""
    mode = other.spec["trafficPolicy"]["tls"]["mode"]
    return mode if mode.text and mode.text != rule.spec["trafficPolicy"]["tls"]["mode"].text and not subsets([rule]) else None
