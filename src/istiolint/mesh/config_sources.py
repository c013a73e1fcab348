"""Where the configuration of a mesh comes from: ConfigMaps, installation resources, Helm values, options and annotations."""

from collections.abc import Iterator

from istiolint.resources.cursor import Cursor
from istiolint.resources.embedded import embedded
from istiolint.resources.kinds import WORKLOADS
from istiolint.resources.resource import HELM_VALUES, MESH_CONFIG, MESH_NETWORKS, Resource, once

CONFIG_KINDS = ("ConfigMap", "Istio", "IstioOperator", "IstioRevision", HELM_VALUES, MESH_CONFIG)
"""Kinds that may hold a MeshConfig."""
NETWORK_KINDS = ("ConfigMap", "Istio", "IstioOperator", HELM_VALUES, MESH_NETWORKS)
"""Kinds that may hold MeshNetworks."""
PROXY_KINDS = (*CONFIG_KINDS, *WORKLOADS)
"""Kinds that may hold the configuration of proxies."""
PROXY_CONFIG = "proxy.istio.io/config"


def is_istio_config_map(resource: Resource) -> bool:
    """Whether a ConfigMap is one that istiod reads: `istio`, or that of a revision."""
    return resource.type == "ConfigMap" and (resource.name == "istio" or resource.name.startswith("istio-"))


@once
def mesh_configs(resource: Resource) -> Iterator[Cursor]:
    """The MeshConfigs in a resource, as mappings."""
    if is_istio_config_map(resource):
        found = [embedded(resource["data"]["mesh"])]
    elif resource.type == MESH_CONFIG:
        found = [resource]
    else:
        values = resource if resource.type == HELM_VALUES else resource.spec["values"]
        found = [resource.spec["meshConfig"], values["meshConfig"]]
    yield from (config for config in found if config is not None and isinstance(config.value, dict))


@once
def proxy_configs(resource: Resource) -> Iterator[Cursor]:
    """The configurations of proxies in a resource: the default one of a mesh, or that of a pod's annotation."""
    if resource.type in WORKLOADS:
        template = resource if resource.type == "Pod" else resource.spec["template"]
        if resource.type == "CronJob":
            template = resource.spec["jobTemplate"]["spec"]["template"]
        annotation = template["metadata"]["annotations"][PROXY_CONFIG]
        found = embedded(annotation) if annotation.text else None
        configs = [found] if found is not None else []
    else:
        configs = [config["defaultConfig"] for config in mesh_configs(resource)]
    yield from (config for config in configs if isinstance(config.value, dict))


@once
def mesh_networks(resource: Resource) -> Iterator[Cursor]:
    """The networks in a resource, each a mapping by name."""
    if is_istio_config_map(resource):
        inner = embedded(resource["data"]["meshNetworks"])
        found = [inner["networks"]] if inner is not None else []
    elif resource.type == MESH_NETWORKS:
        found = [resource["networks"]]
    else:
        values = resource if resource.type == HELM_VALUES else resource.spec["values"]
        found = [values["global"]["meshNetworks"]]
    yield from (networks for networks in found if isinstance(networks.value, dict))
