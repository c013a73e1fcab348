"""Things found by host, wildcards included, as Istio compares hosts.

A host that begins with `*` is a wildcard and covers every host that ends with the rest of it: `*.example.com` covers
`www.example.com` and `*.eu.example.com`, but not `example.com`; `*ws.example.com` covers `news.example.com`. (Istio's host.Name,
Matches and SubsetOf.)
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import Generic, TypeVar

T = TypeVar("T")


def overlap(one: str, other: str) -> bool:
    """Whether some host is covered by both."""
    return covers(one, other) or covers(other, one)


def narrower(one: str, other: str) -> str | None:
    """The hosts that are covered by both: of two hosts one of which covers the other, the covered one."""
    return other if covers(one, other) else one if covers(other, one) else None


def covers(pattern: str, host: str) -> bool:
    """Whether a host, or everything that a wildcard covers, is covered by a pattern (wildcard or not)."""
    return pattern == host or (pattern.startswith("*") and host.removeprefix("*").endswith(pattern[1:]))


class HostIndex(Generic[T]):
    """Items by their host. The cost of a query does not depend on the number of hosts."""

    def __init__(self, items: Iterable[tuple[str, T]] = ()):
        self._items: dict[str, list[T]] = defaultdict(list)
        for host, item in items:
            self._items[host].append(item)

    def prepend(self, host: str, items: Sequence[T]) -> None:
        """Put items before those that the index has for a host, not a wildcard; before the first query for wildcards."""
        self._items[host][:0] = items

    def exact(self, host: str) -> Sequence[T]:
        """The items of just this host (or just this wildcard)."""
        return self._items.get(host, ())

    def most_specific(self, host: str) -> Sequence[T]:
        """The items of the host itself, or else of the longest wildcard that covers it."""
        return self._items.get(host) or next(self._covering(host), ())

    def covering(self, host: str) -> Iterator[T]:
        """The items whose host is this one or a wildcard that covers it, the most specific first."""
        return chain.from_iterable(self._covering(host)) if self._lengths else iter(self._items.get(host, ()))

    def above(self, host: str) -> Iterator[T]:
        """Yield the items of the wildcards that cover a host and differ from it, the most specific first."""
        return chain.from_iterable(items for items in self._covering(host) if items is not self._items.get(host))

    def covered(self, wildcard: str) -> Iterator[T]:
        """The items whose host is covered by a wildcard and differs from it."""
        if not wildcard.startswith("*"):
            return
        backwards, hosts = self._backwards
        ending = wildcard[:0:-1]
        for at in range(bisect_left(backwards, ending), len(backwards)):
            if not backwards[at].startswith(ending):
                break
            if hosts[at] != wildcard:
                yield from self._items[hosts[at]]

    def overlapping(self, host: str) -> Iterator[T]:
        """The items whose host has hosts in common with this one."""
        return chain(self.covering(host), self.covered(host)) if host.startswith("*") else self.covering(host)

    def _covering(self, host: str) -> Iterator[Sequence[T]]:
        if host in self._items:
            yield self._items[host]
        rest = host.removeprefix("*")
        for length in self._lengths:
            wildcard = "*" + rest[len(rest) - length :] if length <= len(rest) else host
            if wildcard != host and wildcard in self._items:
                yield self._items[wildcard]

    @cached_property
    def _lengths(self) -> list[int]:
        """How long the wildcards are behind their `*`, the longest first: few, however many wildcards there are."""
        return sorted({len(host) - 1 for host in self._items if host.startswith("*")}, reverse=True)

    @cached_property
    def _backwards(self) -> tuple[list[str], list[str]]:
        """The hosts sorted by their reversed text: those with the same ending are adjacent."""
        pairs = sorted((host.removeprefix("*")[::-1], host) for host in self._items)
        return [backwards for backwards, _ in pairs], [host for _, host in pairs]
