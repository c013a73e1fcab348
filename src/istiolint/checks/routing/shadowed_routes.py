"""Routes of a VirtualService that no request reaches, because earlier routes match all of their requests."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache, cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeAlias

from istiolint.findings.finding import Delete, Finding, Fix, Place
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.traffic.callers import MESH, Binding
from istiolint.traffic.words import head, in_words, label

if TYPE_CHECKING:
    from istiolint.traffic.shadowing import Match, Taken

Reader: TypeAlias = "Callable[[object, Binding], Match | None]"
_ALTERNATIVES = "merge the items of `match` into one to require all conditions; separate items are alternatives"


class RouteList:
    """`http`, `tls` or `tcp` of a VirtualService: its routes, and their matches, which are read where they decide something."""

    def __init__(self, routes: list[Cursor], read: "Callable[[Cursor], list[Match | None]]", joined: bool):
        self.routes, self.joined = routes, joined
        self._read = read

    @cached_property
    def matches(self) -> "list[list[Match | None]]":
        """The matches of each route, read as far as they can be."""
        return [self._read(route["match"]) for route in self.routes]

    @cached_property
    def catch_all(self) -> tuple[int, Cursor] | None:
        """The first route that leaves nothing to later ones, and the place that shows it: the match, or the route."""
        for index, route in enumerate(self.routes):
            if _hands_over(route):
                continue
            if not route["match"]:
                return index, route
            if all(_has_path(match.value) for match in route["match"]):
                continue
            for position, match in enumerate(self.matches[index]):
                # A delegate's `prefix: /` is joined with the match that delegates to it, and Istio drops it if they contradict.
                if match is not None and match.takes_everything and not (self.joined and route["match"][position].mapping):
                    return index, route["match"][position]
        return None

    @cached_property
    def taken(self) -> "dict[int, list[Taken]]":
        """The matches that get nothing, by route."""
        if sum(_count(route["match"]) for route in self.routes) < 2:  # nothing could take it
            return {}
        from istiolint.traffic.shadowing import taken

        end = self.catch_all[0] + 1 if self.catch_all else len(self.routes)
        passing = [_hands_over(route) for route in self.routes]
        found: dict[int, list[Taken]] = defaultdict(list)
        for match in taken(self.matches[:end], passing=passing, joined=self.joined):
            found[match.route].append(match)
        return found

    def lost(self) -> "Iterator[tuple[int, list[Taken]]]":
        """The routes all of whose matches are taken by earlier routes."""
        for index, matches in self.taken.items():
            if len(matches) == len(self.matches[index]):
                yield index, matches

    def match(self, route: int, position: int) -> Cursor:
        """The match at a place."""
        return self.routes[route]["match"][position]


@lru_cache(maxsize=1)
def route_lists(service: Resource) -> tuple[RouteList, ...]:
    """The lists of routes of a VirtualService, read once for all rules.

    A VirtualService without hosts is a delegate: others join its routes with theirs. A list with a route that is no route is
    left out.
    """
    joined = not service.spec["hosts"]
    lists = []
    for name in ("http", "tls", "tcp"):
        routes = list(service.spec[name])
        if routes and all(route.mapping for route in routes):
            lists.append(RouteList(routes, partial(_read, kind=name, service=service), joined))
    return tuple(lists)


def _read(matches: Cursor, kind: str, service: Resource) -> "list[Match | None]":
    if matches and not isinstance(matches.value, list):
        return [None]
    binding = Binding(service.namespace, None)
    if service.hosts:
        binding = Binding(service.namespace, frozenset(map(binding.qualified, service.gateways or (MESH,))))
    return [_reader(kind)(match.value, binding) for match in matches]


@cache
def _reader(kind: str) -> Reader:
    """Return the function that reads a match of `http`, `tls` or `tcp`; imported late, as few matches are compared."""
    if kind == "http":
        from istiolint.traffic.http_match import http_match

        return http_match
    from istiolint.traffic.l4_match import tcp_match, tls_match

    return tls_match if kind == "tls" else tcp_match


def _count(matches: Cursor) -> int:
    return len(matches.value) if isinstance(matches.value, list) else int(bool(matches))


def _has_path(match: Any) -> bool:
    """Whether a match is for one path or for a prefix other than `/`, as most are, so that it does not take everything."""
    uri = match.get("uri") if isinstance(match, dict) else None
    if not isinstance(uri, dict) or len(uri) != 1:
        return False
    ((form, text),) = uri.items()
    return form == "exact" or (form == "prefix" and isinstance(text, str) and len(text) > 1)


def _hands_over(route: Cursor) -> bool:
    return route["delegate"].exists


@check(
    "route-after-catch-all", severity="warning", evidence="document", kinds=["VirtualService"],
    codes=["IST0130"],
    rows=["VS-140", "VS-141"],
)  # fmt: skip
def route_after_catch_all(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report routes after a catch-all route."""
    for routes in route_lists(service):
        if not (found := routes.catch_all) or found[0] + 1 >= len(routes.routes):
            continue
        index, culprit = found
        first, rest = routes.routes[index + 1], len(routes.routes) - index - 2
        also = f" and the {rest} after it are" if rest > 1 else " and the one after it are" if rest else " is"
        why = "has no match" if culprit is routes.routes[index] else f"matches everything ({in_words(culprit)})"
        yield finding(
            head(first),
            f"route {label(first)}{also} never reached: route {label(routes.routes[index])} before it {why}",
            hint="move the catch-all route to the end of the list",
            related=[(head(culprit), "matches everything")],
        )


