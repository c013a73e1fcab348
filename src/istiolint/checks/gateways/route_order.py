"""VirtualServices that share a host on a gateway: Istio joins their routes, the older VirtualService's first."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_paths import PathMatch, overlap
from istiolint.mesh.gateways import MESH, bound_gateways
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_MOST = 3
"""Other VirtualServices that are reported for one."""


@check(
    "route-order-undefined", severity="warning", evidence="contradiction", kinds=["VirtualService"], fold="pair",
    when=["gateways"],
)  # fmt: skip
def route_order_undefined(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A match that takes what another VirtualService has for the same host of the same gateway."""
    told: set[int] = set()
    for name, _ in bound_gateways(service):
        for host in service.spec["hosts"] if name.name != MESH else ():
            for neighbour in mesh.gateway_paths.taken(service, name, mesh.hosts.fqdn(host.text, service.namespace)):
                other = neighbour.virtual_service
                if id(other) in told or mesh.rivals(service, other):
                    continue
                if len(told) == _MOST:
                    return
                if pair := overlap(service, other):
                    told.add(id(other))
                    mine, theirs = pair
                    yield finding(
                        mine.at,
                        f"{_words(mine)} takes what {other.title} has for `{host.text}` on the same gateway ({_words(theirs)}): "
                        "routes of the older of the two come first, which no file says and a new deployment may turn around",
                        hint="join the routes of the host in one VirtualService, or let one hand its paths on with `delegate`",
                        related=[(theirs.at, "the match of the other"), (neighbour.at, "the same host")],
                    )


def _words(match: PathMatch) -> str:
    if match.takes_all:
        return "a route for everything"
    return f"{'prefix' if match.is_prefix else 'path'} `{match.path}`"
