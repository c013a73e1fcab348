"""The picture of a mesh as JSON; schemas/istiolint-graph.schema.json describes it."""

from collections.abc import Sequence
from typing import Any

from istiolint.findings.escape import as_json
from istiolint.findings.finding import Diagnostic, Span
from istiolint.graph.picture import Edge, Fact, Node, Picture

VERSION = 1
"""Raised when a field is removed or changes its meaning; additions do not raise it."""
WIDEST = 200
"""Characters of a manifest line."""


def render(pictures: Sequence[Picture], diagnostics: Sequence[Diagnostic]) -> str:
    """Return the pictures as a JSON text."""
    return as_json(value(pictures, diagnostics), indent=2)


def value(pictures: Sequence[Picture], diagnostics: Sequence[Diagnostic]) -> dict[str, Any]:
    """Return the pictures as plain data; findings are numbered by their place in `findings`."""
    return {"version": VERSION, "meshes": list(map(_mesh, pictures)), "findings": list(map(_finding, diagnostics))}


def _mesh(picture: Picture) -> dict[str, Any]:
    return {
        "target": picture.name or None,
        "namespaces": [
            {"name": group.name, "proxy": group.proxy, "findings": group.findings}
            for group in sorted(picture.namespaces.values(), key=lambda group: group.name)
        ],
        "nodes": list(map(_node, picture.nodes.values())),
        "edges": list(map(_edge, picture.edges.values())),
        "findings": picture.findings,
    }


def _node(node: Node) -> dict[str, Any]:
    return {
        "id": node.key,
        "kind": node.kind,
        "name": node.name,
        "namespace": node.namespace or None,
        "mtls": node.mtls or None,
        "proxy": node.proxy or None,
        "ports": node.ports,
        "place": place(node.span),
        "facts": list(map(_fact, node.facts)),
        "findings": node.findings,
    } | ({"members": node.members} if node.kind == "namespace" else {})


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "source": edge.source,
        "target": edge.target,
        "kind": edge.kind,
        "tls": edge.tls or None,
        "verdict": edge.verdict or None,
        "broken": edge.broken or None,
        "label": edge.label,
        "weights": edge.weights,
        "subsets": edge.subsets,
        "ports": edge.ports,
        "facts": list(map(_fact, edge.facts)),
        "findings": edge.findings,
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {"topic": fact.topic, "words": fact.words, "place": place(fact.span)}


def _finding(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "rule": diagnostic.rule,
        "severity": diagnostic.severity,
        "topic": diagnostic.topic,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "resource": str(diagnostic.resource) if diagnostic.resource else None,
        "namespace": diagnostic.resource.namespace if diagnostic.resource else None,
        "place": place(diagnostic.span),
        "related": [{"message": message, "place": place(span)} for span, message in diagnostic.related],
    }


def place(span: Span | None) -> dict[str, Any] | None:
    """Return file, line, column and the text of the line; None for no place."""
    if span is None:
        return None
    line, column = span.begins
    text = span.source.line(line).rstrip() if span.source.text else ""
    return {"path": span.source.path, "line": line, "column": column, "text": text[:WIDEST]}
