"""Rules of AuthorizationPolicies that decide nothing, because another rule for the same workloads decides already."""

from collections.abc import Iterator

from istiolint.authorization.rules import Rule
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

KIND = ("AuthorizationPolicy",)


@check("rule-denied-anyway", severity="warning", evidence="contradiction", tags=["security"], kinds=KIND)
def rule_denied_anyway(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A rule that allows only what a denial for the same workloads refuses."""
    if policy.spec["action"].text not in ("", "ALLOW"):
        return
    for rule in mesh.authorization.rules(policy):
        if denial := next(_wider(rule, "DENY", mesh), None):
            yield finding(
                rule.at,
                f"nobody gets in by this rule: {denial.policy.title} denies every request that it allows, and denials are heard "
                "first",
                hint="deny nothing and allow what is meant: whatever no ALLOW rule matches is refused by itself"
                if denial.is_empty
                else "delete one of the two, or take what is to be allowed out of the denial",
                related=[(denial.at, "the denial")],
            )


@check("rule-allowed-already", severity="warning", evidence="contradiction", tags=["security"], kinds=KIND)
def rule_allowed_already(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A rule within a wider one: one that matches is enough. (Of `{}` in the same policy `policy-allows-everything` tells.)"""
    if policy.spec["action"].text not in ("", "ALLOW"):
        return
    for rule in mesh.authorization.rules(policy):
        for wider in _wider(rule, "ALLOW", mesh):
            beside = wider.policy is policy
            if (beside and wider.is_empty) or (rule.covers(wider) and _order(wider, mesh) > _order(rule, mesh)):
                continue
            where = "another rule of this policy" if beside else wider.policy.title
            yield finding(
                rule.at,
                f"this rule changes nothing: {where} allows {'every request to' if wider.is_empty else 'all of this for'} these "
                "workloads already, and one rule that matches is enough",
                hint="delete this rule; or delete the wider one, if only this is to be allowed",
                related=[(wider.at, "the wider rule")],
                severity="info" if beside else None,
            )
            break


def _wider(rule: Rule, action: str, mesh: Mesh) -> Iterator[Rule]:
    for wide in mesh.authorization.wider(rule, action):
        if wide.policy is rule.policy or not mesh.rivals(rule.policy, wide.policy):
            yield wide


def _order(rule: Rule, mesh: Mesh) -> tuple[bool, str, str, int]:
    """Of two rules that match the same, the later one is told of."""
    policy = rule.policy
    return policy.namespace != mesh.root_namespace, policy.namespace, policy.name, int(rule.at.name)
