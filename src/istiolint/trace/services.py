"""The service registry: every host with its ports and protocols, and which namespaces see it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, TypeAlias

from istiolint.mesh import Mesh
from istiolint.mesh.ages import age
from istiolint.mesh.hosts import CLUSTER_SET, KnownHost, in_dns
from istiolint.mesh.visibility import Scope, sees
from istiolint.primitives import ports as protocols
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource

Protocol: TypeAlias = Literal["HTTP", "TCP", "TLS", "AUTO", "UDP"]
"""What a proxy makes of a port; `AUTO` is detected from the first bytes of each connection."""

_SERVER_FIRST = frozenset((25, 53, 3306, 27017))
"""Ports of protocols in which the server sends first: Istio does not try to detect a protocol on these."""
_APP_PROTOCOLS = {
    "kubernetes.io/h2c": "HTTP2", "kubernetes.io/ws": "HTTP", "kubernetes.io/wss": "HTTPS", "grpc-web": "GRPC-WEB",
}  # fmt: skip


class Port(NamedTuple):
    """A port of a service."""

    number: int
    protocol: Protocol
    at: Cursor | None = None

    @property
    def is_http(self) -> bool:
        """Whether proxies route requests on it, perhaps after detecting HTTP."""
        return self.protocol in ("HTTP", "AUTO")


@dataclass(eq=False, repr=False)
class Service:
    """A host of the registry. `resource` is None for a host that every mesh has without a manifest."""

    host: str
    namespace: str
    scope: Scope
    resource: Resource | None
    known: KnownHost

    @cached_property
    def ports(self) -> tuple[Port, ...]:
        """Its ports with their protocols."""
        return tuple(ports_of_host(self.known))

    def port(self, number: int) -> Port | None:
        """Return the port with a number."""
        return next((port for port in self.ports if port.number == number), None)

    def lacks(self, number: int) -> bool:
        """Whether no proxy has a cluster for a port: the port does not exist, or only for UDP."""
        shown = bool(self.known.ports) or self.type in ("Service", "ServiceEntry")
        return shown and number not in self.known.ports

    @property
    def type(self) -> str:
        """The kind of the resource, as in istiolint.resources.kinds; empty without a manifest."""
        return (self.resource.type or "") if self.resource is not None else ""

    @property
    def external(self) -> bool:
        """Whether it is outside the mesh: a ServiceEntry unless it has MESH_INTERNAL, or an alias of a DNS name."""
        if self.resource is None:
            return False
        if self.type == "ServiceEntry":
            return self.resource.spec["location"].text != "MESH_INTERNAL"
        return self.resource.spec["type"].text == "ExternalName"

    @property
    def has_address(self) -> bool:
        """Whether proxies listen for it on a separate address."""
        if self.resource is None:
            return False
        if self.type == "ServiceEntry":
            return bool(self.resource.spec["addresses"])
        return not self.headless

    @property
    def headless(self) -> bool:
        """Whether it is a Kubernetes Service without a cluster IP."""
        return self.resource is not None and self.resource.spec["clusterIP"].text == "None"

    @property
    def title(self) -> str:
        """Its name in steps."""
        return self.resource.title if self.resource is not None else f"service {self.host}"


class Registry:
    """The services of a mesh."""

    def __init__(self, mesh: Mesh):
        self._mesh = mesh
        self._named: dict[str, Sequence[Service]] = {}

    def named(self, host: str) -> Sequence[Service]:
        """Return the services with this full name, in the order of istiod."""
        found = self._named.get(host)
        if found is None:
            exact = (known for known in self._mesh.hosts.exact(host) if _is_registered(known))
            services = [Service(known.name, known.namespace, known.scope, known.resource, known) for known in exact]
            found = self._named[host] = sorted(services, key=_order)
        return found

    def find(self, host: str, namespace: str) -> Service | None:
        """Return the service that proxies of a namespace see for a host: their own first, then the oldest; None without any."""
        best: Service | None = None
        for service in self.named(host):
            if sees(namespace, service.scope) and (
                best is None or (service.namespace == namespace != best.namespace and best.type != "Service")
            ):
                best = service
        return best

    @cached_property
    def all(self) -> Sequence[Service]:
        """All services, in the order of istiod."""
        hosts = dict.fromkeys(known.name for known in self._mesh.hosts.overlapping("*"))
        return sorted((service for host in hosts for service in self.named(host)), key=_order)

    def visible(self, namespace: str) -> Sequence[Service]:
        """Return the services that are visible in a namespace."""
        found = self._visible.get(namespace)
        if found is None:
            best: dict[str, Service] = {}
            for service in self.all:
                if service.host not in best and (seen := self.find(service.host, namespace)) is not None:
                    best[service.host] = seen
            found = self._visible[namespace] = tuple(best.values())
        return found

    @cached_property
    def _visible(self) -> dict[str, tuple[Service, ...]]:
        return {}

    def address(self, host: str, namespace: str) -> Service | None:
        """Return the Kubernetes Service that a name resolves to in a namespace: DNS ignores `exportTo`."""
        domain = self._mesh.hosts.cluster_domain
        name = in_dns(host, namespace, domain)
        found = self.named(f"{name.name}.{name.namespace}.svc.{domain}") if name is not None else ()
        return next((service for service in found if service.type not in ("ServiceEntry", "")), None)

    def at_address(self, address: str) -> Service | None:
        """Return the Kubernetes Service with a `clusterIP`."""
        return self._by_address.get(address)

    @cached_property
    def _by_address(self) -> dict[str, Service]:
        return {
            service.resource.spec["clusterIP"].text: service
            for service in self.all
            if service.resource is not None and service.resource.spec["clusterIP"].text not in ("", "None")
        }


def _is_registered(known: KnownHost) -> bool:
    """Whether proxies have a service for a host: for names of the cluster set only if it is imported."""
    imported = known.resource is not None and known.resource.type in ("ServiceImport", "ServiceExport")
    return imported or not known.name.endswith(f".{CLUSTER_SET}")


def _order(service: Service) -> tuple[bool, tuple[str, str, int, str]]:
    """Return the sort key of a service: Kubernetes Services first, then the others by creation."""
    return service.type != "Service", age(service.resource) if service.resource is not None else ("", "", 0, "")


def ports_of_host(known: KnownHost) -> Iterator[Port]:
    """Yield the ports of a host with their protocols."""
    resource = known.resource
    if resource is None or resource.type not in ("Service", "ServiceEntry"):
        yield from (Port(number, "AUTO") for number in known.ports)
        return
    field = "number" if resource.type == "ServiceEntry" else "port"
    for port in resource.spec["ports"]:
        number = port[field].number
        if number is not None:
            written = port["protocol"].text
            protocol = entry_protocol(written) if resource.type == "ServiceEntry" else service_protocol(port, number)
            yield Port(number, protocol, port)


def service_protocol(port: Cursor, number: int) -> Protocol:
    """Return the protocol of a port of a Kubernetes Service: `appProtocol`, otherwise the name before its first dash."""
    if port["protocol"].text == "UDP":
        return "UDP"
    written = port["appProtocol"].text or port["name"].text
    if not written and number in _SERVER_FIRST:
        return "TCP"
    name = _APP_PROTOCOLS.get(written.lower(), written).upper()
    if name.startswith("GRPC-WEB"):
        return "HTTP"
    known = entry_protocol(name if port["appProtocol"].text else name.partition("-")[0])
    return "TCP" if known == "AUTO" and number in _SERVER_FIRST else known


def entry_protocol(written: str) -> Protocol:
    """Return how proxies handle a protocol of a ServiceEntry."""
    name = written.upper()
    if name in protocols.HTTP:
        return "HTTP"
    if name in protocols.TLS:
        return "TLS"
    if name == "UDP":
        return "UDP"
    return "TCP" if name in protocols.PROTOCOLS else "AUTO"
