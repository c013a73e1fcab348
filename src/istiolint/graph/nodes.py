"""The nodes: Services with their workloads, workloads without a Service, gateways, external hosts."""

from collections.abc import Iterable, Iterator, Sequence

from istiolint.graph.picture import OUTSIDE, Fact, Namespace, Node, NodeKind, Picture
from istiolint.mesh import Mesh
from istiolint.mesh.gateways import GatewayName
from istiolint.mesh.injection import is_control_plane
from istiolint.mesh.waypoints import is_waypoint
from istiolint.mesh.workload import Workload
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.trace.places import span

OPEN_TYPES = ("LoadBalancer", "NodePort")
"""The types of Services that clients outside the cluster reach."""


class Nodes:
    """Adds the nodes of a picture, and finds the node of a resource, workload or host."""

    def __init__(self, mesh: Mesh, picture: Picture):
        self._mesh, self._picture = mesh, picture
        self.workloads: dict[int, Node] = {}
        """The node of each workload, by its id."""
        self.services: dict[int, Node] = {}
        """The node of each Service, by its id."""
        self.gateways: dict[int, Node] = {}
        """The node of each Gateway, by its id."""
        for gateway in mesh.all("Gateway", KUBERNETES_GATEWAY):
            self._add_gateway(gateway)
        for service in mesh.all("Service"):
            self._add_service(service)
        for workload in mesh.workloads.all:
            self._add_workload(workload)
        for entry in mesh.all("ServiceEntry"):
            self._add_entry(entry)

    def of_host(self, fqdn: str, namespace: str) -> Node | None:
        """Return the node for the full name of a host, as a namespace sees it; None for `*` and an empty name."""
        if not fqdn.strip("*."):
            return None
        known = self._mesh.hosts.visible_to(fqdn, namespace) or next(iter(self._mesh.hosts.covering(fqdn)), None)
        resource = known.resource if known else None
        if known is None or resource is None:
            return self._unknown_host(fqdn)
        if resource.type == "Service":
            return self.services.get(id(resource)) or self._node("service", resource.name, resource.namespace, resource)
        if resource.type == KUBERNETES_GATEWAY:
            return self.gateways.get(id(resource))
        if resource.type == "ServiceEntry":
            return self._host(known.name, resource)
        service = self._mesh.hosts.service_name(known.name)
        return self._node("service", *service, resource) if service else self._host(known.name, resource)

    def of_gateway(self, name: GatewayName) -> Sequence[Node]:
        """Return the nodes of the Gateways with a name; a node for a missing Gateway if the files have none."""
        found = [node for each in self._mesh.gateways.find(name) if (node := self.gateways.get(id(each)))]
        if not found:
            found = [self._node("missing", name.name, name.namespace, topic="gateway")]
            found[0].proxy = "gateway"
        return found

    def outside(self) -> Node:
        """Return the node for clients outside the cluster."""
        return self._picture.nodes.setdefault(OUTSIDE, Node(OUTSIDE, "outside", "clients outside the cluster"))

    def namespace(self, name: str) -> Namespace:
        """Return the group of nodes of a namespace."""
        found = self._picture.namespaces.get(name)
        if found is None:
            found = self._picture.namespaces[name] = Namespace(name, self._mesh.injection.of_namespace(name).state)
            for resource in self._mesh.namespaces.get(name, ()):
                self._picture.own(resource.identity, found)
        return found

    def _add_gateway(self, gateway: Resource) -> None:
        node = self._node("gateway", gateway.name, gateway.namespace, gateway)
        node.proxy = "gateway"
        self.gateways[id(gateway)] = node
        if is_waypoint(gateway):
            node.facts.append(Fact("gateway", "waypoint", span(gateway)))
        for port, words, at in _listeners(gateway):
            node.ports += [port] if port not in node.ports else []
            node.facts.append(Fact("listener", words, span(at)))
        for workload in self._mesh.gateway_workloads.of(gateway) if gateway.type == "Gateway" else ():
            if gateway.spec["selector"].labels:
                node.facts.append(Fact("workload", f"runs on {workload.title}", span(workload.resource)))
                self.workloads.setdefault(id(workload), node)
                self._picture.own(workload.resource.identity, node)

    def _add_service(self, service: Resource) -> None:
        workloads = [
            each for each in self._mesh.workloads.of_service(service) if not self._mesh.exclusive(service, each.resource)
        ]
        gateways = [node for each in workloads if (node := self.workloads.get(id(each))) and node.kind == "gateway"]
        if gateways:
            self.services[id(service)] = gateways[0]
            gateways[0].facts.append(Fact("service", f"{service.title} in front of it", span(service)))
            self._picture.own(service.identity, gateways[0])
            return
        if workloads and all(map(is_control_plane, workloads)):
            return
        node = self._node("service", service.name, service.namespace, service)
        self.services[id(service)] = node
        for port in service.spec["ports"]:
            if port["port"].number is not None:
                name = port["name"].text or port["protocol"].text or "TCP"
                text = f"{port['port'].number} {name}"
                node.ports += [text] if text not in node.ports else []
        alone = len(workloads) == 1 and len(self._mesh.workloads.services_of(workloads[0])) == 1
        for workload in workloads:
            if alone:
                self._describe(workload, node)
            else:
                self._add_workload(workload)

    def _add_workload(self, workload: Workload) -> None:
        if id(workload) not in self.workloads and not is_control_plane(workload):
            resource = workload.resource
            known = len(self._picture.nodes)
            node = self._node("workload", resource.name, resource.namespace, resource, topic=workload.kind)
            if len(self._picture.nodes) > known:
                self._describe(workload, node)
            self.workloads[id(workload)] = node

    def _describe(self, workload: Workload, node: Node) -> None:
        membership = self._mesh.injection.of(workload)
        node.proxy = membership.state
        node.facts.append(Fact("workload", workload.title, span(workload.resource)))
        node.facts.append(Fact("proxy", membership.because, span(membership.at) if membership.at is not None else None))
        node.facts.append(Fact("identity", f"service account `{workload.service_account}`"))
        self.workloads[id(workload)] = node
        self._picture.own(workload.resource.identity, node)

    def _add_entry(self, entry: Resource) -> None:
        for host in entry.spec["hosts"]:
            if host.text and host.text != "*":
                self._host(host.text, entry)

    def _host(self, host: str, resource: Resource) -> Node:
        """Return the node of a host of a ServiceEntry or a similar resource."""
        inside = resource.type == "ServiceEntry" and resource.spec["location"].text == "MESH_INTERNAL"
        service = self._mesh.hosts.service_name(host)
        name, namespace = service if service else (host, resource.namespace if inside else "")
        node = self._node("service" if inside else "host", name, namespace, resource)
        for port in resource.spec["ports"]:
            if port["number"].number is not None:
                text = f"{port['number'].number} {port['protocol'].text or 'TCP'}"
                node.ports += [text] if text not in node.ports else []
        return node

    def _unknown_host(self, fqdn: str) -> Node:
        service = self._mesh.hosts.service_name(fqdn)
        return self._node("missing", *service) if service else self._node("missing", fqdn)

    def _node(self, kind: NodeKind, name: str, namespace: str = "", resource: Resource | None = None, *, topic: str = "") -> Node:
        key = " ".join(filter(None, (kind, topic, f"{namespace}/{name}" if namespace else name)))
        node = self._picture.nodes.get(key)
        if node is None:
            node = self._picture.nodes[key] = Node(key, kind, name, namespace)
            if namespace:
                self.namespace(namespace)
            if resource is not None:
                node.span = span(resource)
        if resource is not None:
            self._picture.own(resource.identity, node)
        return node


