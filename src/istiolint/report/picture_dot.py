"""The picture of a mesh for Graphviz, which draws it: `istiolint graph --format dot | dot -Tsvg`."""

from collections.abc import Iterator, Sequence

from istiolint.findings.escape import printable
from istiolint.findings.finding import Diagnostic
from istiolint.graph.picture import Edge, Node, Picture
from istiolint.report.picture_words import edge_words, node_lines, worst_of

COLORS = {"error": "#c62828", "warning": "#b26a00", "info": "#1565c0"}
_SHAPES = {"gateway": "hexagon", "host": "ellipse", "outside": "ellipse", "missing": "box", "namespace": "box3d"}
_STYLES = {"mirror": "dotted", "selects": "dashed"}


def render(pictures: Sequence[Picture], diagnostics: Sequence[Diagnostic]) -> str:
    """Return the pictures in the DOT language: a cluster for each namespace, and for each target if there are several."""
    lines = [
        "digraph mesh {",
        '  graph [rankdir=LR, fontname="Helvetica", compound=true];',
        '  node [shape=box, style="rounded,filled", fillcolor="#ffffff", fontname="Helvetica"];',
        '  edge [fontname="Helvetica", fontsize=10];',
    ]
    for number, picture in enumerate(pictures):
        inner = _picture(picture, f"t{number}", diagnostics)
        if len(pictures) > 1:
            lines += [f"  subgraph cluster_t{number} {{", f"    label={_quoted(picture.name)};", *inner, "  }"]
        else:
            lines += inner
    return "\n".join([*lines, "}"]) + "\n"


def _picture(picture: Picture, prefix: str, diagnostics: Sequence[Diagnostic]) -> Iterator[str]:
    ids = {key: f"{prefix}n{number}" for number, key in enumerate(picture.nodes)}
    spaces = sorted({node.namespace for node in picture.nodes.values() if node.namespace})
    for number, namespace in enumerate(spaces):
        yield f"  subgraph cluster_{prefix}_{number} {{"
        yield f'    label={_quoted(namespace)}; style="rounded,filled"; color="#d0d7de"; fillcolor="#f6f8fa";'
        yield from (_node(node, ids[key], diagnostics) for key, node in picture.nodes.items() if node.namespace == namespace)
        yield "  }"
    yield from (_node(node, ids[key], diagnostics) for key, node in picture.nodes.items() if not node.namespace)
    yield from (_edge(edge, ids, diagnostics) for edge in picture.edges.values())


def _node(node: Node, name: str, diagnostics: Sequence[Diagnostic]) -> str:
    worst = worst_of(node.findings, diagnostics)
    label = "\\n".join(_escaped(line) for line in node_lines(node, diagnostics))
    attributes = [f'label="{label}"']
    attributes += [f"shape={_SHAPES[node.kind]}"] if node.kind in _SHAPES else []
    attributes += [f'color="{COLORS[worst]}", penwidth=2'] if worst else []
    attributes += ['style="rounded,dashed"'] if node.kind == "missing" else []
    return f"    {name} [{', '.join(attributes)}];"


def _edge(edge: Edge, ids: dict[str, str], diagnostics: Sequence[Diagnostic]) -> str:
    worst = "error" if edge.broken else worst_of(edge.findings, diagnostics)
    attributes = [f"label={_quoted(edge_words(edge, diagnostics))}"]
    attributes += [f'color="{COLORS[worst]}", fontcolor="{COLORS[worst]}", penwidth=2'] if worst else []
    attributes += [f"style={_STYLES[edge.kind]}"] if edge.kind in _STYLES else []
    return f"  {ids[edge.source]} -> {ids[edge.target]} [{', '.join(attributes)}];"


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return printable(text).replace("\\", "\\\\").replace('"', '\\"')
