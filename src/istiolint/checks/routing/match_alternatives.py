"""OR in a route's matches where AND was probably meant."""

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
    """Report one match for the path next to another for a header: a request needs to meet only one of them."""
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
                    f"list items of `match` are alternatives; the route also matches requests for any path with these {names}",
                    hint="move both conditions into one list item to require both",
                    related=[(matches[0], "the match on `uri`")],
                )
