"""VirtualServices that share a host on a gateway: Istio merges their routes, those of the oldest first."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_paths import PathMatch, overlap
from istiolint.mesh.gateways import MESH, bound_gateways
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_MOST = 3
"""Maximum number of other VirtualServices reported for one."""


@check(
    "route-order-undefined", severity="warning", evidence="contradiction", kinds=["VirtualService"], fold="pair",
    when=["gateways"],
)  # fmt: skip
def route_order_undefined(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a match that overlaps one of another VirtualService for the same host and gateway."""
    reported: set[int] = set()
    for name, _ in bound_gateways(service):
        for host in service.spec["hosts"] if name.name != MESH else ():
            for neighbor in mesh.gateway_paths.taken(service, name, mesh.hosts.fqdn(host.text, service.namespace)):
                other = neighbor.virtual_service
                if id(other) in reported or mesh.exclusive(service, other):
                    continue
                if len(reported) == _MOST:
                    return
                if pair := overlap(service, other):
                    reported.add(id(other))
                    mine, theirs = pair
                    yield finding(
                        mine.at,
                        f"{_words(mine)} for `{host.text}` overlaps {_words(theirs)} of {other.title}; the one created first "
                        "wins",
                        hint="merge the routes of the host into one VirtualService, or use `delegate`",
                        related=[(theirs.at, "the other match is here"), (neighbor.at, "the same host is listed here")],
                    )


def _words(match: PathMatch) -> str:
    if match.takes_all:
        return "the catch-all route"
    return f"{'prefix' if match.is_prefix else 'path'} `{match.path}`"
