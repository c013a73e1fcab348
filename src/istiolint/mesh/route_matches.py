"""Which requests the rules of routes of the Gateway API match, so that rules for the same requests meet."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple, TypeAlias

from istiolint.mesh.gateway_api import Reference, parents
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource

_Condition: TypeAlias = tuple[tuple[str, ...], ...]
_Key: TypeAlias = tuple[str, str, str, str, _Condition]


class RouteMatch(NamedTuple):
    """A match of a route at a Gateway: where it is (the rule, if that has no match), and the parent."""

    route: Resource
    at: Cursor
    parent: Reference


class RouteMatches:
    """The matches of all routes, by Gateway, kind of route, hostname and what they ask for."""

    def __init__(self, routes: Iterable[Resource]):
        self._found: dict[_Key, list[RouteMatch]] = defaultdict(list)
        for route in routes:
            for key, match in _keys(route):
                self._found[key].append(match)

    def before(self, route: Resource) -> Iterator[tuple[RouteMatch, RouteMatch]]:
        """Pairs of a match of this route and one for the same requests that comes before it: in the route, or by names."""
        own: dict[_Key, list[RouteMatch]] = defaultdict(list)
        for key, match in _keys(route):
            earlier = (other for other in self._found[key] if _names(other.route) < _names(route))
            inside = (other for other in own[key] if other.at.path != match.at.path)
            found = next((other for other in chain(inside, earlier) if _meet(match.parent.at, other.parent.at)), None)
            if found:
                yield match, found
            own[key].append(match)


def _names(route: Resource) -> tuple[str, str]:
    return route.namespace, route.name


def _keys(route: Resource) -> Iterator[tuple[_Key, RouteMatch]]:
    hosts = dict.fromkeys(host.text.lower() for host in route.spec["hostnames"] if host.text) or {"": None}
    gateways = [parent for parent in parents(route) if parent.type == KUBERNETES_GATEWAY]
    for rule in route.spec["rules"] if gateways else ():
        matches = [(match, _condition(match, route.kind)) for match in rule["matches"]]
        for at, condition in matches or [(rule, _condition(rule["none"], route.kind))]:
            for parent in gateways:
                for host in hosts:
                    yield (parent.namespace, parent.name, route.kind, host, condition), RouteMatch(route, at, parent)


def _condition(match: Cursor, kind: str) -> _Condition:
    """What a match asks for, however it is written: defaults filled in, in one order."""
    method = match["method"]
    parts: list[tuple[str, ...]]
    if kind == "GRPCRoute":
        parts = [("method", method["type"].text or "Exact", method["service"].text, method["method"].text)] if method else []
    else:
        path = match["path"]["value"].text or "/"
        type_ = match["path"]["type"].text or "PathPrefix"
        parts = [("path", type_, (path.rstrip("/") or "/") if type_ == "PathPrefix" else path)]
        if method.text:
            parts.append(("method", method.text))
    for field in ("headers", "queryParams"):
        for each in match[field]:
            name = each["name"].text.lower() if field == "headers" else each["name"].text
            parts.append((field, each["type"].text or "Exact", name, each["value"].text))
    return tuple(sorted(parts))


def _meet(one: Cursor, other: Cursor) -> bool:
    """Whether two references to a Gateway have listeners in common, as far as they show."""
    sections, ports = (one["sectionName"].text, other["sectionName"].text), (one["port"].number, other["port"].number)
    by_name, by_port = [bool(section) for section in sections], [port is not None for port in ports]
    if sorted(by_name) == [False, True] and by_port == by_name[::-1]:
        return False  # one by name, the other by port: unknown
    return ("" in sections or sections[0] == sections[1]) and (None in ports or ports[0] == ports[1])
