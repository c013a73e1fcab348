"""VirtualServices that share a host on a gateway: Istio joins their routes, the older VirtualService's first."""

from collections.abc import Iterator
from typing import NamedTuple

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateways import MESH, bound_gateways
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

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


@check(
    "route-order-undefined", severity="warning", evidence="contradiction", kinds=["VirtualService"], fold="pair",
)  # fmt: skip
def route_order_undefined(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A match that takes what another VirtualService has for the same host of the same gateway."""
    told: set[int] = set()
    for name, _ in bound_gateways(service):
        for host in service.spec["hosts"] if name.name != MESH else ():
            for neighbour in mesh.virtual_services.on_gateway(name, mesh.hosts.fqdn(host.text, service.namespace)):
                other = neighbour.virtual_service
                if other is service or id(other) in told or mesh.rivals(service, other):
                    continue
                if pair := _overlap(service, other):
                    told.add(id(other))
                    mine, theirs = pair
                    yield finding(
                        mine.at,
                        f"{_words(mine)} takes what {other.title} has for `{host.text}` on the same gateway ({_words(theirs)}): "
                        "routes of the older of the two come first, which no file says and a new deployment may turn around",
                        hint="join the routes of the host in one VirtualService, or let one hand its paths on with `delegate`",
                        related=[(theirs.at, "the match of the other"), (neighbour.at, "the same host")],
                    )


def _overlap(service: Resource, other: Resource) -> tuple[PathMatch, PathMatch] | None:
    theirs = list(_matches(other))
    for mine in _matches(service):
        for match in theirs:
            if mine.takes(match) and mine.takes_all == match.takes_all:
                return mine, match
    return None


def _matches(service: Resource) -> Iterator[PathMatch]:
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


def _words(match: PathMatch) -> str:
    if match.takes_all:
        return "a route for everything"
    return f"{'prefix' if match.is_prefix else 'path'} `{match.path}`"
