"""DestinationRules for one host that take from one another."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding, Place
from istiolint.mesh import Mesh
from istiolint.mesh.destination_rules import subsets
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "two-destination-rules-for-one-host",
    severity="warning",
    evidence="contradiction",
    kinds=["DestinationRule"],
    codes=["KIA0201"],
    fold="pair",
)
def two_destination_rules_for_one_host(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Rules of one namespace for one host are merged; of what both have, one is lost."""
    for other in mesh.destination_rules.beside(rule):
        for mine, theirs, what in _double(rule, other):
            if not mesh.rivals(rule, other):
                yield finding(
                    mine,
                    f"{other.title} is for the same host and has {what} too; Istio merges both rules, keeps that of the older "
                    "one and drops the other",
                    hint="join both rules into one",
                    related=[(theirs, f"the same in {other.title}")],
                )


def _double(rule: Resource, other: Resource) -> Iterator[tuple[Place, Place, str]]:
    """What both rules have: its place in the one, in the other, and what it is."""
    if rule.spec["trafficPolicy"] and other.spec["trafficPolicy"]:
        yield rule.spec["trafficPolicy"].key, other.spec["trafficPolicy"].key, "a `trafficPolicy`"
    theirs = subsets([other])
    for name, place in subsets([rule]).items():
        if name in theirs:
            yield place.place, theirs[name].place, f"a subset `{name}`"
