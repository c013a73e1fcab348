"""A smaller picture: some namespaces only, or namespaces as one node each."""

from collections.abc import Callable, Collection

from istiolint.graph.picture import Edge, Node, Picture


def within(picture: Picture, namespaces: Collection[str]) -> Picture:
    """Return the nodes of some namespaces, with what they call and what calls them."""
    inside = {key for key, node in picture.nodes.items() if node.namespace in namespaces}
    edges = {key: edge for key, edge in picture.edges.items() if edge.source in inside or edge.target in inside}
    kept = inside | {end for edge in edges.values() for end in (edge.source, edge.target)}
    nodes = {key: node for key, node in picture.nodes.items() if key in kept}
    shown = {node.namespace for node in nodes.values()}
    groups = {name: group for name, group in picture.namespaces.items() if name in shown}
    return Picture(picture.name, nodes, edges, groups, modes=[mode for mode in picture.modes if mode.namespace in namespaces])


def collapsed(picture: Picture, is_closed: Callable[[str], bool] = bool) -> Picture:
    """Return a picture in which each closed namespace is one node; edges between the same nodes are joined."""
    found = Picture(picture.name, findings=picture.findings, modes=picture.modes)
    ends: dict[str, str] = {}
    for key, node in picture.nodes.items():
        if not node.namespace or not is_closed(node.namespace):
            ends[key] = key
            found.nodes[key] = node
            continue
        ends[key] = f"namespace {node.namespace}"
        group = found.nodes.setdefault(ends[key], Node(ends[key], "namespace", node.namespace))
        group.findings = list(dict.fromkeys([*group.findings, *node.findings]))
        group.members += 1
        group.mtls = node.mtls if group.mtls in ("", node.mtls) or not node.mtls else "mixed"
    for edge in picture.edges.values():
        source, target = ends[edge.source], ends[edge.target]
        if source == target and source.startswith("namespace "):
            found.nodes[source].findings = list(dict.fromkeys([*found.nodes[source].findings, *edge.findings]))
        elif (source, target) == (edge.source, edge.target):
            found.edges[source, target, edge.kind] = edge
        else:
            _join(found.edge(source, target, "call"), edge)
    for name, space in picture.namespaces.items():
        if f"namespace {name}" in found.nodes:
            group = found.nodes[f"namespace {name}"]
            group.findings = list(dict.fromkeys([*group.findings, *space.findings]))
        elif any(node.namespace == name for node in found.nodes.values()):
            found.namespaces[name] = space
    return found


def _join(joined: Edge, edge: Edge) -> None:
    joined.tls = edge.tls if joined.tls in ("", edge.tls) or not edge.tls else "mixed"
    joined.broken = joined.broken or edge.broken
    joined.findings = list(dict.fromkeys([*joined.findings, *edge.findings]))
