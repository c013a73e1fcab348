"""The picture of a mesh, and the elements that findings are about."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from istiolint.findings.finding import Diagnostic, Span
from istiolint.graph.edges import Edges
from istiolint.graph.mtls import describe_modes, describe_policies
from istiolint.graph.nodes import Nodes
from istiolint.graph.picture import Edge, Element, Picture
from istiolint.mesh import Mesh
from istiolint.mutual_tls.table import rows
from istiolint.trace.model import model_of


def picture_of(mesh: Mesh, name: str = "") -> Picture:
    """Return the picture of a mesh, without findings."""
    picture = Picture(name)
    model = model_of(mesh)
    nodes = Nodes(mesh, picture)
    Edges(model, nodes, picture).add()
    describe_modes(picture, nodes, rows(mesh, name))
    describe_policies(model, nodes, picture)
    return picture


def attach(pictures: Sequence[Picture], diagnostics: Sequence[Diagnostic]) -> None:
    """Add the index of each finding to the edges, nodes or namespaces that it is about, in every picture."""
    for picture in pictures:
        places = _Places(picture)
        for number, diagnostic in enumerate(diagnostics):
            if diagnostic.targets and picture.name not in diagnostic.targets:
                continue
            elements = _elements(diagnostic, picture, places)
            for found in [element.findings for element in elements] or [picture.findings]:
                found.append(number)


def _elements(diagnostic: Diagnostic, picture: Picture, places: "_Places") -> list[Element]:
    """Return the elements of a finding: edges at its places, edges of its routing rule, otherwise those of its resource."""
    owned = picture.owners.get(diagnostic.resource, []) if diagnostic.resource else []
    edges = (
        places.at(diagnostic.span)
        or places.of_rule(diagnostic.span)
        or places.at(*(span for span, _ in diagnostic.related))
        or [element for element in owned if isinstance(element, Edge) and element.kind != "selects"]
    )
    of_owner = [edge for edge in edges if edge in owned]
    return list(of_owner or edges or owned)


class _Places:
    """The edges by the places that mention them."""

    def __init__(self, picture: Picture):
        self._by_path: dict[str, list[tuple[int, int, Edge]]] = defaultdict(list)
        self._rules: dict[str, list[tuple[int, int, Edge]]] = defaultdict(list)
        for span, edge in picture.rules:
            self._rules[span.source.path].append((span.start, span.end, edge))
        for edge in picture.edges.values():
            for fact in edge.facts:
                if fact.span is not None and fact.topic in ("call", "route", "mirror"):
                    self._by_path[fact.span.source.path].append((fact.span.start, fact.span.end, edge))

    def at(self, *spans: Span) -> list[Edge]:
        """Return the edges with a place that overlaps one of these, each once."""
        return list(dict.fromkeys(edge for span in spans for edge in self._overlapping(span)))

    def of_rule(self, span: Span) -> list[Edge]:
        """Return the edges of the routing rule that contains a place, each once."""
        rules = self._rules.get(span.source.path, ())
        return list(dict.fromkeys(edge for start, end, edge in rules if start <= span.start and span.end <= end))

    def _overlapping(self, span: Span) -> Iterable[Edge]:
        return (edge for start, end, edge in self._by_path.get(span.source.path, ()) if start < span.end and span.start < end)
