"""Hosts: what a name means in a namespace, and which Service, ServiceEntry or gateway stands behind it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from istiolint.mesh.gateway_deployments import deployment_name
from istiolint.mesh.host_index import HostIndex
from istiolint.mesh.visibility import EVERYWHERE, Scope, scope_of, sees
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import DEPLOYERS, KNATIVE_SERVICE, KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource

CLUSTER_SET = "clusterset.local"
"""The domain of services that several clusters share (the Multi-Cluster Services API)."""
HOST_KINDS = ("Service", "ServiceEntry", "ServiceImport", "ServiceExport", KNATIVE_SERVICE, KUBERNETES_GATEWAY, *DEPLOYERS)
"""Kinds that bring hosts into the registry, be it unseen."""


class ServiceName(NamedTuple):
    """A Kubernetes Service by name and namespace."""

    name: str
    namespace: str


@dataclass(frozen=True, slots=True, eq=False)
class KnownHost:
    """A host in the registry. `resource` is None for what every mesh has without a manifest (the API server, say)."""

    name: str
    namespace: str
    scope: Scope
    resource: Resource | None = None
    assumed_ports: tuple[int, ...] = ()

    @property
    def ports(self) -> tuple[int, ...]:
        """The numbers of its ports, those of UDP left out; empty where the input does not tell."""
        if self.resource is None:
            return self.assumed_ports
        field = "number" if self.resource.type == "ServiceEntry" else "port"
        listed = self.resource.spec["listeners" if self.resource.type == KUBERNETES_GATEWAY else "ports"]
        return tuple(
            number for port in listed if port["protocol"].text != "UDP" and (number := port[field].number) is not None
        )  # fmt: skip

    @property
    def place(self) -> tuple[Cursor, str] | None:
        """Where it is declared, as a related place of a finding."""
        if self.resource is None:
            return None
        for host in self.resource.spec["hosts"]:
            if host.text == self.name:
                return host, f"{self.resource.title} declares it"
        return self.resource.metadata["name"], f"{self.resource.title} is here"


class Hosts:
    """The registry: every host that the input brings into the mesh, by its full name."""

    def __init__(
        self,
        resources: Iterable[Resource],
        *,
        cluster_domain: str = "cluster.local",
        root_namespace: str = "istio-system",
        whole_mesh: bool = False,
        default: Sequence[str] = ("*",),
    ):
        self.cluster_domain, self.whole_mesh = cluster_domain, whole_mesh
        self._root_namespace = root_namespace
        self._default = default
        self._known: list[KnownHost] = []
        self._deployed: set[str] = set()
        for resource in resources:
            if resource.type in DEPLOYERS:
                self._deployed.add(_target(resource))
            else:
                self._known.extend(self._hosts_of(resource))
        self._index = HostIndex((host.name, host) for host in (*self._known, *self._assumed()))

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
        for domain in (self.cluster_domain, CLUSTER_SET):
            name, _, rest = fqdn.removesuffix(f".svc.{domain}").partition(".")
            if fqdn.endswith(f".svc.{domain}") and name and rest and "." not in rest and "*" not in fqdn:
                return ServiceName(name, rest)
        return None

    def behind(self, fqdn: str) -> Iterator[KnownHost]:
        """What stands behind a full name: services of that name first, then wildcards that cover it."""
        return self._index.covering(fqdn)

    def named(self, fqdn: str) -> Sequence[KnownHost]:
        """What has just this full name, wildcards left out."""
        return self._index.exact(fqdn)

    def under(self, fqdn: str) -> Iterator[KnownHost]:
        """What a host stands for if it may be a wildcard: also the services that it covers."""
        return self._index.overlapping(fqdn)

    def seen(self, fqdn: str, namespace: str) -> KnownHost | None:
        """The first of `behind` that is shown to a namespace."""
        return next((host for host in self.behind(fqdn) if sees(namespace, host.scope)), None)

    def namespaces_of(self, fqdn: str) -> tuple[str, ...]:
        """The namespaces of the services with just this full name; that in the name if the input has none of them."""
        found = dict.fromkeys(host.namespace for host in self._index.exact(fqdn))
        service = self.service_name(fqdn)
        return tuple(found) or ((service.namespace,) if service else ())

    def services_named(self, name: str) -> Sequence[KnownHost]:
        """The Kubernetes services of the input with a short name, in whatever namespace."""
        return self._by_short_name.get(name, ())

    def services_in(self, namespace: str) -> Sequence[str]:
        """The short names of the Kubernetes services of a namespace."""
        return self._by_namespace.get(namespace, ())

    def ports_of(self, name: str, namespace: str) -> list[int]:
        """The ports of a Kubernetes Service; none where it is not in the input, or some manifest of it does not tell them."""
        known = self.named(f"{name}.{namespace}.svc.{self.cluster_domain}")
        aliases = any(host.resource and host.resource.spec["type"].text == "ExternalName" for host in known)
        if aliases or not all(host.ports for host in known):
            return []
        return sorted({port for host in known for port in host.ports})

    def knows_services(self, namespace: str) -> bool:
        """Whether the input would show a service of this namespace: it has others there, or the input is the whole mesh.

        Where charts are installed, services come from them.
        """
        return self.whole_mesh or (namespace in self._placed and not self.is_deployed_to(namespace))

    def is_deployed_to(self, namespace: str) -> bool:
        """Whether charts or applications of the input bring resources into a namespace, unseen."""
        return namespace in self._deployed or "" in self._deployed

    def knows(self, host: str, referrer: Resource) -> bool:
        """Whether a host that is not in the registry is really missing, as far as the input can show.

        Where no namespace is written, the command that applies the manifests decides: such a service may turn up in any
        namespace, and such a referrer looks for it wherever it lands, which is where the services of its folder land as well.
        """
        if self.whole_mesh:
            return True
        service = self.service_name(self.fqdn(host, referrer.namespace))
        if service is None:
            return False
        named = [known.resource for known in self.services_named(service.name) if known.resource]
        if "." not in host and not referrer.placed:
            return not named and not self._deployed and _folder(referrer) in self._folders
        return self.knows_services(service.namespace) and all(other.placed for other in named)

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
        for name, hosts in self._by_short_name.items():
            for host in hosts:
                found[host.namespace].append(name)
        return found

    @cached_property
    def _services(self) -> list[Resource]:
        return [host.resource for host in self._known if host.resource and host.resource.type == "Service"]

    @cached_property
    def _placed(self) -> set[str]:
        """The namespaces that Services name."""
        return {service.namespace for service in self._services if service.placed}

    @cached_property
    def _folders(self) -> set[str]:
        """The folders with Services that name no namespace."""
        return {_folder(service) for service in self._services if not service.placed}

    def _hosts_of(self, resource: Resource) -> Iterator[KnownHost]:
        namespace = resource.namespace
        if resource.type == "ServiceEntry":
            scope = scope_of(resource, self._default)
            for host in resource.spec["hosts"]:
                if host.text:
                    yield KnownHost(host.text, namespace, scope, resource)
            return
        scope = scope_of(resource, self._default) if resource.type == "Service" else EVERYWHERE
        name = deployment_name(resource) if resource.type == KUBERNETES_GATEWAY else resource.name
        if name and resource.type not in ("ServiceImport", "ServiceExport"):
            yield KnownHost(f"{name}.{namespace}.svc.{self.cluster_domain}", namespace, scope, resource)
        if name and resource.type != KUBERNETES_GATEWAY:
            yield KnownHost(f"{name}.{namespace}.svc.{CLUSTER_SET}", namespace, scope, resource)

    def _assumed(self) -> Iterator[KnownHost]:
        """Services that no manifest declares: the API server, and for a whole mesh those of Istio as it installs them."""
        services: dict[ServiceName, tuple[int, ...]] = {ServiceName("kubernetes", "default"): (443,)}
        if self.whole_mesh:
            services[ServiceName("istiod", self._root_namespace)] = (443, 15010, 15012, 15014)
            services[ServiceName("istio-ingressgateway", self._root_namespace)] = (80, 443, 15443, 31400)
        for service, ports in services.items():
            name = f"{service.name}.{service.namespace}.svc.{self.cluster_domain}"
            yield KnownHost(name, service.namespace, EVERYWHERE, None, ports)


def _folder(resource: Resource) -> str:
    return resource.document.source.path.rpartition("/")[0]


def _target(deployer: Resource) -> str:
    """The namespace into which a chart or application is installed; "" where it does not tell."""
    target = deployer.spec["targetNamespace"].text or deployer.spec["destination"]["namespace"].text
    return target or ("" if deployer.type in ("Application", "ApplicationSet") else deployer.metadata["namespace"].text)
