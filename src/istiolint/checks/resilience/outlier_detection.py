"""Outlier detection that ejects nothing, or everything."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_DEFAULT_5XX = 5
_DEFAULT_PERCENT = 10


@check(
    "outlier-detection-off", severity="warning", evidence="document", kinds=["DestinationRule"],
)  # fmt: skip
def outlier_detection_off(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Outlier detection that counts no errors, or ejects no endpoint however many there are."""
    for policy in traffic_policies(rule):
        outlier = policy["outlierDetection"]
        if (
            outlier["consecutive5xxErrors"].number == 0
            and not outlier["consecutiveGatewayErrors"].number
            and outlier["splitExternalLocalOriginErrors"].value is not True
        ):
            yield finding(
                outlier["consecutive5xxErrors"],
                "`consecutive5xxErrors: 0` counts no errors, and nothing else is counted: no endpoint is ever taken out",
                hint="write how many errors in a row are too many, or delete `outlierDetection`",
            )
        if outlier["maxEjectionPercent"].number == 0:
            yield finding(
                outlier["maxEjectionPercent"],
                f"`maxEjectionPercent: 0` does not switch ejection off: Istio reads it as not set, and takes {_DEFAULT_PERCENT}%",
                hint="write the share that may be taken out, or delete `outlierDetection` to switch it off",
            )


@check(
    "gateway-errors-never-counted", severity="warning", evidence="document", kinds=["DestinationRule"],
    when=["consecutiveGatewayErrors"],
)  # fmt: skip
def gateway_errors_never_counted(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A threshold for gateway errors that the one for all server errors reaches first."""
    for policy in traffic_policies(rule):
        outlier = policy["outlierDetection"]
        gateway, all_errors = outlier["consecutiveGatewayErrors"], outlier["consecutive5xxErrors"]
        limit = _DEFAULT_5XX if all_errors.number is None else all_errors.number
        if gateway.number and limit and gateway.number > limit:  # equal ones are reached together, by default at five
            which = f"`consecutive5xxErrors: {limit}`" if all_errors.exists else f"`consecutive5xxErrors` ({limit} by default)"
            yield finding(
                gateway,
                f"errors of gateways count as server errors, too: {which} takes the endpoint out "
                f"before `{gateway.number}` is reached",
                hint="write a number below, or `consecutive5xxErrors: 0` to count errors of gateways alone",
                related=[(all_errors, "reached first")] if all_errors.exists else (),
            )


@check(
    "outlier-detection-ejects-all", severity="warning", evidence="document", tags=["production"], kinds=["DestinationRule"],
    when=["maxEjectionPercent"],
)  # fmt: skip
def outlier_detection_ejects_all(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """All endpoints may be taken out at once."""
    for policy in traffic_policies(rule):
        outlier = policy["outlierDetection"]
        percent = outlier["maxEjectionPercent"]
        if percent.number == 100 and not outlier["minHealthPercent"].number:
            yield finding(
                percent,
                "one dependency that fails behind all endpoints takes all of them out: clients get `503 no healthy upstream` "
                "until the ejection ends, also for requests that would succeed",
                hint="write at most 50, or set `minHealthPercent`, below which all endpoints are used again",
                severity="warning" if mesh.environments.stage(rule) == "production" else "info",
            )
