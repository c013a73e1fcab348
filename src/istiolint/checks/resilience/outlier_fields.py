"""Outlier detection: shares, and thresholds that contradict one another."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import INVALID_PERCENTAGE
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.primitives.percentages import percentage_fault
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check

_SHARES = ("maxEjectionPercent", "minHealthPercent")


@further_check(
    INVALID_PERCENTAGE, kinds=["DestinationRule"], rows=["OD-05", "OD-06"], when=["maxEjectionPercent", "minHealthPercent"]
)
def ejected_share(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """How many endpoints may be taken out, and how many must be left."""
    for policy in traffic_policies(rule):
        yield from share_faults(policy["outlierDetection"], rule.kind)


def share_faults(outlier: Cursor, kind: str) -> Iterator[Finding]:
    """What is wrong with the shares of an outlier detection."""
    for field in _SHARES:
        share = outlier[field]
        if share.number is not None and -(2**31) <= share.number < 2**31 and (fault := percentage_fault(share.number)):
            yield finding(
                share,
                f"`{share.number}` is no percentage: {fault}; Istio refuses the {kind}",
                hint="write a number from 0 to 100",
            )


@check(
    "local-errors-not-split", severity="error", evidence="document", kinds=["DestinationRule"], rows=["OD-04"],
    when=["consecutiveLocalOriginFailures"],
)  # fmt: skip
def local_errors_not_split(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A threshold for errors of the client's side, which are not counted by themselves."""
    for policy in traffic_policies(rule):
        yield from split_faults(policy["outlierDetection"], rule.kind)


def split_faults(outlier: Cursor, kind: str) -> Iterator[Finding]:
    """A threshold for local errors without their being split from the others."""
    local = outlier["consecutiveLocalOriginFailures"]
    if local.number and local.number > 0 and outlier["splitExternalLocalOriginErrors"].value is not True:
        yield finding(
            local.key,
            "`consecutiveLocalOriginFailures` counts errors that are counted apart only with `splitExternalLocalOriginErrors: "
            "true`; "
            f"Istio refuses the {kind}",
            hint="write `splitExternalLocalOriginErrors: true` beside it",
        )
