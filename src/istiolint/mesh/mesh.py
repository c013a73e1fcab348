"""The Mesh: all resources of the input, linted and context, and the rooms that answer questions about them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property

from istiolint.documents import Document
from istiolint.mesh.allowing import Allowing
from istiolint.mesh.alternatives import Alternatives
from istiolint.mesh.authorization import Authorization
from istiolint.mesh.calls import Calls
from istiolint.mesh.challenges import Challenges
from istiolint.mesh.config_sources import NETWORK_KINDS
from istiolint.mesh.cors_preflights import CorsPreflights
from istiolint.mesh.destination_rules import DestinationRules
from istiolint.mesh.entrances import Entrances
from istiolint.mesh.environments import Environments
from istiolint.mesh.envoyfilters import EnvoyFilters
from istiolint.mesh.flags import FLAG_KINDS, Flags
from istiolint.mesh.gateway_api import Grants, ServiceRoutes
from istiolint.mesh.gateway_classes import GatewayClasses
from istiolint.mesh.gateway_paths import GatewayPaths
from istiolint.mesh.gateway_servers import GatewayServers
from istiolint.mesh.gateway_workloads import GatewayWorkloads
from istiolint.mesh.gateways import Gateways
from istiolint.mesh.hosts import HOST_KINDS, Hosts
from istiolint.mesh.injection import Injection
from istiolint.mesh.injectors import Injectors
from istiolint.mesh.meshconfig import MeshConfig
from istiolint.mesh.mtls import Mtls
from istiolint.mesh.networks import INSTALL_KINDS, PLACES, Networks
from istiolint.mesh.other_clusters import OtherClusters
from istiolint.mesh.overlapping_policies import OverlappingPolicies
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
from istiolint.mesh.workloads import VM_KINDS, Workloads
from istiolint.resources.kinds import KUBERNETES_GATEWAY, SECRET_SOURCES, WORKLOADS
from istiolint.resources.resource import HELM_VALUES, Resource
from istiolint.settings import Settings
from istiolint.targets.coverage import Coverage


class Mesh:
    """All resources, by type, namespace and name.

    Each question lives in a room of its own, made at the first use: `mesh.hosts` (which service stands behind a host), ...
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
        self._by_name: dict[tuple[str, str, str], Resource] = {}
        # In an order of their own: what rules say must not depend on the order of files.
        known = sorted((resource for resource in resources if resource.type), key=_order)
        self._alternatives = Alternatives(known, settings.whole_mesh)
        for resource in known:
            type_ = resource.type or ""
            self._by_type[type_].append(resource)
            self._by_namespace[type_, resource.namespace].append(resource)
            self._by_name.setdefault((type_, resource.namespace, resource.name), resource)

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
        return self._by_name.get((type_, namespace, name))

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

    def exclusive(self, one: Resource, other: Resource) -> bool:
        """Whether two resources are alternatives that no cluster holds together, so that they cannot contradict each other."""
        return self._alternatives.exclusive(one, other)

    @cached_property
    def envoy_filters(self) -> EnvoyFilters:
        """Which Envoy filters are patched for some proxy versions only."""
        return EnvoyFilters(self.all("EnvoyFilter"))

    @cached_property
    def service_entries(self) -> ServiceEntries:
        """Which ServiceEntries declare the same host and port."""
        return ServiceEntries(self.all("ServiceEntry"))

    @cached_property
    def config(self) -> MeshConfig:
        """The MeshConfig."""
        installs = self.all("IstioOperator", "Istio", "IstioRevision", HELM_VALUES)
        return MeshConfig(self.all("ConfigMap"), installs, self._mesh_config, trust_domain=self.settings.trust_domain)

    @cached_property
    def root_namespace(self) -> str:
        """The namespace whose policies count for the whole mesh: as set for the run, else as the MeshConfig has it."""
        chosen = self.settings.root_namespace
        return chosen if chosen != Settings().root_namespace else self.config.text("rootNamespace") or chosen

    @cached_property
    def namespaces(self) -> dict[str, list[Resource]]:
        """The Namespaces of the input by name; one name may be there more than once, with other labels."""
        found: dict[str, list[Resource]] = defaultdict(list)
        for namespace in self.all("Namespace"):
            found[namespace.name].append(namespace)
        return dict(found)

    @cached_property
    def workloads(self) -> Workloads:
        """Which workloads there are, what labels and Services select."""
        return Workloads(self.all(*WORKLOADS, *VM_KINDS), self.all("Service"))

    @cached_property
    def sidecar_scopes(self) -> SidecarScopes:
        """Which Sidecar says what a workload's proxy knows."""
        return SidecarScopes(self.all("Sidecar"), self.workloads, self.root_namespace)

    @cached_property
    def calls(self) -> Calls:
        """Which Services the workloads are told to call."""
        return Calls(self.workloads, self.get, self.settings.cluster_domain)

    @cached_property
    def injection(self) -> Injection:
        """Which workloads are in the mesh."""
        return Injection(self.namespaces, self.all("ConfigMap"), self.all("IstioOperator", "Istio"))

    @cached_property
    def proxy_images(self) -> ProxyImages:
        """Which image the injector gives to a workload's proxy."""
        return ProxyImages(self.injection, self.config, self.all("ProxyConfig"), self.root_namespace)

    @cached_property
    def mtls(self) -> Mtls:
        """Which mTLS mode holds for a workload's port."""
        return Mtls(self.all("PeerAuthentication"), self.workloads, self.root_namespace)

    @cached_property
    def authorization(self) -> Authorization:
        """Which rules decide over requests, and which of them others decide already."""
        return Authorization(self.all("AuthorizationPolicy"), self.root_namespace)

    @cached_property
    def flags(self) -> Flags:
        """Which flags of istiod are on."""
        return Flags(self.all(*FLAG_KINDS))

    @cached_property
    def environments(self) -> Environments:
        """Which environment a resource belongs to."""
        return Environments(self.namespaces, self.settings.environments)

    @cached_property
    def gateway_workloads(self) -> GatewayWorkloads:
        """What runs a Gateway."""
        scoped = self.flags.on("PILOT_SCOPE_GATEWAY_TO_NAMESPACE")
        return GatewayWorkloads(self.workloads, self.root_namespace, self.settings.whole_mesh, scoped=scoped)

    @cached_property
    def allowing(self) -> Allowing:
        """Which ALLOW policies decide together over the requests to a workload."""
        return Allowing(self.all("AuthorizationPolicy"), self.workloads, self.root_namespace)

    @cached_property
    def challenges(self) -> Challenges:
        """For which hosts cert-manager answers HTTP-01 challenges."""
        return Challenges(self.all("Certificate"), self.get)

    @cached_property
    def entrances(self) -> Entrances:
        """Which gateways send traffic to a host, and as whom."""
        return Entrances(self)

    @cached_property
    def secrets(self) -> Secrets:
        """Which Secrets there are, or will be made by an operator."""
        return Secrets(self.all("Secret"), self.all(*SECRET_SOURCES))

    @cached_property
    def injectors(self) -> Injectors:
        """The webhooks by which sidecars are injected."""
        return Injectors(self.all("MutatingWebhookConfiguration"))

    @cached_property
    def other_clusters(self) -> OtherClusters:
        """What the other clusters of the mesh hold."""
        return OtherClusters(self._foreign, trust_domain=self.settings.trust_domain)

    @cached_property
    def networks(self) -> Networks:
        """Which networks there are, and their gateways."""
        types = dict.fromkeys((*INSTALL_KINDS, *NETWORK_KINDS, *PLACES))
        elsewhere = (resource for resource in self._foreign if resource.type in types)
        return Networks(self.all(*types), elsewhere, self.root_namespace)

    @cached_property
    def gateway_servers(self) -> GatewayServers:
        """Servers of Istio Gateways that meet on one workload."""
        return GatewayServers(self.all("Gateway"))

    def selection(self, resource: Resource) -> Selection:
        """The resources of the same kind as this one, by the workloads that they select."""
        return self._selections(resource.type or "")

    @cached_property
    def _selections(self) -> Callable[[str], Selection]:
        return cache(lambda type_: Selection(self.all(type_), self.workloads))

    @cached_property
    def hosts(self) -> Hosts:
        """Which service stands behind a host."""
        return Hosts(
            [*self.all(*HOST_KINDS), *self.other_clusters.services], cluster_domain=self.settings.cluster_domain,
            root_namespace=self.root_namespace, coverage=self.coverage,
            default=self.config.names("defaultServiceExportTo"),
        )  # fmt: skip

    @cached_property
    def destination_rules(self) -> DestinationRules:
        """Which DestinationRules hold for a host."""
        default = self.config.names("defaultDestinationRuleExportTo")
        return DestinationRules(self.all("DestinationRule"), self.hosts, self.root_namespace, default)

    @cached_property
    def gateways(self) -> Gateways:
        """Which Gateways there are."""
        return Gateways(self.all("Gateway", KUBERNETES_GATEWAY))

    @cached_property
    def gateway_classes(self) -> GatewayClasses:
        """Which Gateways of the Gateway API other controllers run."""
        return GatewayClasses(self.gateways, self.get)

    @cached_property
    def virtual_services(self) -> VirtualServices:
        """Which VirtualServices there are, and whose proxies use them."""
        return VirtualServices(self.all("VirtualService"), self.hosts, self.config.names("defaultVirtualServiceExportTo"))

    @cached_property
    def gateway_paths(self) -> GatewayPaths:
        """Which paths VirtualServices match for a host on a gateway."""
        return GatewayPaths(self.virtual_services)

    @cached_property
    def cors_preflights(self) -> CorsPreflights:
        """At which gateways browsers ask before they call."""
        return CorsPreflights(self.all("VirtualService", "HTTPRoute"), self.gateways, self.workloads, self.root_namespace)

    @cached_property
    def route_matches(self) -> RouteMatches:
        """Which rules of routes of the Gateway API match the same requests."""
        return RouteMatches(self.all("GRPCRoute", "HTTPRoute"))

    @cached_property
    def service_routes(self) -> ServiceRoutes:
        """Which routes of the Gateway API hold for a Service."""
        return ServiceRoutes(self.all("GRPCRoute", "HTTPRoute"))

    @cached_property
    def retry_chains(self) -> RetryChains:
        """How many requests retries make of one, along what workloads call."""
        resources = self.all("VirtualService")
        return RetryChains(resources, self.virtual_services, self.hosts, calls=self.calls, workloads=self.workloads, get=self.get)

    @cached_property
    def waypoints(self) -> Waypoints:
        """Which waypoint serves a Service."""
        return Waypoints(self.namespaces, self.gateways, self.exclusive, self.all("Service"))

    def workloads_selected_by(self, policy: Resource) -> SelectedWorkloads:
        """The workloads that a policy applies to by its selector, without those that are never applied together with it."""
        return self._reach.of(policy)

    def overlapping_policies(self, policy: Resource, type_: str) -> Sequence[Resource]:
        """The policies of a type that may apply to the workloads or targets of this one, whatever file they are in."""
        selected = self.workloads_selected_by(policy)
        if type_ not in selected.answers:
            selected.answers[type_] = list(self._overlapping(type_).of(selected))
        answer: Sequence[Resource] = selected.answers[type_]
        return answer

    @cached_property
    def _policy_targets(self) -> PolicyTargets:
        return PolicyTargets(self.get, self.waypoints, self.root_namespace)

    @cached_property
    def _overlapping(self) -> Callable[[str], OverlappingPolicies]:
        return cache(
            lambda type_: OverlappingPolicies(
                self.all(type_), self.workloads_selected_by, self.root_namespace, self._policy_targets.meet
            )
        )

    @cached_property
    def _reach(self) -> Reach:
        return Reach(self.workloads, self.root_namespace, self.exclusive, self._alternatives.variant)

    @cached_property
    def grants(self) -> Grants:
        """What ReferenceGrants open to routes of other namespaces."""
        return Grants(self.all("ReferenceGrant"))


def _order(resource: Resource) -> tuple[str, str, str, int, str]:
    """By namespace and name; several of one name by where they stand."""
    return resource.namespace, resource.name, resource.document.source.path, resource.document.index, str(resource.path)
