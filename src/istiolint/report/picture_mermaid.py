"""The picture of a mesh for Mermaid, which GitHub and GitLab draw in Markdown.

Both draw up to 500 edges and 50,000 characters. What is larger is shown with namespaces collapsed, those without findings first,
then with the edges that have findings; a comment and a node say what was left out.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from istiolint.findings.finding import SEVERITIES, Diagnostic
from istiolint.graph.grouping import collapsed
from istiolint.graph.picture import Edge, Node, Picture
from istiolint.report.counts import counted
from istiolint.report.picture_dot import COLORS
from istiolint.report.picture_words import edge_words, node_lines, worst_of

MOST_EDGES = 450
MOST_CHARACTERS = 48_000
_SHAPES = {"gateway": ("{{", "}}"), "host": ("([", "])"), "outside": ("((", "))"), "namespace": ("[[", "]]")}
_ARROWS = {"mirror": "-.->", "selects": "-.->"}
_UNSAFE = re.compile(r"[^\w ./:,()%*-]")


def render(pictures: Sequence[Picture], diagnostics: Sequence[Diagnostic]) -> str:
    """Return a flowchart of a size that GitHub draws."""
    text = ""
    for shown, note in _smaller(pictures, diagnostics):
        text = _flowchart(shown, diagnostics, note)
        if len(text) <= MOST_CHARACTERS and sum(len(picture.edges) for picture in shown) <= MOST_EDGES:
            return text
    return text


def _smaller(pictures: Sequence[Picture], diagnostics: Sequence[Diagnostic]) -> Iterator[tuple[Sequence[Picture], str]]:
    """Yield smaller and smaller pictures, each with a note on what was left out."""
    yield pictures, ""
    faulty = {
        node.namespace
        for picture in pictures
        for node in (
            *(node for node in picture.nodes.values() if node.findings),
            *(picture.nodes[end] for edge in picture.edges.values() if edge.findings for end in (edge.source, edge.target)),
        )
    }
    yield _all(pictures, lambda name: name not in faulty), "namespaces without findings are shown as one node each"
    closed = _all(pictures, bool)
    yield closed, "namespaces are shown as one node each"
    most = MOST_EDGES // max(1, len(closed))
    while True:
        cut = [_cut(picture, diagnostics, most) for picture in closed]
        hidden = sum(len(picture.edges) for picture in closed) - sum(len(picture.edges) for picture in cut)
        yield cut, f"namespaces are shown as one node each, and {counted(hidden, 'edge')} left out"
        if most == 0:
            break
        most //= 2
    kept = closed[:0]
    yield kept, f"{counted(len(closed), 'target')} left out; choose one with --namespace, or use the html format"


def _all(pictures: Sequence[Picture], is_closed: Callable[[str], bool]) -> list[Picture]:
    return [collapsed(picture, is_closed) for picture in pictures]


def _cut(picture: Picture, diagnostics: Sequence[Diagnostic], most: int) -> Picture:
    """Return the picture with its most severe edges, and the nodes that these or findings need."""

    def severity(edge: Edge) -> int:
        worst = "error" if edge.broken else worst_of(edge.findings, diagnostics)
        return SEVERITIES.index(worst) if worst else len(SEVERITIES)

    edges = sorted(picture.edges.values(), key=severity)[:most]
    needed = {end for edge in edges for end in (edge.source, edge.target)}
    nodes = {key: node for key, node in picture.nodes.items() if key in needed}
    return replace(picture, nodes=nodes, edges={(edge.source, edge.target, edge.kind): edge for edge in edges})


def _flowchart(pictures: Sequence[Picture], diagnostics: Sequence[Diagnostic], note: str) -> str:
    lines = ["flowchart LR"]
    if note:
        lines += [f"  %% Too large to draw in full: {note}.", f'  note["{_escaped(f"Too large to draw in full: {note}")}"]']
    links: list[str] = []
    for number, picture in enumerate(pictures):
        ids = {key: f"t{number}n{index}" for index, key in enumerate(picture.nodes)}
        inner = list(_nodes(picture, f"t{number}", ids, diagnostics))
        if len(pictures) > 1:
            inner = [f'  subgraph t{number}["{_escaped(picture.name)}"]', *inner, "  end"]
        lines += inner
        for edge in picture.edges.values():
            label = edge_words(edge, diagnostics)
            arrow = _ARROWS.get(edge.kind, "-->") + (f'|"{_escaped(label)}"|' if label else "")
            lines.append(f"  {ids[edge.source]} {arrow} {ids[edge.target]}")
            worst = "error" if edge.broken else worst_of(edge.findings, diagnostics)
            links.append(worst or "")
    for severity in SEVERITIES:
        lines.append(f"  classDef {severity} stroke:{COLORS[severity]},stroke-width:3px")
        numbers = ",".join(str(index) for index, worst in enumerate(links) if worst == severity)
        lines += [f"  linkStyle {numbers} stroke:{COLORS[severity]},stroke-width:2px"] if numbers else []
    lines.append("  classDef missing stroke-dasharray:4 4")
    return "\n".join(lines) + "\n"


def _nodes(picture: Picture, prefix: str, ids: dict[str, str], diagnostics: Sequence[Diagnostic]) -> Iterator[str]:
    for number, namespace in enumerate(sorted({node.namespace for node in picture.nodes.values() if node.namespace})):
        yield f'  subgraph {prefix}s{number}["{_escaped(namespace)}"]'
        yield from (_node(node, ids[key], diagnostics) for key, node in picture.nodes.items() if node.namespace == namespace)
        yield "  end"
    yield from (_node(node, ids[key], diagnostics) for key, node in picture.nodes.items() if not node.namespace)


def _node(node: Node, name: str, diagnostics: Sequence[Diagnostic]) -> str:
    before, behind = _SHAPES.get(node.kind, ("[", "]"))
    worst = worst_of(node.findings, diagnostics) or ("missing" if node.kind == "missing" else "")
    label = "<br/>".join(map(_escaped, node_lines(node, diagnostics)))
    return f'    {name}{before}"{label}"{behind}' + (f":::{worst}" if worst else "")


def _escaped(text: str) -> str:
    """Escape the text of a label: characters with a meaning in Mermaid become character codes."""
    return _UNSAFE.sub(lambda match: f"#{ord(match[0])};", text)
