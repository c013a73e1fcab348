"""Outlier detection: percentages, and conflicting thresholds."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import INVALID_PERCENTAGE
from istiolint.fields.outlier_detection import share_faults, split_faults
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, further_check


@further_check(
    INVALID_PERCENTAGE, kinds=["DestinationRule"], rows=["OD-05", "OD-06"], when=["maxEjectionPercent", "minHealthPercent"]
)
def ejected_share(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report percentages of ejected and healthy endpoints that are out of range."""
    for policy in traffic_policies(rule):
        yield from share_faults(policy["outlierDetection"], rule.kind)


@check(
    "local-errors-not-split", severity="error", evidence="document", kinds=["DestinationRule"], rows=["OD-04"],
    when=["consecutiveLocalOriginFailures"],
)  # fmt: skip
def local_errors_not_split(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a threshold for local-origin failures that are not counted separately."""
    for policy in traffic_policies(rule):
        yield from split_faults(policy["outlierDetection"], rule.kind)
