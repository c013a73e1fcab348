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
        if other.namespace == rule.namespace or mesh.exclusive(rule, other):
            continue
        if not sees(rule.namespace, mesh.destination_rules.scope(other)) or rule not in mesh.destination_rules.visible_from(
            rule.namespace, fqdn
        ):
            continue
        if other.namespace not in (*_owners(fqdn, mesh), mesh.root_namespace):
            continue
        if (lost := _lost(rule, other)) is not None:
            setting = f"TLS mode `{lost.text}`" if lost.text else f"`{lost.name}`"
            yield finding(
                host,
                f"wildcard hides {other.title} for `{fqdn}` from clients in namespace `{rule.namespace}`; its {setting} does not "
                "apply to them",
                hint=f"add a DestinationRule for `{fqdn}` to namespace `{rule.namespace}`, or narrow the wildcard",
                related=[(lost, "the hidden setting")],
            )


def _lost(rule: Resource, other: Resource) -> Cursor | None:
    """The first setting of the hidden rule that the wildcard rule does not have: its TLS mode, or another traffic policy."""
    policy, hidden = rule.spec["trafficPolicy"], other.spec["trafficPolicy"]
    mode = hidden["tls"]["mode"]
    if subsets([rule]):
        return None
    if mode.text and mode.text != policy["tls"]["mode"].text:
        return mode
    return next((setting for name, setting in hidden.items() if name not in ("tls", *policy.mapping)), None)


def _owners(host: str, mesh: Mesh) -> tuple[str, ...]:
    """The namespaces of the services behind a host, or behind a wildcard for one namespace."""
    namespace = host.removeprefix("*.").removesuffix(f".svc.{mesh.settings.cluster_domain}")
    return (namespace,) if host == f"*.{namespace}.svc.{mesh.settings.cluster_domain}" else mesh.hosts.namespaces_of(host)
