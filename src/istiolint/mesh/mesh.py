"""The Mesh: all resources of the input, linted and context, and the indexes that answer questions about them.

Each index is imported when it is first used: most runs need few of them, and most of a small run is imports.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache, cached_property
from itertools import chain, pairwise
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

from istiolint.documents import Document
from istiolint.mesh.indexes import index, outdated
from istiolint.resources.kinds import KUBERNETES_GATEWAY, SECRET_SOURCES, WORKLOADS
from istiolint.resources.resource import HELM_VALUES, Resource, occurring_in
from istiolint.settings import Settings
from istiolint.targets.coverage import Coverage

if TYPE_CHECKING:
    from istiolint.mesh.allowing import Allowing
    from istiolint.mesh.alternatives import Alternatives
    from istiolint.mesh.authorization import Authorization
    from istiolint.mesh.calls import Calls
    from istiolint.mesh.challenges import Challenges
    from istiolint.mesh.client_rules import ClientRules
    from istiolint.mesh.cors_preflights import CorsPreflights
    from istiolint.mesh.destination_rules import DestinationRules
    from istiolint.mesh.entrances import Entrances
    from istiolint.mesh.environments import Environments
    from istiolint.mesh.envoyfilters import EnvoyFilters
    from istiolint.mesh.flags import Flags
    from istiolint.mesh.gateway_api import GatewayRoutes, Grants, ServiceRoutes
    from istiolint.mesh.gateway_classes import GatewayClasses
    from istiolint.mesh.gateway_paths import GatewayPaths
    from istiolint.mesh.gateway_servers import GatewayServers
    from istiolint.mesh.gateway_workloads import GatewayWorkloads
    from istiolint.mesh.gateways import Gateways
    from istiolint.mesh.hosts import Hosts
    from istiolint.mesh.injection import Injection
    from istiolint.mesh.injectors import Injectors
    from istiolint.mesh.meshconfig import MeshConfig
    from istiolint.mesh.mtls import Mtls
    from istiolint.mesh.networks import Networks
    from istiolint.mesh.other_clusters import OtherClusters
    from istiolint.mesh.overlapping_policies import OverlappingPolicies
    from istiolint.mesh.policy_index import PolicyIndex
    from istiolint.mesh.policy_targets import PolicyTargets
    from istiolint.mesh.proxy_images import ProxyImages
    from istiolint.mesh.retry_chains import RetryChains
    from istiolint.mesh.route_matches import RouteMatches
    from istiolint.mesh.secrets import Secrets
    from istiolint.mesh.selected_workloads import Reach, SelectedWorkloads
    from istiolint.mesh.selection import Selection
    from istiolint.mesh.service_entries import ServiceEntries
    from istiolint.mesh.sidecar_scopes import SidecarScopes
    from istiolint.mesh.virtual_services import VirtualServices
    from istiolint.mesh.waypoints import Waypoints
    from istiolint.mesh.workloads import Workloads

MOST_REMOVED = 500
"""Resources that updates replace before all indexes are built again."""


class Mesh:
    """All resources, by type, namespace and name.

    Each kind of query has its own index, built on first use: `mesh.hosts` (which service a host resolves to), ...
    """

    def __init__(
        self,
        resources: Iterable[Resource],
        settings: Settings,
        mesh_config: Document | None = None,
        foreign: Sequence[Resource] = (),
        coverage: Coverage | None = None,
    ):
        """The mesh of one cluster; `foreign` is what other clusters of the same mesh hold."""
        self.settings = settings
        self.coverage = coverage or Coverage(whole=settings.whole_mesh)
        """What of the cluster the resources show."""
        self._foreign = foreign
        self._mesh_config = mesh_config
        self._by_type: dict[str, list[Resource]] = defaultdict(list)
        self._by_namespace: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        self._by_name: dict[tuple[str, str], dict[str, Resource]] = {}
        self.needs: dict[str, set[str]] = {}
        """What each index was built from: types of resources, and other indexes."""
        self.derived: dict[object, Any] = {}
        """What others make of the entire mesh, and keep until a resource changes."""
        self._removed: list[Resource] = []
        for resource in resources:
            if type_ := resource.type:
                self._by_namespace[type_, resource.namespace].append(resource)
        # In an order of their own: what rules say must not depend on the order of files.
        for (type_, _), found in sorted(self._by_namespace.items(), key=itemgetter(0)):
            found.sort(key=attrgetter("name"))
            names = [resource.name for resource in found]
            if len(set(names)) < len(names):
                found.sort(key=_order)
            self._by_type[type_] += found

    def update(self, removed: Sequence[Resource], added: Sequence[Resource], changed: Collection[str] = ()) -> None:
        """Replace resources, and forget the indexes that were built from resources of their types.

        `changed` names what else changed: `coverage`, for example.
        """
        gone = {id(resource) for resource in removed}
        added = [resource for resource in added if resource.type]
        touched = {(resource.type or "", resource.namespace) for resource in (*removed, *added) if resource.type}
        types = {type_ for type_, _ in touched}
        for type_ in types:
            kept = [resource for resource in self._by_type[type_] if id(resource) not in gone]
            for resource in added:
                if resource.type == type_:
                    insort(kept, resource, key=_order)
            self._by_type[type_] = kept
        for type_, namespace in touched:
            kept = [resource for resource in self._by_namespace[type_, namespace] if id(resource) not in gone]
            for resource in added:
                if (resource.type, resource.namespace) == (type_, namespace):
                    insort(kept, resource, key=_order)
            self._by_namespace[type_, namespace] = kept
            self._by_name.pop((type_, namespace), None)
        self.__dict__.pop("_by_short_name", None)
        self.__dict__.pop("occurring", None)
        moved = set(map(_definition, removed)) ^ set(map(_definition, added))
        alternatives = {"_alternatives"} if any(map(self._is_repeated, moved)) else set()
        self._forget({*types, *changed, *alternatives})
        self._removed += removed  # answers are kept by the ids of resources, which must not be used again before these are gone
        if len(self._removed) > MOST_REMOVED:
            self._forget({*self._by_type, *self.needs})
            self._removed.clear()

    def _is_repeated(self, definition: tuple[str, str, str, str]) -> bool:
        """Whether another file defines the same resource."""
        type_, namespace, name, path = definition
        named = (one for one in self._by_namespace[type_, namespace] if one.name == name)
        return any(one.document.source.path != path for one in named)

    def _forget(self, changed: Collection[str]) -> None:
        self.derived.clear()
        for name in outdated(self.needs, changed):
            self.__dict__.pop(name, None)
            del self.needs[name]
        if "_reach" in self.__dict__:
            self._reach.forget_answers()

    def all(self, *types: str) -> Sequence[Resource]:
        """The resources of some types, each type by namespace and name."""
        if len(types) == 1:
            return self._by_type.get(types[0], [])
        return [resource for type_ in types for resource in self._by_type.get(type_, [])]

    def in_namespace(self, type_: str, namespace: str) -> Sequence[Resource]:
        """The resources of a type in one namespace, by name."""
        return self._by_namespace.get((type_, namespace), [])

    def get(self, type_: str, namespace: str, name: str) -> Resource | None:
        """The resource of a type with this namespace ("" for cluster-wide kinds) and name."""
        named = self._by_name.get((type_, namespace))
        if named is None:
            found = self._by_namespace.get((type_, namespace), ())
            named = self._by_name[type_, namespace] = {resource.name: resource for resource in reversed(found)}
        return named.get(name)

    def named(self, type_: str, name: str) -> Sequence[Resource]:
        """The resources of a type with a name, in whatever namespace."""
        return self._by_short_name.get((type_, name), ())

    @cached_property
    def _by_short_name(self) -> dict[tuple[str, str], list[Resource]]:
        found: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        for type_, resources in self._by_type.items():
            for resource in resources:
                found[type_, resource.name].append(resource)
        return found

    @cached_property
    def occurring(self) -> frozenset[str]:
        """The types of all resources, also of other clusters, and the keys in them and in the MeshConfig."""
        found = occurring_in(chain(self._foreign, *self._by_type.values()))
        return found | self._mesh_config.keys if self._mesh_config else found

    def exclusive(self, one: Resource, other: Resource) -> bool:
        """Whether two resources are alternatives that no cluster holds together, so that they cannot contradict each other."""
        return self._alternatives.exclusive(one, other)

    @index
    def _alternatives(self) -> "Alternatives":
        from istiolint.mesh.alternatives import Alternatives

        repeated = chain.from_iterable(map(_namesakes, self._by_namespace.values()))
        return Alternatives(repeated, self.settings.whole_mesh)

    @index
    def envoy_filters(self) -> "EnvoyFilters":
        """Which Envoy filters are patched for some proxy versions only."""
        from istiolint.mesh.envoyfilters import EnvoyFilters

        return EnvoyFilters(self.all("EnvoyFilter"))

    @index
    def service_entries(self) -> "ServiceEntries":
        """Which ServiceEntries declare the same host and port."""
        from istiolint.mesh.service_entries import ServiceEntries

        return ServiceEntries(self.all("ServiceEntry"))

    @index
    def config(self) -> "MeshConfig":
        """The MeshConfig."""
        from istiolint.mesh.meshconfig import MeshConfig

        installs = self.all("IstioOperator", "Istio", "IstioRevision", HELM_VALUES)
        return MeshConfig(self.all("ConfigMap"), installs, self._mesh_config, trust_domain=self.settings.trust_domain)

    @index
    def root_namespace(self) -> str:
        """The namespace whose policies apply to the entire mesh: as set for the run, otherwise as in the MeshConfig."""
        chosen = self.settings.root_namespace
        return chosen if chosen != Settings().root_namespace else self.config.text("rootNamespace") or chosen

    @index
    def namespaces(self) -> dict[str, list[Resource]]:
        """The Namespaces of the input by name; one name may be there more than once, with other labels."""
        found: dict[str, list[Resource]] = defaultdict(list)
        for namespace in self.all("Namespace"):
            found[namespace.name].append(namespace)
        return dict(found)

    @index
    def workloads(self) -> "Workloads":
        """Which workloads there are, what labels and Services select."""
        from istiolint.mesh.workload import VM_KINDS
        from istiolint.mesh.workloads import Workloads

        return Workloads(self.all(*WORKLOADS, *VM_KINDS), self.all("Service"))

    @index
    def sidecar_scopes(self) -> "SidecarScopes":
        """Which Sidecar says what a workload's proxy knows."""
        from istiolint.mesh.sidecar_scopes import SidecarScopes

        return SidecarScopes(self.all("Sidecar"), self.workloads, self.root_namespace)

    @index
    def calls(self) -> "Calls":
        """Which Services the workloads are configured to call."""
        from istiolint.mesh.calls import Calls

        return Calls(self.workloads, self.get, self.settings.cluster_domain)

    @index
    def injection(self) -> "Injection":
        """Which workloads are in the mesh."""
        from istiolint.mesh.injection import Injection

        return Injection(self.namespaces, self.all("ConfigMap"), self.all("IstioOperator", "Istio"))

    @index
    def proxy_images(self) -> "ProxyImages":
        """Which image the injector gives to a workload's proxy."""
        from istiolint.mesh.proxy_images import ProxyImages

        return ProxyImages(self.injection, self.config, self.all("ProxyConfig"), self.root_namespace)

    @index
    def mtls(self) -> "Mtls":
        """Which mTLS mode applies to a workload's port."""
        from istiolint.mesh.mtls import Mtls

        return Mtls(self.all("PeerAuthentication"), self.workloads, self.root_namespace)

    @index
    def authorization(self) -> "Authorization":
        """Which rules decide over requests, and which of them others decide already."""
        from istiolint.mesh.authorization import Authorization

        return Authorization(self.all("AuthorizationPolicy"), self.root_namespace)

    @index
    def flags(self) -> "Flags":
        """Which flags of istiod are on."""
        from istiolint.mesh.flags import FLAG_KINDS, Flags

        return Flags(self.all(*FLAG_KINDS))

    @index
    def environments(self) -> "Environments":
        """Which environment a resource belongs to."""
        from istiolint.mesh.environments import Environments

        return Environments(self.namespaces, self.settings.environments)

    @index
    def gateway_workloads(self) -> "GatewayWorkloads":
        """What runs a Gateway."""
        from istiolint.mesh.gateway_workloads import GatewayWorkloads

        scoped = self.flags.on("PILOT_SCOPE_GATEWAY_TO_NAMESPACE")
        return GatewayWorkloads(self.workloads, self.root_namespace, self.settings.whole_mesh, scoped=scoped)

    @index
    def allowing(self) -> "Allowing":
        """Which ALLOW policies decide together over the requests to a workload."""
        from istiolint.mesh.allowing import Allowing

        return Allowing(self.policies("AuthorizationPolicy"), self.workloads, self.root_namespace)

    @index
    def challenges(self) -> "Challenges":
        """For which hosts cert-manager answers HTTP-01 challenges."""
        from istiolint.mesh.challenges import Challenges

        return Challenges(self.all("Certificate"), self.get)

    @index
    def entrances(self) -> "Entrances":
        """Which gateways send traffic to a host, and as whom."""
        from istiolint.mesh.entrances import Entrances

        return Entrances(self)

    @index
    def secrets(self) -> "Secrets":
        """Which Secrets there are, or will be made by an operator."""
        from istiolint.mesh.secrets import Secrets

        return Secrets(self.all("Secret"), self.all(*SECRET_SOURCES))

    @index
    def injectors(self) -> "Injectors":
        """The webhooks by which sidecars are injected."""
        from istiolint.mesh.injectors import Injectors

        return Injectors(self.all("MutatingWebhookConfiguration"))

    @index
    def other_clusters(self) -> "OtherClusters":
        """What the other clusters of the mesh hold."""
        from istiolint.mesh.other_clusters import OtherClusters

        return OtherClusters(self._foreign, trust_domain=self.settings.trust_domain)

    @index
    def networks(self) -> "Networks":
        """Which networks there are, and their gateways."""
        from istiolint.mesh.config_sources import NETWORK_KINDS
        from istiolint.mesh.networks import INSTALL_KINDS, PLACES, Networks

        types = dict.fromkeys((*INSTALL_KINDS, *NETWORK_KINDS, *PLACES))
        elsewhere = (resource for resource in self._foreign if resource.type in types)
        return Networks(self.all(*types), elsewhere, self.root_namespace)

    @index
    def gateway_servers(self) -> "GatewayServers":
        """Servers of Istio Gateways that meet on one workload."""
        from istiolint.mesh.gateway_servers import GatewayServers

        return GatewayServers(self.all("Gateway"))

    def selection(self, resource: Resource) -> "Selection":
        """The resources of the same kind as this one, by the workloads that they select."""
        return self._selections(resource.type or "")

    @index
    def _selections(self) -> "Callable[[str], Selection]":
        from istiolint.mesh.selection import Selection

        return cache(lambda type_: Selection(self.all(type_), self.workloads))

    def policies(self, type_: str) -> "PolicyIndex":
        """The policies of a type by the workloads and targets that they apply to."""
        return self._policies(type_)

    @index
    def _policies(self) -> "Callable[[str], PolicyIndex]":
        from istiolint.mesh.policy_index import PolicyIndex

        return cache(lambda type_: PolicyIndex(self.all(type_), self.root_namespace))

    @index
    def hosts(self) -> "Hosts":
        """Which service a host resolves to."""
        from istiolint.mesh.hosts import OTHER_KINDS, Hosts

        others = [*self.all(*OTHER_KINDS), *self.other_clusters.services]
        return Hosts(
            self.all("Service"), others, cluster_domain=self.settings.cluster_domain, root_namespace=self.root_namespace,
            coverage=self.coverage, default=self.config.names("defaultServiceExportTo"),
        )  # fmt: skip

    @index
    def destination_rules(self) -> "DestinationRules":
        """Which DestinationRules apply to a host."""
        from istiolint.mesh.destination_rules import DestinationRules

        default = self.config.names("defaultDestinationRuleExportTo")
        return DestinationRules(self.all("DestinationRule"), self.hosts, self.root_namespace, default)

    @index
    def client_rules(self) -> "ClientRules":
        """Which DestinationRule a client uses for a host, merged from all that count."""
        from istiolint.mesh.client_rules import ClientRules

        return ClientRules(self.destination_rules)

    @index
    def gateways(self) -> "Gateways":
        """Which Gateways there are."""
        from istiolint.mesh.gateways import Gateways

        return Gateways(self.all("Gateway", KUBERNETES_GATEWAY))

    @index
    def gateway_classes(self) -> "GatewayClasses":
        """Which Gateways of the Gateway API other controllers run."""
        from istiolint.mesh.gateway_classes import GatewayClasses

        return GatewayClasses(self.gateways, self.get)

    @index
    def virtual_services(self) -> "VirtualServices":
        """Which VirtualServices there are, and whose proxies use them."""
        from istiolint.mesh.virtual_services import VirtualServices

        return VirtualServices(self.all("VirtualService"), self.hosts, self.config.names("defaultVirtualServiceExportTo"))

    @index
    def gateway_paths(self) -> "GatewayPaths":
        """Which paths VirtualServices match for a host on a gateway."""
        from istiolint.mesh.gateway_paths import GatewayPaths

        return GatewayPaths(self.virtual_services)

    @index
    def cors_preflights(self) -> "CorsPreflights":
        """At which gateways browsers ask before they call."""
        from istiolint.mesh.cors_preflights import CorsPreflights

        return CorsPreflights(self.all("VirtualService", "HTTPRoute"), self.gateways, self.workloads, self.root_namespace)

    @index
    def route_matches(self) -> "RouteMatches":
        """Which rules of routes of the Gateway API match the same requests."""
        from istiolint.mesh.route_matches import RouteMatches

        return RouteMatches(self.all("GRPCRoute", "HTTPRoute"))

    @index
    def gateway_routes(self) -> "GatewayRoutes":
        """Which routes of the Gateway API are attached to a Gateway."""
        from istiolint.mesh.gateway_api import GatewayRoutes

        return GatewayRoutes(self.all("GRPCRoute", "HTTPRoute"))

    @index
    def service_routes(self) -> "ServiceRoutes":
        """Which routes of the Gateway API apply to a Service."""
        from istiolint.mesh.gateway_api import ServiceRoutes

        return ServiceRoutes(self.all("GRPCRoute", "HTTPRoute"), self.settings.cluster_domain)

    @index
    def retry_chains(self) -> "RetryChains":
        """How many requests retries make of one, along what workloads call."""
        from istiolint.mesh.retry_chains import RetryChains

        resources = self.all("VirtualService")
        return RetryChains(resources, self.virtual_services, self.hosts, calls=self.calls, workloads=self.workloads, get=self.get)

    @index
    def waypoints(self) -> "Waypoints":
        """Which waypoint serves a Service."""
        from istiolint.mesh.waypoints import Waypoints

        return Waypoints(self.namespaces, self.gateways, self.exclusive, self.all("Service"))

    def workloads_selected_by(self, policy: Resource) -> "SelectedWorkloads":
        """The workloads that a policy applies to by its selector, without those that are never applied together with it."""
        return self._reach.of(policy)

    def overlapping_policies(self, policy: Resource, type_: str) -> Sequence[Resource]:
        """The policies of a type that may apply to the workloads or targets of this one, whatever file they are in."""
        selected = self.workloads_selected_by(policy)
        if type_ not in selected.answers:
            selected.answers[type_] = list(self._overlapping(type_).of(selected))
        answer: Sequence[Resource] = selected.answers[type_]
        return answer

    @index
    def _policy_targets(self) -> "PolicyTargets":
        from istiolint.mesh.policy_targets import PolicyTargets

        return PolicyTargets(self.get, self.waypoints, self.root_namespace)

    @index
    def _overlapping(self) -> "Callable[[str], OverlappingPolicies]":
        from istiolint.mesh.overlapping_policies import OverlappingPolicies

        return cache(
            lambda type_: OverlappingPolicies(
                self.all(type_), self.workloads_selected_by, self.root_namespace, self._policy_targets.meet
            )
        )

    @index
    def _reach(self) -> "Reach":
        from istiolint.mesh.selected_workloads import Reach

        return Reach(self.workloads, self.root_namespace, self.exclusive, self._alternatives.variant)

    @index
    def grants(self) -> "Grants":
        """What ReferenceGrants open to routes of other namespaces."""
        from istiolint.mesh.gateway_api import Grants

        return Grants(self.all("ReferenceGrant"))


def _order(resource: Resource) -> tuple[str, str, str, int, str]:
    """By namespace and name; several of one name by their position."""
    document = resource.document
    return resource.namespace, resource.name, document.source.path, document.index, str(resource.path)


def _definition(resource: Resource) -> tuple[str, str, str, str]:
    return resource.type or "", resource.namespace, resource.name, resource.document.source.path


def _namesakes(resources: Sequence[Resource]) -> Iterator[Resource]:
    """Yield those of some resources, which are sorted by name, that share theirs with another one."""
    if len({resource.name for resource in resources}) < len(resources):
        yield from (each for pair in pairwise(resources) if pair[0].name == pair[1].name for each in pair)
