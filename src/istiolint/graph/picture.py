"""The parts of a picture: nodes, edges and namespaces, as plain data that renderers show."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from istiolint.findings.finding import ResourceName, Span

NodeKind: TypeAlias = Literal["service", "workload", "gateway", "host", "outside", "missing", "namespace"]
"""`host`: outside the mesh; `outside`: all clients outside the cluster; `missing`: referenced, but not in the files;
`namespace`: all nodes of one."""
EdgeKind: TypeAlias = Literal["entry", "route", "mirror", "call", "selects"]
"""`entry`: from outside into the cluster; `selects`: from a Service to one of several workloads behind it."""
Tls: TypeAlias = Literal["", "mtls", "plaintext", "simple", "mutual", "passthrough", "mixed"]
"""What the client opens; empty where the files do not show it. `simple` and `mutual` are TLS with other certificates."""
OUTSIDE = "outside"
"""The key of the node for clients outside the cluster."""


class Fact(NamedTuple):
    """A fact about a node or edge, and its place in the files."""

    topic: str
    words: str
    span: Span | None = None


@dataclass(slots=True, eq=False)
class Node:
    """A Service with its workload, a workload, a gateway, or a host."""

    key: str
    kind: NodeKind
    name: str
    namespace: str = ""
    mtls: str = ""
    """The mode that its workloads require: STRICT, PERMISSIVE, DISABLE, `mixed`, `outside` (the mesh), or empty."""
    proxy: str = ""
    """What handles its traffic: sidecar, ambient, gateway, outside, unknown, or empty."""
    ports: list[str] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    span: Span | None = None
    findings: list[int] = field(default_factory=list)
    members: int = 0
    """How many nodes a namespace has that is shown as one."""

    @property
    def title(self) -> str:
        """Its name in texts, such as `shop/cart`."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


@dataclass(slots=True, eq=False)
class Edge:
    """Traffic from one node to another. `weights` are the percentages of requests that routes send along it."""

    source: str
    target: str
    kind: EdgeKind
    tls: Tls = ""
    verdict: Literal["", "all", "some", "none"] = ""
    """What mTLS and AuthorizationPolicies admit: all requests, some or none."""
    broken: str = ""
    """Why calls fail, in words; empty where the files show no reason."""
    weights: list[int] = field(default_factory=list)
    subsets: list[str] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    findings: list[int] = field(default_factory=list)

    def note(self, fact: Fact) -> None:
        """Add a fact, once."""
        if fact not in self.facts:
            self.facts.append(fact)

    @property
    def label(self) -> str:
        """Its label: weights or subsets."""
        if self.weights:
            shares = sorted(set(self.weights), reverse=True)
            return "/".join(f"{share} %" for share in shares[:3]) + ("/..." if len(shares) > 3 else "")
        return ", ".join(self.subsets[:2])


@dataclass(slots=True, eq=False)
class Namespace:
    """A namespace that groups nodes: whether it is part of the mesh, and the findings about it."""

    name: str
    proxy: str = ""
    findings: list[int] = field(default_factory=list)


Element: TypeAlias = Node | Edge | Namespace


class Mode(NamedTuple):
    """The mTLS mode of a port of a workload, its origin, and the calls that fail."""

    namespace: str
    workload: str
    port: str
    mode: str
    origins: tuple[Fact, ...]
    failing: tuple[Fact, ...]


@dataclass(slots=True)
class Picture:
    """The picture of one target; `name` is empty if there is only one."""

    name: str
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str, EdgeKind], Edge] = field(default_factory=dict)
    namespaces: dict[str, Namespace] = field(default_factory=dict)
    owners: dict[ResourceName, list[Element]] = field(default_factory=lambda: defaultdict(list))
    """The elements that a resource describes."""
    modes: list[Mode] = field(default_factory=list)
    """The mTLS table."""
    rules: list[tuple[Span, Edge]] = field(default_factory=list)
    """The routing rules as they are written, with the edges that each makes."""
    _leaving: dict[str, list[Edge]] = field(default_factory=lambda: defaultdict(list))
    findings: list[int] = field(default_factory=list)
    """Findings of no element: those on mesh-wide settings, and on what the picture does not show."""

    def edge(self, source: str, target: str, kind: EdgeKind) -> Edge:
        """Return the edge between two nodes, creating it if it is new."""
        found = self.edges.get((source, target, kind))
        if found is None:
            found = self.edges[source, target, kind] = Edge(source, target, kind)
            self._leaving[source].append(found)
        return found

    def leaving(self, source: str) -> list[Edge]:
        """Return the edges from a node."""
        return list(self._leaving.get(source, ()))

    def own(self, resource: ResourceName, element: Element) -> None:
        """Record that a resource describes an element."""
        if element not in self.owners[resource]:
            self.owners[resource].append(element)
