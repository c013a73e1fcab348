"""Warnings that Istio prints about routes that requests can reach."""

from collections.abc import Iterator

from istiolint.checks.routing.shadowed_routes import RouteList, route_lists
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.traffic.textual_order import Warned, warned
from istiolint.traffic.words import head, in_words, label


@check(
    "unneeded-route-warning", severity="warning", evidence="document", kinds=["VirtualService"],
    default=False, rows=["VS-140", "VS-141", "VS-142", "VS-143", "VS-144"],
)  # fmt: skip
def unneeded_route_warning(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report routes that Istio's validation calls unreachable and the other rules do not."""
    for routes in route_lists(service):
        reported: set[int] = set()
        for found in _warned(routes.routes):
            if found.route in reported or _is_lost(routes, found):
                continue
            reported.add(found.route)
            earlier = routes.routes[found.by_route]
            at, by = _part(routes.routes[found.route], found.match), _part(earlier, found.by_match)
            longer = found.by_match is not None and at["uri"].mapping != by["uri"].mapping
            yield finding(
                head(at),
                f"Istio warns that {'' if found.match is None else 'match '}{_words(at, found.match)} is shadowed by "
                f"{_words(by, found.by_match)}; " + _why(routes, earlier),
                hint="put the longer path first to avoid the warning"
                if longer
                else "ignore the warning if the order is intended",
                related=[(head(by), "what Istio compares it with")],
            )


def _warned(routes: list[Cursor]) -> Iterator[Warned]:
    if routes and all(isinstance(route["match"].value, list | None) for route in routes):
        matches = [[match.mapping for match in route["match"]] for route in routes]
        yield from warned(matches, by_prefix=routes[0].path[-2] == "http")


def _is_lost(routes: RouteList, found: Warned) -> bool:
    """Whether another rule reports the route as unreachable."""
    if routes.catch_all and routes.catch_all[0] < found.route:
        return True
    return any(match.match == found.match for match in routes.taken.get(found.route, ()))


def _part(route: Cursor, match: int | None) -> Cursor:
    return route if match is None else route["match"][match]


def _words(part: Cursor, match: int | None) -> str:
    return f"catch-all route `{label(part)}`" if match is None else in_words(part)


def _why(routes: RouteList, earlier: Cursor) -> str:
    if earlier["delegate"].exists:
        return "the delegate does not match all requests"
    if routes.joined:
        return "which one matches depends on the root's match"
    return "Istio ignores other conditions"
