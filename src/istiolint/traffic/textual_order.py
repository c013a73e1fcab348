"""How Istio's own validation compares the routes of a VirtualService: by their text.

It ignores clients and the requests that a delegate leaves to the next route, and so warns about routes that can be reached.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Fields: TypeAlias = Mapping[str, Any]
_MAPS = ("headers", "queryParams", "withoutHeaders")


@dataclass(frozen=True, slots=True)
class Warned:
    """A match that Istio warns about, and the earlier one that it names as the reason; None for a route without a match."""

    route: int
    match: int | None
    by_route: int
    by_match: int | None


def warned(routes: Sequence[Sequence[Fields]], *, by_prefix: bool) -> Iterator[Warned]:
    """Yield the warnings of Istio about routes, given by their matches. `by_prefix`: it compares paths, as in `http`."""
    open_route: int | None = None
    written: dict[str, tuple[int, int]] = {}
    prefixes: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for route, matches in enumerate(routes):
        if open_route is not None:
            for position in range(len(matches)) if matches else (None,):
                yield Warned(route, position, open_route, None)
        if not matches:
            open_route = route
        for position, match in enumerate(matches):
            place = (route, position)
            earlier = written.setdefault(_text(match), place)
            if earlier != place:
                yield Warned(*place, *earlier)
            elif by_prefix and (path := _prefix(match)):
                # look up all prefixes of a path, not all paths before it: this keeps long lists fast
                before = sorted(place for end in range(1, len(path)) for place in prefixes.get(path[:end], ()))
                yield from (Warned(route, position, *other) for other in before if covers(routes[other[0]][other[1]], match))
                prefixes[path].append(place)


def covers(match: Fields, later: Fields) -> bool:
    """Whether Istio considers a later match with a longer path to be covered."""
    return (
        (match.get("port") or 0) == (later.get("port") or 0)
        and _condition(match.get("method"), "exact:GET").startswith(_condition(later.get("method"), "exact:GET"))
        and _condition(match.get("authority")).startswith(_condition(later.get("authority")))
        and all(_map_covers(_mapping(match.get(field)), _mapping(later.get(field))) for field in _MAPS)
    )


def _map_covers(conditions: Fields, later: Fields) -> bool:
    return len(conditions) == len(later) and all(
        name in later and _condition(condition).startswith(_condition(later[name])) for name, condition in conditions.items()
    )


def _condition(condition: object, missing: str = "") -> str:
    if not isinstance(condition, Mapping):
        return missing
    return next((f"{form}:{condition[form]}" for form in ("exact", "prefix") if form in condition), "")


def _prefix(match: Fields) -> str:
    prefix = _mapping(match.get("uri")).get("prefix")
    return prefix if isinstance(prefix, str) else ""


def _mapping(value: object) -> Fields:
    return value if isinstance(value, Mapping) else {}


def _text(match: Fields) -> str:
    """Return the same text for matches that differ only in names and unset fields."""
    unset: tuple[object, ...] = (None, "", 0, False, [])
    fields = {
        name: value
        for name, value in match.items()
        if name != "name" and value not in unset and not (value == {} and name in (*_MAPS, "sourceLabels"))
    }
    return json.dumps(fields, sort_keys=True, default=str)
