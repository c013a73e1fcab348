"""DestinationRules for the same host that conflict when Istio merges them."""

from collections.abc import Iterator
from itertools import islice

from istiolint.findings.finding import Finding, Place
from istiolint.mesh import Mesh
from istiolint.mesh.destination_rules import subsets_of
from istiolint.mesh.selection import selector
from istiolint.mesh.sidecar_scopes import imports_host
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_MOST = 3
"""Places of other rules that a finding shows."""


@check(
    "two-destination-rules-for-one-host",
    severity="warning",
    evidence="contradiction",
    kinds=["DestinationRule"],
    codes=["KIA0201"],
    fold="pair",
)
def two_destination_rules_for_one_host(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report settings that are lost when Istio merges the rules of a namespace for one host."""
    if mesh.destination_rules.is_alone(rule):
        return
    if rule.spec["trafficPolicy"]:
        yield from _lost(rule, rule.spec["trafficPolicy"], "", "a `trafficPolicy`", mesh)
    for name, at in subsets_of(rule).items():
        yield from _lost(rule, at["name"], name, f"a subset `{name}`", mesh)


def _is_read(rule: Resource, mesh: Mesh) -> bool:
    """Whether some client may use a rule: not where all Sidecars of the only namespace that sees it leave its host out."""
    fqdn = mesh.hosts.fqdn(rule.spec["host"].text, rule.namespace)
    owners = mesh.hosts.namespaces_of(fqdn)
    if "*" in fqdn or rule.namespace in (*owners, mesh.root_namespace):
        return True
    # rules of a client's namespace for services of another one apply to clients in that namespace alone
    whole = [sidecar for sidecar in mesh.in_namespace("Sidecar", rule.namespace) if not selector(sidecar)]
    others = [sidecar for sidecar in mesh.in_namespace("Sidecar", rule.namespace) if selector(sidecar)]
    owner = next(iter(owners), fqdn.split(".")[1] if fqdn.count(".") > 1 else "")
    return not whole or bool(others) or any(imports_host(sidecar, rule.namespace, owner, fqdn) for sidecar in whole)


def _lost(rule: Resource, at: Cursor, subset: str, what: str, mesh: Mesh) -> Iterator[Finding]:
    """Report what a rule and others both define; of many others, only the first few."""
    rules = mesh.destination_rules.merged_with(rule, subset) if not rule.spec["workloadSelector"].exists else ()
    others = list(islice((other for other in rules if other is not rule and not mesh.exclusive(rule, other)), _MOST + 1))
    if others and _is_read(rule, mesh):
        also = " (and others)" if len(others) > 1 else ""
        yield finding(
            at if subset else at.key,
            f"{others[0].title}{also} also has {what} for this host; Istio keeps the one of the older rule and drops the other",
            hint="merge the rules into one",
            related=[(_place(other, subset), f"also defined in {other.title}") for other in others[:_MOST]],
            severity="info" if all(_settings(other, subset) == _settings(rule, subset) for other in others) else None,
        )


def _settings(rule: Resource, subset: str) -> object:
    """What is dropped where two rules have it; nothing is lost where they are equal."""
    if not subset:
        return rule.spec["trafficPolicy"].value
    return next((each.value for each in rule.spec["subsets"] if each["name"].text == subset), None)


def _place(rule: Resource, subset: str) -> Place:
    return subsets_of(rule)[subset]["name"].place if subset else rule.spec["trafficPolicy"].key
