"""The MeshNetworks: which clusters and addresses belong to which network."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from istiolint.cursor import Cursor
from istiolint.documents import read
from istiolint.resource import Resource
from istiolint.sources import Source

OWN_REGISTRIES = ("Mock", "Kubernetes", "External")
"""Registries that istiod has without being told; `Kubernetes` is the cluster that it runs in, unless it has a name."""
REMOTE_SECRET = ("istio/multiCluster", "true")


class Registry(NamedTuple):
    """A registry that a network names: where a finding is shown, the name, the network."""

    at: Cursor
    name: str
    network: str


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
    """The names of clusters that the input tells: of remote secrets and of installations."""
    names = set(OWN_REGISTRIES)
    label, value = REMOTE_SECRET
    for secret in secrets:
        if secret.labels.get(label) == value:
            names.update(secret["data"].mapping, secret["stringData"].mapping)
    for install in installs:
        names.add(install.spec["values"]["global"]["multiCluster"]["clusterName"].text)
    return names
