"""Negative conditions in the status of exported resources, set by istiod, ztunnel or the Gateway controller."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

GATEWAY_API = ("Accepted", "Programmed", "ResolvedRefs")
WATCHED = {
    "Service": ("istio.io/WaypointBound",),
    "ServiceEntry": ("istio.io/WaypointBound",),
    "WorkloadEntry": ("istio.io/WaypointBound",),
    "AuthorizationPolicy": ("ZtunnelAccepted", "WaypointAccepted"),
    "KubernetesGateway": GATEWAY_API,
    "HTTPRoute": GATEWAY_API,
    "GRPCRoute": GATEWAY_API,
    "TCPRoute": GATEWAY_API,
    "TLSRoute": GATEWAY_API,
}


@check(
    "negative-status-condition",
    severity="warning",
    evidence="document",
    kinds=list(WATCHED),
    codes=["IST0171"],
    when=["conditions"],
)
def negative_status_condition(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report conditions that show that the resource, or part of it, had no effect."""
    for condition in _conditions(resource):
        type_, status, reason = (condition[field].text for field in ("type", "status", "reason"))
        partly = type_ == "WaypointAccepted" and reason == "PartiallyInvalid"
        if type_ in WATCHED[resource.type or ""] and (status == "False" or partly):
            said = condition["message"].text or reason or "no reason given"
            words = "partially invalid" if partly and status != "False" else "False"
            yield finding(
                condition["status"],
                f"condition `{type_}` was {words} when this resource was exported: {said}",
                hint="fix the problem that the condition describes",
            )


def _conditions(resource: Resource) -> Iterator[Cursor]:
    status = resource["status"]
    yield from status["conditions"]
    for parent in status["parents"]:
        yield from parent["conditions"]
