"""Matches of a list of routes that earlier ones cover, found in about linear time."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from typing import Generic, NamedTuple, Protocol, Self, TypeVar

_MOST_IN_ONE_PLACE = 64
"""Items per place of the index: keeps the time linear; shadowed routes in implausibly long lists may go unreported."""


class Match(Protocol):
    """A set of requests or connections that can be compared and indexed."""

    def covers(self, other: Self, /) -> bool:
        """Whether everything in the other is certainly in this one."""

    def restates(self, other: Self, /) -> bool:
        """Whether it still covers the other if both are joined with a third."""

    @property
    def takes_everything(self) -> bool:
        """Whether it matches everything."""

    def filings(self) -> Iterator[tuple[Hashable, ...]]:
        """Alternative sets of keys under which it can be stored."""

    def probes(self) -> Iterator[Hashable]:
        """The keys under which matches that cover it are stored."""


M = TypeVar("M", bound=Match)


class Taken(NamedTuple):
    """A match without requests, and the earlier match that covers it; both by index of route and of match."""

    route: int
    match: int
    by_route: int
    by_match: int
    same: bool


class Earlier(NamedTuple, Generic[M]):
    """A match with the index of its route, and its index in the route."""

    route: int
    position: int
    match: M


def taken(routes: Sequence[Sequence[M | None]], *, passing: Sequence[bool], joined: bool) -> Iterator[Taken]:
    """Yield the matches that earlier ones cover, in order; a match that cannot be read is None.

    `passing`: the routes whose requests may still go on to later ones (they hand over to a delegate).
    `joined`: the routes are those of a delegate: each is joined with the match that delegates to them.
    """
    earlier = _Index[M](joined)
    for route, matches in enumerate(routes):
        for position, match in enumerate(matches):
            if match is None:
                continue
            if found := earlier.first_that_covers(match):
                yield Taken(route, position, found.route, found.position, found.match == match)
            elif not passing[route]:
                earlier.add(Earlier(route, position, match))


class _Index(Generic[M]):
    """Matches stored under their rarest condition. A match that covers another is stored under a key that the other probes."""

    def __init__(self, joined: bool):
        self.joined = joined
        self.places: dict[Hashable, list[Earlier[M]]] = defaultdict(list)

    def add(self, entry: Earlier[M]) -> None:
        filings = list(entry.match.filings()) or [((),)]
        for key in min(filings, key=lambda keys: sum(len(self.places.get(key, ())) for key in keys)):
            if len(self.places[key]) < _MOST_IN_ONE_PLACE:
                self.places[key].append(entry)

    def first_that_covers(self, match: M) -> Earlier[M] | None:
        keys = ((), *match.probes())
        found = [entry for key in keys for entry in self.places.get(key, ()) if self.covers(entry.match, match)]
        return min(found, key=lambda entry: (entry.route, entry.position), default=None)

    def covers(self, match: M, other: M) -> bool:
        return match.restates(other) if self.joined else match.covers(other)
