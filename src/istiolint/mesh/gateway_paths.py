"""Matches by path of VirtualServices that share a host on a gateway, and which of them match the requests of others."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from istiolint.mesh.gateways import GatewayName
from istiolint.mesh.virtual_services import MeshHost, VirtualServices
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource

_ALL = "/"


class PathMatch(NamedTuple):
    """A match by path: what it asks for, whether that is a prefix, and whether it asks for nothing else."""

    path: str
    is_prefix: bool
    alone: bool
    at: Cursor

    @property
    def takes_all(self) -> bool:
        """Whether every request meets it: such routes Istio puts behind all others of the host."""
        return self.is_prefix and self.alone and self.path == _ALL

    def takes(self, other: "PathMatch") -> bool:
        """Whether each request of another match meets this one."""
        if not self.alone or (other.takes_all and not self.takes_all):
            return False
        return other.path.startswith(self.path) if self.is_prefix else not other.is_prefix and other.path == self.path


class GatewayPaths:
    """The matches of all VirtualServices by host and gateway, so that each is compared only with those below its path."""

    def __init__(self, virtual_services: VirtualServices):
        self._virtual_services = virtual_services
        self._paths: dict[tuple[GatewayName, str], _Paths] = {}

    def taken(self, service: Resource, name: GatewayName, fqdn: str) -> Iterator[MeshHost]:
        """Yield the other VirtualServices of a host on a gateway with a match that some match of this one covers."""
        neighbors = self._virtual_services.on_gateway(name, fqdn)
        if len(neighbors) < 2:
            return
        if (name, fqdn) not in self._paths:
            self._paths[name, fqdn] = _Paths(neighbors)
        for number in sorted(self._paths[name, fqdn].covered(service)):
            if neighbors[number].virtual_service is not service:
                yield neighbors[number]


class _Paths:
    """The paths that the VirtualServices of one host match, sorted, each with the number of its VirtualService."""

    def __init__(self, neighbors: Sequence[MeshHost]):
        self._everything: list[int] = []
        by_path: dict[str, list[int]] = defaultdict(list)
        for number, neighbor in enumerate(neighbors):
            for match in matches(neighbor.virtual_service):
                if match.takes_all:
                    self._everything.append(number)
                else:
                    by_path[match.path].append(number)
        self._sorted = sorted(by_path.items())
        self._keys = [path for path, _ in self._sorted]

    def covered(self, service: Resource) -> set[int]:
        found: set[int] = set()
        for match in matches(service):
            if match.takes_all:
                found.update(self._everything)
            elif match.alone:
                for at in range(bisect_left(self._keys, match.path), len(self._keys)):
                    path, numbers = self._sorted[at]
                    if not path.startswith(match.path) or (not match.is_prefix and path != match.path):
                        break
                    found.update(numbers)
        return found


def overlap(service: Resource, other: Resource) -> tuple[PathMatch, PathMatch] | None:
    """Return the first match of a VirtualService that covers one of another, and that one."""
    theirs = list(matches(other))
    for mine in matches(service):
        for match in theirs:
            if mine.takes(match) and mine.takes_all == match.takes_all:
                return mine, match
    return None


def matches(service: Resource) -> Iterator[PathMatch]:
    """Yield the matches by path of the HTTP routes of a VirtualService."""
    for route in service.spec["http"]:
        if not route["match"]:
            yield PathMatch(_ALL, is_prefix=True, alone=True, at=route)
        for match in route["match"]:
            if match["gateways"]:
                continue  # it may be meant for another gateway
            uri = match["uri"]
            for kind in ("prefix", "exact"):
                if path := uri[kind].text:
                    alone = match.mapping.keys() <= {"uri", "name"}
                    yield PathMatch(path, kind == "prefix", alone, uri[kind])
