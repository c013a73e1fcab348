"""Hosts: what a name means in a namespace, and which Service, ServiceEntry or gateway it resolves to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from istiolint.mesh.gateway_deployments import deployment_name
from istiolint.mesh.host_index import HostIndex
from istiolint.mesh.visibility import EVERYWHERE, Scope, scope_of, sees
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KNATIVE_SERVICE, KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource, once
from istiolint.targets.coverage import Coverage

CLUSTER_SET = "clusterset.local"
"""The domain of services that several clusters share (the Multi-Cluster Services API)."""
OTHER_KINDS = ("Canary", "ServiceEntry", "ServiceImport", "ServiceExport", KNATIVE_SERVICE, KUBERNETES_GATEWAY)
"""Kinds that bring hosts into the registry, be it unseen, beside Services."""


class ServiceName(NamedTuple):
    """A Kubernetes Service by name and namespace."""

    name: str
    namespace: str


def in_dns(host: str, namespace: str, cluster_domain: str) -> ServiceName | None:
    """Return the Kubernetes Service whose address a name resolves to in a pod of a namespace; None for names outside the cluster.

    DNS completes names in a different way than Istio: `cart.shop` is a Service there, and another host in a route.
    """
    name, _, rest = host.rstrip(".").partition(".")
    if rest:
        namespace, _, domain = rest.partition(".")
        if domain not in ("", "svc", f"svc.{cluster_domain}"):
            return None
    return ServiceName(name, namespace)


@dataclass(slots=True, eq=False, repr=False)
class KnownHost:
    """A host in the registry. `resource` is None for what every mesh has without a manifest (the API server, say)."""

    name: str
    namespace: str
    scope: Scope
    resource: Resource | None = None
    assumed_ports: tuple[int, ...] = ()

    @property
    def ports(self) -> tuple[int, ...]:
        """The numbers of its ports, without UDP; empty where the input does not show them."""
        return self.assumed_ports if self.resource is None else _port_numbers(self.resource)

    @property
    def place(self) -> tuple[Cursor, str] | None:
        """Where it is declared, as a related place of a finding."""
        if self.resource is None:
            return None
        for host in self.resource.spec["hosts"]:
            if host.text == self.name:
                return host, f"{self.resource.title} declares it"
        return self.resource.metadata["name"], f"{self.resource.title} is here"


@once
def _port_numbers(resource: Resource) -> Iterator[int]:
    """The numbers of the ports of a resource that brings a host, without UDP."""
    field = "number" if resource.type == "ServiceEntry" else "port"
    for port in resource.spec["listeners" if resource.type == KUBERNETES_GATEWAY else "ports"]:
        if port["protocol"].text != "UDP" and (number := port[field].number) is not None:
            yield number


class Hosts:
    """The registry: every host that the input brings into the mesh, by its full name.

    The hosts of Services are made when they are asked for: of thousands of Services, few runs need more than some.
    """

    def __init__(
        self,
        services: Iterable[Resource] = (),
        others: Iterable[Resource] = (),
        *,
        cluster_domain: str = "cluster.local",
        root_namespace: str = "istio-system",
        coverage: Coverage | None = None,
        default: Sequence[str] = ("*",),
    ):
        self.cluster_domain = cluster_domain
        self._domains = f".svc.{cluster_domain}", f".svc.{CLUSTER_SET}"
        self._with_ports: dict[str, Sequence[KnownHost]] = {}
        self._ports: dict[str, list[int]] = {}
        self._coverage = coverage or Coverage()
        self._root_namespace = root_namespace
        self._default = default
        self._waiting: dict[str, list[Resource]] = defaultdict(list)
        """Services whose hosts are not in the index yet, by name and namespace with a dot between them."""
        self._services = [service for service in services if service.name]
        for service in self._services:
            self._waiting[f"{service.name}.{service.namespace}"].append(service)
        self._others = [host for resource in others for host in self._hosts_of(resource)]
        self._index = HostIndex((host.name, host) for host in (*self._others, *self._assumed()))
        self._made: dict[int, Sequence[KnownHost]] = {}
        for name in [name for name in self._waiting if name.startswith("*")]:
            self._enter(name)

    def fqdn(self, host: str, namespace: str) -> str:
        """The full name of a host written in a resource of a namespace: only names without a dot are expanded (and no IP
        addresses).

        As Istio does for VirtualServices and DestinationRules; ServiceEntries, Sidecars and Gateways take names as they are.
        """
        if not host or host == "*" or "." in host or ":" in host:
            return host
        return f"{host}.{namespace}.svc.{self.cluster_domain}"

    def service_name(self, fqdn: str) -> ServiceName | None:
        """The Kubernetes Service that a full name means; None for hosts outside the cluster's domains."""
        for domain in self._domains:
            if fqdn.endswith(domain):
                name, _, rest = fqdn.removesuffix(domain).partition(".")
                if name and rest and "." not in rest and "*" not in fqdn:
                    return ServiceName(name, rest)
        return None

    def covering(self, fqdn: str) -> Iterator[KnownHost]:
        """Return what a full name resolves to: services of that name first, then wildcards that cover it."""
        return self._index_for(fqdn).covering(fqdn)

    def exact(self, fqdn: str) -> Sequence[KnownHost]:
        """What has just this full name, wildcards left out."""
        return self._index_for(fqdn).exact(fqdn)

    def overlapping(self, fqdn: str) -> Iterator[KnownHost]:
        """Return what a host that may be a wildcard resolves to: also the services that it covers."""
        if fqdn.startswith("*"):
            self._enter_all()
        return self._index_for(fqdn).overlapping(fqdn)

    def visible_to(self, fqdn: str, namespace: str) -> KnownHost | None:
        """The first of `covering` that is shown to a namespace."""
        return next((host for host in self.covering(fqdn) if sees(namespace, host.scope)), None)

    def namespaces_of(self, fqdn: str) -> tuple[str, ...]:
        """The namespaces of the services with just this full name; that in the name if the input has none of them."""
        found = dict.fromkeys(host.namespace for host in self.exact(fqdn))
        service = self.service_name(fqdn)
        return tuple(found) or ((service.namespace,) if service else ())

    def services_named(self, name: str) -> Sequence[KnownHost]:
        """The Kubernetes services of the input with a short name, in whatever namespace."""
        return self._by_short_name.get(name, ())

    def services_in(self, namespace: str) -> Sequence[str]:
        """The short names of the Kubernetes services of a namespace."""
        return self._by_namespace.get(namespace, ())

    def with_ports(self, fqdn: str) -> Sequence[KnownHost]:
        """What has just this full name; nothing if the ports of any of it are unknown, as they are behind a DNS name."""
        found = self._with_ports.get(fqdn)
        if found is None:
            found = self.exact(fqdn)
            aliases = any(host.resource and host.resource.spec["type"].text == "ExternalName" for host in found)
            if aliases or not all(host.ports for host in found):
                found = ()
            self._with_ports[fqdn] = found
        return found

    def ports_at(self, fqdn: str) -> list[int]:
        """The ports of what has just this full name; none if the ports of any of it are unknown."""
        found = self._ports.get(fqdn)
        if found is None:
            found = self._ports[fqdn] = sorted({port for host in self.with_ports(fqdn) for port in host.ports})
        return found

    def ports_of(self, name: str, namespace: str) -> list[int]:
        """The ports of a Kubernetes Service; none if it is not in the input, or if a manifest of it does not list them."""
        return self.ports_at(f"{name}.{namespace}.svc.{self.cluster_domain}")

    def lacks(self, host: str, referrer: Resource) -> bool:
        """Whether a host that is not in the registry is known to be missing."""
        service = self.service_name(self.fqdn(host, referrer.namespace))
        if service is None:
            return self._coverage.whole
        return self._coverage.lacks("Service", service.namespace, service.name, referrer)

    def renamed(self, host: str, namespace: str) -> Resource | None:
        """The Service to which Kustomize gave another name than the one that a host of this namespace is written with."""
        service = self.service_name(self.fqdn(host, namespace))
        return self._former.get(service) if service else None

    def _index_for(self, fqdn: str) -> HostIndex[KnownHost]:
        """The index, with the Services that have a full name."""
        for domain in self._domains if self._waiting else ():
            if fqdn.endswith(domain) and fqdn.removesuffix(domain) in self._waiting:
                self._enter(fqdn.removesuffix(domain))
        return self._index

    def _enter(self, name: str) -> None:
        """Put the hosts of Services with a name and namespace into the index, before those of other kinds."""
        services = self._waiting.pop(name)
        hosts = [self._hosts_of(service) for service in services]
        self._made.update(zip(map(id, services), hosts, strict=True))
        for domain, of_domain in zip(self._domains, zip(*hosts, strict=True), strict=True):
            self._index.prepend(f"{name}{domain}", of_domain)

    def _enter_all(self) -> None:
        for name in list(self._waiting):
            self._enter(name)

    @cached_property
    def _known(self) -> list[KnownHost]:
        """All hosts, without those that no manifest declares."""
        self._enter_all()
        return [*(host for service in self._services for host in self._made[id(service)]), *self._others]

    @cached_property
    def _by_short_name(self) -> dict[str, list[KnownHost]]:
        found: dict[str, list[KnownHost]] = defaultdict(list)
        for host in self._known:
            if host.name.endswith(f".svc.{self.cluster_domain}") and (service := self.service_name(host.name)):
                found[service.name].append(host)
        return found

    @cached_property
    def _by_namespace(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        local, _ = self._domains
        services = ((f"{service.name}.{service.namespace}{local}", service.namespace) for service in self._services)
        others = ((host.name, host.namespace) for host in self._others if host.name.endswith(local))
        for fqdn, namespace in chain(services, others):
            if named := self.service_name(fqdn):
                found[namespace].append(named.name)
        return found

    @cached_property
    def _former(self) -> dict[ServiceName, Resource]:
        """Services by the names that they had before Kustomize renamed them."""
        services = (
            *self._services,
            *(host.resource for host in self._others if host.resource and host.resource.type == "Service"),
        )
        return {ServiceName(name, service.namespace): service for service in services for name in service.former_names}

    def _hosts_of(self, resource: Resource) -> Sequence[KnownHost]:
        type_, name, namespace = resource.type, resource.name, resource.namespace
        local, shared = self._domains
        match type_:
            case "Service" if name:
                scope = scope_of(resource, self._default)
                return (
                    KnownHost(f"{name}.{namespace}{local}", namespace, scope, resource),
                    KnownHost(f"{name}.{namespace}{shared}", namespace, scope, resource),
                )
            case "ServiceEntry":
                scope = scope_of(resource, self._default)
                return [KnownHost(host, namespace, scope, resource) for host in resource.hosts if host]
            case "ServiceImport" | "ServiceExport":
                names = [f"{name}.{namespace}{shared}"] if name else []
            case "Canary":
                names = [f"{each}.{namespace}{local}" for each in canary_services(resource)]
            case _ if type_ == KUBERNETES_GATEWAY:
                deployed = deployment_name(resource)
                names = [f"{deployed}.{namespace}{local}"] if deployed else []
            case _:
                names = [f"{name}.{namespace}{domain}" for domain in self._domains] if name else []
        return [KnownHost(host, namespace, EVERYWHERE, resource) for host in names]

    def _assumed(self) -> Iterator[KnownHost]:
        """Services that no manifest declares: the API server, and for a whole mesh those of Istio as it installs them."""
        services: dict[ServiceName, tuple[int, ...]] = {ServiceName("kubernetes", "default"): (443,)}
        if self._coverage.whole:
            services[ServiceName("istiod", self._root_namespace)] = (443, 15010, 15012, 15014)
            services[ServiceName("istio-ingressgateway", self._root_namespace)] = (80, 443, 15443, 31400)
        for service, ports in services.items():
            name = f"{service.name}.{service.namespace}.svc.{self.cluster_domain}"
            yield KnownHost(name, service.namespace, EVERYWHERE, None, ports)


def canary_services(canary: Resource) -> tuple[str, ...]:
    """The names of the Services that Flagger makes for a Canary, that of all traffic first."""
    name = canary.spec["service"]["name"].text or canary.spec["targetRef"]["name"].text
    return (name, f"{name}-canary", f"{name}-primary") if name else ()
