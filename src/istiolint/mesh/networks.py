"""Networks of a mesh that spans several: which there are, in which this cluster is, and where their gateways are."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from istiolint.documents import read
from istiolint.mesh.config_sources import NETWORK_KINDS, mesh_networks
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import HELM_VALUES, Resource
from istiolint.sources import Source

OWN_REGISTRIES = ("Mock", "Kubernetes", "External")
"""Registries that istiod has by default; `Kubernetes` is the cluster that it runs in, unless it has a name."""
REMOTE_SECRET = ("istio/multiCluster", "true")
NETWORK = "topology.istio.io/network"
"""The label that says in which network something is; a Service or Gateway that has it is an entry to that network."""
INSTALL_KINDS = ("Istio", "IstioOperator", HELM_VALUES)
"""Kinds that may say in which network a cluster is, and what its name is."""
PLACES = ("Namespace", "Service", KUBERNETES_GATEWAY)
"""Kinds whose label names a network."""


class Registry(NamedTuple):
    """A registry that a network names: where a finding is shown, the name, the network."""

    at: Cursor
    name: str
    network: str


def networks_of(resource: Resource) -> Iterator[tuple[str, Cursor]]:
    """Each network of the MeshNetworks in a resource, with its name."""
    for networks in mesh_networks(resource):
        yield from networks.items()


def registries(resource: Resource) -> Iterator[Registry]:
    """The `fromRegistry` of every endpoint in a MeshNetworks document, or in a ConfigMap that holds one as text."""
    networks, at = resource["networks"], None
    if resource.type == "ConfigMap":
        at = resource["data"]["meshNetworks"]
        embedded = next(read(Source(resource.document.source.path, at.text, linted=False)), None) if at.text else None
        networks = Cursor(embedded, (), embedded.data)["networks"] if embedded else at["networks"]
    for name, network in networks.items():
        for endpoint in network["endpoints"]:
            registry = endpoint["fromRegistry"]
            if registry.text:
                yield Registry(at or registry, registry.text, name)


def known_registries(secrets: Iterable[Resource], installs: Iterable[Resource]) -> set[str]:
    """Return the names of clusters in the input: those of remote secrets and of installations."""
    names = set(OWN_REGISTRIES)
    label, value = REMOTE_SECRET
    for secret in secrets:
        if secret.labels.get(label) == value:
            names.update(secret["data"].mapping, secret["stringData"].mapping)
    for install in installs:
        names.add(global_values(install)["multiCluster"]["clusterName"].text)
    return names


def global_values(install: Resource) -> Cursor:
    """`values.global` of an installation."""
    return (install if install.type == HELM_VALUES else install.spec["values"])["global"]


class Networks:
    """The networks that the input mentions. `here`: the resources of this cluster; `elsewhere`: those of its neighbors."""

    def __init__(self, here: Iterable[Resource], elsewhere: Iterable[Resource], root_namespace: str):
        self._here, self._elsewhere, self._root = list(here), list(elsewhere), root_namespace

    @cached_property
    def own(self) -> dict[str, Cursor]:
        """The networks that this cluster is said to be in, and where."""
        return {at.text: at for at in self._labelled(self._here, "Namespace") if at.text} | self.installed

    @cached_property
    def installed(self) -> dict[str, Cursor]:
        """The networks that installations give to the proxies of this cluster, and where."""
        return {at.text: at for at in self._installed(self._here) if at.text}

    @cached_property
    def known(self) -> frozenset[str]:
        """The names of all networks."""
        every = [*self._here, *self._elsewhere]
        named = {at.text for at in (*self._installed(every), *self._labelled(every, *PLACES))}
        return frozenset(named | {name for resource in every for name, _ in _mesh_networks(resource)} - {""})

    @cached_property
    def gateways(self) -> dict[str, Cursor]:
        """The networks that have a gateway, with the place where the input says so."""
        found: dict[str, Cursor] = {}
        for resource in (*self._here, *self._elsewhere):
            for name, network in _mesh_networks(resource):
                if network["gateways"]:
                    found.setdefault(name, network["gateways"])
            label = resource.metadata["labels"][NETWORK]
            if label.text and resource.type == "Service" and leads_from_outside(resource):
                found.setdefault(label.text, label)
        return found

    def _installed(self, resources: Iterable[Resource]) -> Iterator[Cursor]:
        yield from (global_values(resource)["network"] for resource in resources if resource.type in INSTALL_KINDS)

    def _labelled(self, resources: Iterable[Resource], *types: str) -> Iterator[Cursor]:
        for resource in resources:
            if resource.type in types and (resource.type != "Namespace" or resource.name == self._root):
                yield resource.metadata["labels"][NETWORK]


def leads_from_outside(service: Resource) -> bool:
    """Whether a Service has an address outside the cluster that istiod knows."""
    return service.spec["type"].text == "LoadBalancer" or bool(service.spec["externalIPs"])


def _mesh_networks(resource: Resource) -> Iterator[tuple[str, Cursor]]:
    return networks_of(resource) if resource.type in NETWORK_KINDS else iter(())
