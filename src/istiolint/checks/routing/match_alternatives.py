"""Matches of a route that are alternatives, and were perhaps meant together."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_OF_REQUESTS = frozenset(("headers", "queryParams", "method", "withoutHeaders"))


@check(
    "match-by-path-or-header", severity="info", evidence="heuristic", kinds=["VirtualService"],
    default=False,
    when=["headers", "withoutHeaders", "method", "queryParams"],
)  # fmt: skip
def match_by_path_or_header(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """One match for the path and one for a header, where a request needs only one of both."""
    for route in service.spec["http"]:
        matches = list(route["match"])
        if len(matches) != 2:
            continue
        fields = [frozenset(match.mapping) - {"name"} for match in matches]
        for this, other in ((0, 1), (1, 0)):
            if fields[this] == {"uri"} and fields[other] and fields[other] <= _OF_REQUESTS:
                names = " and ".join(f"`{name}`" for name in sorted(fields[other]))
                yield finding(
                    matches[1],
                    f"a request needs to meet one of both matches only: any with this `uri`, and any with these "
                    f"{names}, whatever its path",
                    hint="write both in one item of the list if both must hold",
                    related=[(matches[0], "the other match")],
                )