def gateway_hosts(gateway: Resource) -> Iterable[str]:
    """Return the hosts that a gateway serves, each once."""
    return dict.fromkeys(host for _, host in _served(gateway))


def _served(gateway: Resource) -> Iterator[tuple[int | None, str]]:
    if gateway.type == KUBERNETES_GATEWAY:
        for listener in gateway.spec["listeners"]:
            yield listener["port"].number, listener["hostname"].text or "*"
    for server in gateway.spec["servers"]:
        for host in server["hosts"]:
            yield server["port"]["number"].number, host.text.rpartition("/")[2]


def _listeners(gateway: Resource) -> Iterator[tuple[str, str, Cursor]]:
    """Yield port, description and place of each server or listener."""
    kubernetes = gateway.type == KUBERNETES_GATEWAY
    for each in gateway.spec["listeners" if kubernetes else "servers"]:
        number = each["port"].number if kubernetes else each["port"]["number"].number
        protocol = each["protocol"].text if kubernetes else each["port"]["protocol"].text
        hosts = [each["hostname"].text or "*"] if kubernetes else [host.text for host in each["hosts"] if host.text]
        shown = ", ".join(f"`{host}`" for host in hosts[:3]) + (f" and {len(hosts) - 3} more" if len(hosts) > 3 else "")
        tls = each["tls"]["mode"].text
        port = f"{number} {protocol}".strip() if number is not None else protocol
        yield port, f"{port} for {shown or 'no host'}" + (f", TLS mode {tls}" if tls else ""), each
