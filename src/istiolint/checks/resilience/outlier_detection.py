"""Outlier detection that ejects no endpoint, or every endpoint."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.rules.parameters import Parameter

_DEFAULT_5XX = 5
_DEFAULT_PERCENT = 10
_EJECTED = Parameter("percentage", 100, "Lowest `maxEjectionPercent` that is reported.", minimum=1, maximum=100)


@check(
    "outlier-detection-off", severity="warning", evidence="document", kinds=["DestinationRule"],
)  # fmt: skip
def outlier_detection_off(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report outlier detection that counts no errors, or has an ejection limit of 0."""
    for policy in traffic_policies(rule):
        outlier = policy["outlierDetection"]
        if (
            outlier["consecutive5xxErrors"].number == 0
            and not outlier["consecutiveGatewayErrors"].number
            and outlier["splitExternalLocalOriginErrors"].value is not True
        ):
            yield finding(
                outlier["consecutive5xxErrors"],
                "`consecutive5xxErrors: 0` disables the only error threshold; Envoy never ejects an endpoint",
                hint="set the number of consecutive errors that ejects an endpoint, or remove `outlierDetection`",
            )
        if outlier["maxEjectionPercent"].number == 0:
            yield finding(
                outlier["maxEjectionPercent"],
                f"`maxEjectionPercent: 0` does not disable ejection; Istio treats 0 as unset and uses {_DEFAULT_PERCENT}%",
                hint="set the maximum percentage of ejected endpoints, or remove `outlierDetection` to disable ejection",
            )


@check(
    "gateway-errors-never-counted", severity="warning", evidence="document", kinds=["DestinationRule"],
    when=["consecutiveGatewayErrors"],
)  # fmt: skip
def gateway_errors_never_counted(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a gateway error threshold above the threshold for all server errors."""
    for policy in traffic_policies(rule):
        outlier = policy["outlierDetection"]
        gateway, all_errors = outlier["consecutiveGatewayErrors"], outlier["consecutive5xxErrors"]
        limit = _DEFAULT_5XX if all_errors.number is None else all_errors.number
        if gateway.number and limit and gateway.number > limit:  # equal thresholds are reached together, by default at five
            which = f"`consecutive5xxErrors: {limit}`" if all_errors.exists else f"`consecutive5xxErrors` ({limit} by default)"
            yield finding(
                gateway,
                f"`consecutiveGatewayErrors: {gateway.number}` is never reached; gateway errors also count as 5xx errors, and "
                f"{which} ejects the endpoint first",
                hint="use a lower value, or set `consecutive5xxErrors: 0` to count only gateway errors",
                related=[(all_errors, "this threshold is reached first")] if all_errors.exists else (),
            )


@check(
    "outlier-detection-ejects-all", severity="warning", evidence="document", tags=["production"], kinds=["DestinationRule"],
    when=["maxEjectionPercent"], parameters=[_EJECTED],
)  # fmt: skip
def outlier_detection_ejects_all(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report outlier detection that can eject all endpoints at once."""
    for policy in traffic_policies(rule):
        outlier = policy["outlierDetection"]
        percent = outlier["maxEjectionPercent"]
        if _EJECTED.of(mesh, rule) <= (percent.number or 0) <= 100 and not outlier["minHealthPercent"].number:
            yield finding(
                percent,
                f"`maxEjectionPercent: {percent.number}` can eject {_of_all(percent.number or 0)}; if a shared dependency fails, "
                "all requests get `503 no healthy upstream` until the ejection ends",
                hint="set at most 50, or set `minHealthPercent`, below which Envoy uses all endpoints again",
                severity="warning" if mesh.environments.stage(rule) == "production" else "info",
            )


def _of_all(percent: int) -> str:
    return "every endpoint" if percent == 100 else f"{percent}% of the endpoints"
