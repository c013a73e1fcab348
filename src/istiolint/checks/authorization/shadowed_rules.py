"""Rules of AuthorizationPolicies that have no effect, because another rule for the same workloads takes precedence."""

from collections.abc import Iterator

from istiolint.authorization.rules import Rule
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

KIND = ("AuthorizationPolicy",)


@check(
    "allow-rule-overridden-by-deny",
    severity="warning",
    evidence="contradiction",
    tags=["security"],
    kinds=KIND,
    beside=["action"],
)
def allow_rule_overridden_by_deny(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report ALLOW rules whose requests a DENY rule for the same workloads denies."""
    if policy.spec["action"].text not in ("", "ALLOW") or not mesh.authorization.has_rivals(policy, "DENY"):
        return
    for rule in mesh.authorization.rules(policy):
        if denial := next(_wider(rule, "DENY", mesh), None):
            yield finding(
                rule.at,
                f"this rule allows nothing; {denial.policy.title} denies the same requests first",
                hint="remove the DENY rule: requests that no ALLOW rule matches are denied by default"
                if denial.is_empty
                else "remove one of the two rules, or exclude these requests from the DENY rule",
                related=[(denial.at, "DENY rule")],
            )


@check("redundant-allow-rule", severity="warning", evidence="contradiction", tags=["security"], kinds=KIND)
def redundant_allow_rule(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report ALLOW rules that a wider rule covers. (`policy-allows-everything` reports `{}` in the same policy.)"""
    if policy.spec["action"].text not in ("", "ALLOW"):
        return
    if not policy.spec["rules"][1].exists and not mesh.authorization.has_rivals(policy, "ALLOW"):
        return
    for rule in mesh.authorization.rules(policy):
        for wider in _wider(rule, "ALLOW", mesh):
            beside = wider.policy is policy
            if (beside and wider.is_empty) or (rule.covers(wider) and _order(wider, mesh) > _order(rule, mesh)):
                continue
            where = "another rule of this policy" if beside else wider.policy.title
            yield finding(
                rule.at,
                f"redundant rule; {where} already allows {'every request' if wider.is_empty else 'these requests'} to the same "
                "workloads",
                hint="remove this rule, or remove the wider rule to allow only these requests",
                related=[(wider.at, "wider rule")],
                severity="info" if beside else None,
            )
            break


def _wider(rule: Rule, action: str, mesh: Mesh) -> Iterator[Rule]:
    for wide in mesh.authorization.wider(rule, action):
        if wide.policy is rule.policy or not mesh.exclusive(rule.policy, wide.policy):
            yield wide


def _order(rule: Rule, mesh: Mesh) -> tuple[bool, str, str, int]:
    """Return the sort key of a rule; of two rules that match the same, the later one is reported."""
    policy = rule.policy
    return policy.namespace != mesh.root_namespace, policy.namespace, policy.name, int(rule.at.name)