@check(
    "repeated-route", severity="warning", evidence="document", kinds=["VirtualService"],
    codes=["IST0130", "IST0131"],
    rows=["VS-142", "VS-143"],
)  # fmt: skip
def repeated_route(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report routes whose matches all repeat those of earlier routes."""
    for routes in route_lists(service):
        for index, matches in routes.lost():
            if all(match.same for match in matches):
                route, earlier = routes.routes[index], routes.routes[matches[0].by_route]
                yield finding(
                    route["match"].key,
                    f"route {label(route)} is never reached: earlier route {label(earlier)} already matches "
                    f"{in_words(routes.match(index, 0))}",
                    hint="remove one of the two, or add a condition to the first",
                    related=_takers(routes, matches),
                )


@check(
    "shadowed-route", severity="warning", evidence="document", kinds=["VirtualService"],
    codes=["IST0131"],
    rows=["VS-144"],
)  # fmt: skip
def shadowed_route(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report routes whose matches are all covered by broader ones of earlier routes."""
    for routes in route_lists(service):
        for index, matches in routes.lost():
            broader = next((match for match in matches if not match.same), None)
            if broader:
                route, earlier = routes.routes[index], routes.routes[broader.by_route]
                yield finding(
                    route["match"].key,
                    f"route {label(route)} is never reached: its match on "
                    f"{in_words(routes.match(index, broader.match))} is covered by "
                    f"{in_words(routes.match(broader.by_route, broader.by_match))} in earlier route {label(earlier)}",
                    hint="move the more specific route before the broader one",
                    related=_takers(routes, matches),
                )


@check(
    "shadowed-match", severity="warning", evidence="document", kinds=["VirtualService"],
    codes=["IST0131"],
    rows=["VS-142", "VS-144"],
)  # fmt: skip
def shadowed_match(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report single matches that an earlier route covers, in a route that other matches still reach."""
    for routes in route_lists(service):
        for index, matches in routes.taken.items():
            for match in matches if len(matches) < len(routes.matches[index]) else ():
                if match.by_route < index:
                    earlier = routes.routes[match.by_route]
                    taker = routes.match(match.by_route, match.by_match)
                    traffic = "requests" if earlier.path[-2] == "http" else "connections"
                    yield finding(
                        head(routes.match(index, match.match)),
                        f"{traffic} with {in_words(routes.match(index, match.match))} never reach this route: earlier route "
                        f"{label(earlier)} matches {'the same requests' if match.same else in_words(taker)}",
                        hint=_ALTERNATIVES
                        if _could_be_one(routes.routes[index]["match"])
                        else "remove this match, or move its route before the other",
                        related=[(head(taker), "matches these requests")],
                    )


@check(
    "redundant-match", severity="warning", evidence="document", kinds=["VirtualService"], fixable=True,
    codes=["IST0131"],
    rows=["VS-142", "VS-144"],
    when=["match"],
)  # fmt: skip
def redundant_match(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report matches that another of the same route covers: harmless unless a rewrite depends on which one matched."""
    for routes in route_lists(service):
        for index, matches in routes.taken.items():
            for match in matches:
                if match.by_route != index:
                    continue
                own, other = routes.match(index, match.match), routes.match(index, match.by_match)
                rewrites = _rewrites_prefix(routes.routes[index]) and not _same_uri(own, other)
                if rewrites or match.same or _form(own) == _form(other):
                    yield finding(
                        head(own),
                        f"{in_words(own)} has no effect: {in_words(other)} of the same route covers it"
                        + (", and the rewrite replaces only that prefix" if rewrites else ""),
                        hint="put the longer match first" if rewrites else "remove it",
                        related=[(head(other), "matches these requests")],
                        fix=None if rewrites else Fix("remove the match", (Delete(own.place),)),
                    )


def _takers(routes: RouteList, matches: "list[Taken]") -> list[tuple[Place, str]]:
    """Return the matches that cover the requests of a route, each once."""
    places = dict.fromkeys((match.by_route, match.by_match) for match in matches)
    return [(head(routes.match(*place)), "matches these requests") for place in places]


def _could_be_one(matches: Cursor) -> bool:
    """Whether the alternatives use different fields, so that they may have been meant as one match."""
    fields = [field for match in matches for field in match.mapping if field != "name"]
    return len(fields) == len(set(fields))


def _rewrites_prefix(route: Cursor) -> bool:
    return bool(route["rewrite"]["uri"] or route["redirect"]["prefixRewrite"])


def _same_uri(match: Cursor, other: Cursor) -> bool:
    return bool(match["uri"].mapping == other["uri"].mapping)


def _form(match: Cursor) -> list[str]:
    return list(match["uri"].mapping)
