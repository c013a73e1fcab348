"""The edges: calls in configuration, routes, and traffic from outside."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from istiolint.findings.finding import Span
from istiolint.graph.judge import judge
from istiolint.graph.nodes import OPEN_TYPES, Nodes, gateway_hosts
from istiolint.graph.picture import Edge, EdgeKind, Fact, Node, Picture, Tls
from istiolint.mesh.entrances import used_on
from istiolint.mesh.gateway_api import ROUTE_KINDS
from istiolint.mesh.gateways import MESH, GatewayName
from istiolint.mesh.injection import is_control_plane
from istiolint.mesh.waypoints import is_waypoint
from istiolint.mesh.workload import Workload
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.trace.conditions import described
from istiolint.trace.model import Model
from istiolint.trace.places import span
from istiolint.trace.proxies import Proxy
from istiolint.trace.virtual_services import HttpRoute, VirtualService

_TLS_OF_SERVER: dict[str, Tls] = {
    "SIMPLE": "simple", "OPTIONAL_MUTUAL": "simple", "MUTUAL": "mutual", "ISTIO_MUTUAL": "mtls", "PASSTHROUGH": "passthrough",
    "AUTO_PASSTHROUGH": "passthrough", "Terminate": "simple", "Passthrough": "passthrough",
}  # fmt: skip


class Edges:
    """Adds the edges of a picture."""

    def __init__(self, model: Model, nodes: Nodes, picture: Picture):
        self._model, self._mesh, self._nodes, self._picture = model, model.mesh, nodes, picture

    def add(self) -> None:
        """Add all edges."""
        self._add_selections()
        for workload in self._mesh.workloads.all:
            if not is_control_plane(workload) and id(workload) in self._nodes.workloads:
                self._add_calls(workload)
        for virtual_service in self._model.virtual_services.all:
            self._add_routes(virtual_service)
        self._add_entries()

    def _add_selections(self) -> None:
        for service in self._mesh.all("Service"):
            node = self._nodes.services.get(id(service))
            for workload in self._mesh.workloads.of_service(service) if node is not None else ():
                behind = self._nodes.workloads.get(id(workload))
                if node is not None and behind is not None and behind is not node and behind.kind == "workload":
                    edge = self._picture.edge(node.key, behind.key, "selects")
                    edge.note(Fact("selector", f"{service.title} selects {workload.title}", span(service.spec["selector"])))

    def _add_calls(self, workload: Workload) -> None:
        caller = self._nodes.workloads[id(workload)]
        proxy = self._model.proxy(workload)
        for call in self._mesh.calls.of_caller(workload):
            target = self._nodes.services.get(id(call.service))
            if target is not None and target is not caller and not self._mesh.exclusive(call.service, workload.resource):
                edge = self._picture.edge(caller.key, target.key, "call")
                self._called(edge, f"{workload.title} is configured to call {call.service.title}", call.port, call.at)
                fqdn = self._mesh.hosts.fqdn(call.service.name, call.service.namespace)
                judge(edge, self._model, proxy, fqdn, [call.port] if call.port else [])
        known = {edge.target for edge in self._picture.leaving(caller.key) if edge.kind == "call"}
        for mention in self._mesh.calls.mentions(workload):
            fqdn = self._fqdn(mention.host)
            node = self._nodes.of_host(fqdn, workload.namespace) if fqdn else None
            if node is not None and node is not caller and node.key not in known:
                edge = self._picture.edge(caller.key, node.key, "call")
                self._called(edge, f"{workload.title} is configured to call `{mention.host}`", mention.port, mention.at)
                judge(edge, self._model, proxy, fqdn, [mention.port] if mention.port else [])

    def _fqdn(self, host: str) -> str:
        """Return the full name of a host of a ServiceEntry or a Service; empty for other hosts."""
        full = f"{host}.{self._mesh.hosts.cluster_domain}" if host.endswith(".svc") else host
        declared = any(known.resource and known.resource.type == "ServiceEntry" for known in self._mesh.hosts.covering(full))
        return full if declared or self._mesh.hosts.service_name(full) else ""

    @staticmethod
    def _called(edge: Edge, words: str, port: int | None, at: Cursor) -> None:
        if port is not None and port not in edge.ports:
            edge.ports.append(port)
        edge.note(Fact("call", words + (f" on port {port}" if port is not None else ""), span(at)))

    def _add_routes(self, virtual_service: VirtualService) -> None:
        for name in sorted(virtual_service.gateways):
            if name.name == MESH:
                hosts = dict.fromkeys(host for host, _ in virtual_service.hosts)
                namespace = virtual_service.namespace
                sources = [node for host in hosts if (node := self._nodes.of_host(host, namespace)) is not None]
                proxies: list[Proxy | None] = [None] * len(sources)
            else:
                gateway = GatewayName(name.namespace, name.name.partition("/")[0])
                sources = list(self._nodes.of_gateway(gateway))
                proxies = [self._gateway_proxy(node, gateway) for node in sources]
            for source, proxy in zip(sources, proxies, strict=True):
                self._add_routes_from(source, proxy, virtual_service, name)

    def _add_routes_from(self, source: Node, proxy: Proxy | None, virtual_service: VirtualService, name: GatewayName) -> None:
        hosts = ", ".join(f"`{host}`" for host in dict.fromkeys(host for host, _ in virtual_service.hosts))
        for route in virtual_service.routes:
            if virtual_service.gateway_semantics or used_on(route.rule, name, route.owner.namespace):
                words = f"{route.owner.title}: {described(route.match)} for {hosts}"
                rule = _Rule(source, proxy, route.owner, words, _whole(route.owner, route.rule))
                self._add_destinations(rule, list(_destinations(route)))
                mirrors = [(route["mirror"], route["mirror"], 0)] if route["mirror"].mapping else []
                mirrors += [(mirror["destination"], mirror, 0) for mirror in route["mirrors"]]
                self._add_destinations(rule._replace(words=f"{words}: mirrored", kind="mirror"), mirrors)
        for each in (*virtual_service.tls_rules, *virtual_service.tcp_rules):
            owner = virtual_service.resource
            rule = _Rule(source, proxy, owner, f"{owner.title}: connections for {hosts}", _whole(owner, each))
            self._add_destinations(rule, [(to["destination"], to, to["weight"].number or 0) for to in each["route"]])

    def _add_destinations(self, rule: "_Rule", found: Sequence[tuple[Cursor, Cursor, int]]) -> None:
        owner = rule.owner
        total = sum(weight for _, _, weight in found)
        for destination, at, weight in found:
            fqdn = self._mesh.hosts.fqdn(destination["host"].text, owner.namespace)
            target = self._nodes.of_host(fqdn, owner.namespace)
            if target is None:
                continue
            share = round(100 * weight / total) if total and len(found) > 1 else None
            subset = destination["subset"].text
            place = at if owner.type in ROUTE_KINDS else destination["host"]
            text = rule.words + (f": {share} %" if share is not None else "") + (f" to subset `{subset}`" if subset else "")
            for edge in self._edges_to(rule.source, target, fqdn, subset, rule.kind):
                if share is not None and share not in edge.weights:
                    edge.weights.append(share)
                if subset and subset not in edge.subsets:
                    edge.subsets.append(subset)
                edge.note(Fact(rule.kind, text, span(place)))
                self._picture.own(owner.identity, edge)
                self._picture.rules.append((rule.span, edge))
                if rule.proxy is not None and edge.kind in ("route", "mirror"):
                    number = destination["port"]["number"].number
                    judge(edge, self._model, rule.proxy, fqdn, [number] if number is not None else [])

    def _edges_to(self, source: Node, target: Node, fqdn: str, subset: str, kind: EdgeKind) -> Iterator[Edge]:
        """Yield the edge to a destination, and those from it to the workloads of the subset."""
        if source is not target:
            yield self._picture.edge(source.key, target.key, kind)
        labels = self._subset_labels(fqdn, subset) if subset else None
        for edge in self._picture.leaving(target.key) if labels is not None else ():
            carried = self._labels.get(edge.target, {})
            if edge.kind == "selects" and labels is not None and labels.items() <= carried.items():
                yield edge

    def _subset_labels(self, fqdn: str, subset: str) -> dict[str, str] | None:
        for rule in self._mesh.destination_rules.covering(fqdn):
            for each in rule.spec["subsets"]:
                if each["name"].text == subset:
                    return each["labels"].labels
        return None

    @cached_property
    def _labels(self) -> dict[str, dict[str, str]]:
        """Return the labels of the workloads that have their own node."""
        workloads = ((self._nodes.workloads.get(id(each)), each) for each in self._mesh.workloads.all)
        return {node.key: each.labels for node, each in workloads if node is not None and node.kind == "workload"}

    def _gateway_proxy(self, node: Node, name: GatewayName) -> Proxy | None:
        """Return the proxy that runs a gateway; an assumed one if its workload is not in the files."""
        for gateway in self._mesh.gateways.find(name):
            if self._nodes.gateways.get(id(gateway)) is not node:
                continue
            if gateway.type == KUBERNETES_GATEWAY:
                return self._model.gateway_proxy(gateway)
            workloads = self._mesh.gateway_workloads.of(gateway) if gateway.spec["selector"].labels else ()
            if workloads:
                return self._model.proxy(workloads[0])
        return None

    def _add_entries(self) -> None:
        for gateway in self._mesh.all("Gateway", KUBERNETES_GATEWAY):
            if not is_waypoint(gateway) and not self._is_inside(gateway):
                self._add_entry(gateway)
        for service in self._mesh.all("Service"):
            kind, node = service.spec["type"].text, self._nodes.services.get(id(service))
            if kind in OPEN_TYPES and node is not None and node.kind == "service":
                edge = self._picture.edge(self._nodes.outside().key, node.key, "entry")
                edge.note(Fact("entry", f"{kind} {service.title}", span(service.spec["type"])))

    def _add_entry(self, gateway: Resource) -> None:
        node = self._nodes.gateways[id(gateway)]
        edge = self._picture.edge(self._nodes.outside().key, node.key, "entry")
        hosts = list(gateway_hosts(gateway))
        shown = ", ".join(f"`{host}`" for host in hosts[:3]) + (f" and {len(hosts) - 3} more" if len(hosts) > 3 else "")
        edge.note(Fact("entry", f"{gateway.title} for {shown or 'no host'}", span(gateway)))
        kubernetes = gateway.type == KUBERNETES_GATEWAY
        for server in gateway.spec["listeners" if kubernetes else "servers"]:
            number = server["port"].number if kubernetes else server["port"]["number"].number
            if number is not None and number not in edge.ports:
                edge.ports.append(number)
            mode = server["tls"]["mode"].text or ("Terminate" if kubernetes and server["tls"].mapping else "")
            tls = _TLS_OF_SERVER.get(mode, "plaintext")
            edge.tls = tls if edge.tls in ("", tls) else "mixed"

    def _is_inside(self, gateway: Resource) -> bool:
        """Whether a gateway serves clients in the mesh: an egress gateway by its labels."""
        return any("egress" in value for value in gateway.spec["selector"].labels.values())


class _Rule(NamedTuple):
    """A routing rule: the node and the proxy that apply it, its resource, the rule in words, and its place."""

    source: Node
    proxy: Proxy | None
    owner: Resource
    words: str
    span: Span
    kind: EdgeKind = "route"


def _whole(owner: Resource, rule: Cursor) -> Span:
    """Return the span of an entire rule."""
    return Cursor(owner.document, rule.path, rule.value).place.span()


def _destinations(route: HttpRoute) -> Iterator[tuple[Cursor, Cursor, int]]:
    """Yield the destinations of a route with place and weight (equal shares without weights)."""
    for index, each in enumerate(route["route"]):
        at = each
        if route.owner.type in ROUTE_KINDS:
            at = route.owner.spec["rules"][route.rule.name]["backendRefs"][index]
        weight = each["weight"].number
        yield each["destination"], at, weight if weight is not None else 0
