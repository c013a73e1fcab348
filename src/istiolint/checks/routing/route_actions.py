"""Actions of routes: missing ones, and ones that are mutually exclusive."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check, rejected
from istiolint.traffic.words import head, label

CONFLICTING_ROUTE_ACTIONS = declare("conflicting-route-actions", severity="error", topic="routing", codes=["IST0106"])

_EXCLUDED = {
    "redirect": ("route", "directResponse", "fault", "rewrite"),
    "directResponse": ("route", "fault", "rewrite"),
    "mirror": ("mirrors",),
}
_OTHER_ACTIONS = ("redirect", "directResponse", "delegate")
_EXCLUDED_BY_DELEGATE = {"delegate": ("route", "redirect")}


@check(
    "route-without-action", severity="error", evidence="document", kinds=["VirtualService"],
    codes=["IST0106"],
    rows=["VS-31", "VS-121", "VS-130"],
)  # fmt: skip
def route_without_action(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report routes without an action, which Istio's webhook rejects."""
    for protocol in ("http", "tls", "tcp"):
        others = _OTHER_ACTIONS if protocol == "http" else ()
        for route in service.spec[protocol]:
            if isinstance(route.value, dict) and not route["route"] and not any(_written(route[action]) for action in others):
                also = ", a `redirect` or a `directResponse`" if protocol == "http" else ""
                yield finding(
                    head(route),
                    rejected(f"route {label(route)} has no destination{' or other action' if others else ''}", "VirtualService"),
                    hint=f"add a `route` with a destination{also}",
                )


@further_check(
    CONFLICTING_ROUTE_ACTIONS, kinds=["VirtualService"],
    rows=["VS-21", "VS-22", "VS-24", "VS-25", "VS-26", "VS-27", "VS-28", "VS-29", "VS-30", "VS-32"],
    when=["redirect", "directResponse", "delegate", "mirror", "mirrors", "rewrite", "fault"],
)  # fmt: skip
def conflicting_route_actions(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report mutually exclusive actions of an HTTP route, which Istio's webhook rejects."""
    has_hosts = bool(service.spec["hosts"])
    for route in service.spec["http"]:
        root = has_hosts and _written(route["delegate"])
        for action, excluded in (_EXCLUDED_BY_DELEGATE if root else _EXCLUDED).items():
            for other in excluded if _written(route[action]) else ():
                if route[other] if other in ("route", "mirrors") else _written(route[other]):
                    yield finding(
                        route[other].key,
                        rejected(f"route {label(route)} has both `{action}` and `{other}`", "VirtualService"),
                        hint=f"keep one of the two; if other requests need `{other}`, move it to a separate route",
                        related=[(route[action].key, f"`{action}` is set here")],
                    )


@check(
    "nested-delegate", severity="error", evidence="document", kinds=["VirtualService"],
    codes=["IST0106"],
    rows=["VS-23"],
    when=["delegate"],
)  # fmt: skip
def nested_delegate(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report delegates (VirtualServices without hosts) that delegate, which Istio's webhook rejects."""
    if not service.spec["hosts"]:
        for route in service.spec["http"]:
            if _written(route["delegate"]):
                yield finding(
                    route["delegate"].key,
                    f"route {label(route)} delegates, but a VirtualService without `hosts` is itself a delegate; Istio rejects "
                    "nested delegation",
                    hint="add `hosts`, or move the routes of the other delegate here",
                )


def _written(action: Cursor) -> bool:
    """Whether a mapping is set, even an empty one; null and an empty list count as unset."""
    return action.exists and action.value not in (None, [])
