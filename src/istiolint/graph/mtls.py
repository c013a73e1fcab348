"""The mTLS modes of nodes, and the policies that apply to them."""

from collections import defaultdict

from istiolint.findings.finding import Span
from istiolint.graph.nodes import Nodes
from istiolint.graph.picture import Fact, Mode, Node, Picture
from istiolint.mutual_tls.table import Row
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.trace.model import Model
from istiolint.trace.places import span

NAMESPACE_POLICIES = ("AuthorizationPolicy", "EnvoyFilter", "RequestAuthentication", "Telemetry", "WasmPlugin")


def describe_modes(picture: Picture, nodes: Nodes, rows: list[Row]) -> None:
    """Add the modes of workloads to the table and the nodes, with their origin and the calls that fail."""
    modes: dict[str, set[str]] = defaultdict(set)
    found: dict[str, Node] = {}
    for row in rows:
        shown = _mode(row)
        picture.modes.append(shown)
        node = nodes.workloads.get(id(row.workload))
        if node is None or node.kind == "gateway" or row.mode == "gateway":
            continue
        found[node.key] = node
        modes[node.key].add("mixed" if " " in row.mode else row.mode)
        port = f"port {row.port.number}: " if row.port.number is not None else ""
        for origin in shown.origins:
            _note(node, Fact("mTLS", f"{port}{row.mode} ({origin.words})", origin.span))
        for failure in shown.failing:
            _note(node, Fact("failing call", port + failure.words, failure.span))
    for edge in picture.edges.values():
        if edge.kind == "selects" and edge.target in modes:
            found[edge.source] = picture.nodes[edge.source]
            modes[edge.source] |= modes[edge.target]
    for key, node in found.items():
        node.mtls = next(iter(modes[key])) if len(modes[key]) == 1 else "mixed"


def describe_policies(model: Model, nodes: Nodes, picture: Picture) -> None:
    """Add to each node the policies that apply to it; a policy for an entire namespace belongs to the namespace."""
    mesh = model.mesh
    for workload in mesh.workloads.all:
        node = nodes.workloads.get(id(workload))
        if node is None:
            continue
        proxy = model.proxy(workload)
        for policy in (*model.policies.of(proxy), *model.authentication.of(proxy)):
            _note(node, Fact("policy", _policy(policy), span(policy)))
        sidecar = mesh.sidecar_scopes.of(workload)
        if sidecar is not None:
            _note(node, Fact("policy", sidecar.title, span(sidecar)))
    for kind in NAMESPACE_POLICIES:
        for policy in mesh.all(kind):
            _own(
                policy, nodes, picture, [nodes.workloads.get(id(each)) for each in mesh.workloads_selected_by(policy)], "selector"
            )
    for policy in mesh.all("PeerAuthentication"):
        _own(policy, nodes, picture, [nodes.workloads.get(id(each)) for each in mesh.mtls.selected(policy)], "selector")
    for sidecar in mesh.all("Sidecar"):
        governed = [nodes.workloads.get(id(each)) for each in mesh.sidecar_scopes.governed(sidecar)]
        _own(sidecar, nodes, picture, governed, "workloadSelector")
    for rule in mesh.all("DestinationRule"):
        if node := nodes.of_host(mesh.hosts.fqdn(rule.spec["host"].text, rule.namespace), rule.namespace):
            picture.own(rule.identity, node)
            _note(node, Fact("destination rule", _destination_rule(rule), span(rule)))


def _own(policy: Resource, nodes: Nodes, picture: Picture, reached: list[Node | None], field: str) -> None:
    if policy.spec[field].mapping or policy.spec["targetRef"].mapping or policy.spec["targetRefs"]:
        for node in dict.fromkeys(filter(None, reached)):
            picture.own(policy.identity, node)
    if policy.identity not in picture.owners and policy.namespace in picture.namespaces:
        picture.own(policy.identity, nodes.namespace(policy.namespace))


def _policy(policy: Resource) -> str:
    if policy.type == "AuthorizationPolicy":
        return f"{policy.title} ({policy.spec['action'].text or 'ALLOW'})"
    return policy.title


def _destination_rule(rule: Resource) -> str:
    tls = rule.spec["trafficPolicy"]["tls"]["mode"].text
    subsets = [subset["name"].text for subset in rule.spec["subsets"] if subset["name"].text]
    parts = [f"TLS mode {tls}"] if tls else []
    parts += [f"subsets {', '.join(subsets)}"] if subsets else []
    return rule.title + (f" ({'; '.join(parts)})" if parts else "")


def _mode(row: Row) -> Mode:
    port = " ".join(filter(None, (str(row.port.number), row.port.name))) if row.port.number is not None else "any"
    origins = tuple(Fact(origin.level, origin.words, _span(origin.at)) for origin in row.origins)
    failing = tuple(
        Fact("sure" if failure.sure else "perhaps", f"{failure.caller}: {failure.reason}", _span(failure.at))
        for failure in row.failing
    )
    return Mode(row.namespace, row.workload.title, port, row.mode, origins, failing)


def _span(at: Cursor | None) -> Span | None:
    return span(at) if at is not None else None


def _note(node: Node, fact: Fact) -> None:
    if not any(known.topic == fact.topic and known.words == fact.words for known in node.facts):
        node.facts.append(fact)
