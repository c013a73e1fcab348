"""Locality load balancing: `localityLbSetting` and `zoneAwareLbSetting` of traffic policies."""

from collections.abc import Iterator

from istiolint.fields.localities import conflicts, locality_faults, share_faults
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check
from istiolint.schema.rules import CONFLICTING_FIELDS

_SETTINGS = ("localityLbSetting", "zoneAwareLbSetting")


def _settings(rule: Resource) -> Iterator[Cursor]:
    for policy in traffic_policies(rule):
        for name in _SETTINGS:
            yield policy["loadBalancer"][name]


@further_check(
    CONFLICTING_FIELDS, kinds=["DestinationRule"], rows=["LL-01", "LL-02", "ZA-01", "LB-10", "LB-11"], when=["loadBalancer"]
)
def failover_twice(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report `distribute` combined with `failover`, and topology labels combined with an order of regions."""
    for setting in _settings(rule):
        yield from conflicts(setting, rule.kind)


@check(
    "locality-shares-not-100", severity="error", evidence="document", kinds=["DestinationRule"],
    rows=["LL-03", "LL-04"],
    when=["loadBalancer"],
)  # fmt: skip
def locality_shares_not_100(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report locality weights that do not add up to 100."""
    for setting in _settings(rule):
        yield from share_faults(setting, rule.kind)


@check(
    "invalid-locality", severity="error", evidence="document", kinds=["DestinationRule"],
    rows=["LL-05", "LL-06", "LL-07", "LL-09", "LL-10", "LL-11", "ZA-03", "ZA-04", "ZA-05"],
    when=["loadBalancer"],
)  # fmt: skip
def invalid_locality(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report localities that are invalid, overlap, or fail over to themselves."""
    for setting in _settings(rule):
        yield from locality_faults(setting, rule.kind)


@check(
    "failover-without-outlier-detection", severity="warning", evidence="document", kinds=["DestinationRule"],
    rows=["LL-08", "ZA-02"],
    when=["loadBalancer"],
)  # fmt: skip
def failover_without_outlier_detection(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report failover without outlier detection."""
    for policy in traffic_policies(rule):
        for name in _SETTINGS:
            setting = policy["loadBalancer"][name]
            orders = setting["failover"] if setting["failover"] else setting["failoverPriority"]
            if orders and policy["outlierDetection"].value is None:
                yield finding(
                    orders.key,
                    f"`{orders.name}` has no effect without `outlierDetection`; Envoy does not detect failing endpoints",
                    hint="add `outlierDetection` to the same policy, such as "
                    "`{consecutive5xxErrors: 5, interval: 10s, baseEjectionTime: 30s}`",
                )
