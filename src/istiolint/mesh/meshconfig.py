"""The MeshConfig: what the input says of the mesh as a whole, over Istio's own defaults."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from istiolint.documents import Document
from istiolint.resources.cursor import Cursor
from istiolint.resources.embedded import embedded
from istiolint.resources.resource import HELM_VALUES, Resource, resources

DEFAULTS: dict[str, Any] = {
    "rootNamespace": "istio-system",
    "trustDomain": "cluster.local",
    "trustDomainAliases": [],
    "enableAutoMtls": True,
    "enablePrometheusMerge": True,
    "enableTracing": True,
    "ingressClass": "istio",
    "ingressService": "istio-ingressgateway",
    "ingressControllerMode": "STRICT",
    "defaultServiceExportTo": ["*"],
    "defaultVirtualServiceExportTo": ["*"],
    "defaultDestinationRuleExportTo": ["*"],
    "outboundTrafficPolicy": {"mode": "ALLOW_ANY"},
    "accessLogFile": "",
    "defaultProviders": {},
    "extensionProviders": [{"name": "prometheus", "prometheus": {}}, {"name": "stackdriver", "stackdriver": {}}, {
        "name": "envoy", "envoyFileAccessLog": {"path": "/dev/stdout"},
    }],
    "defaultConfig": {},
    "discoverySelectors": [],
}  # fmt: skip
"""Istio's defaults for the fields that rules ask about (mesh.DefaultMeshConfig in istio/istio)."""


class MeshConfig:
    """The MeshConfig of the input: from an explicit document, ConfigMaps and installation resources.

    If several set a field, the first of these takes effect: the explicit document, the ConfigMap `istio`, those of revisions
    (`istio-REVISION`), an IstioOperator, Helm values, an Istio resource.
    """

    def __init__(
        self,
        config_maps: Iterable[Resource],
        installs: Iterable[Resource],
        given: Document | None = None,
        *,
        trust_domain: str | None = None,
    ):
        self._config_maps, self._installs, self._given = config_maps, installs, given
        self._defaults = DEFAULTS | {"trustDomain": trust_domain} if trust_domain else DEFAULTS

    def __getitem__(self, field: str) -> Any:
        """The value of a field; Istio's default (None for fields without one) where the input does not set it."""
        for config in self.sources:
            if config[field].exists:
                return config[field].value
        return self._defaults.get(field)

    def text(self, field: str) -> str:
        """A field that is a string; Istio's default where the input has something else."""
        value = self[field]
        return value if isinstance(value, str) else str(self._defaults.get(field, ""))

    def names(self, field: str) -> tuple[str, ...]:
        """A field that is a list of strings; Istio's default where the input has something else or nothing in it."""
        value = self[field]
        named = tuple(name for name in value if isinstance(name, str)) if isinstance(value, list) else ()
        return named or tuple(self._defaults.get(field, ()))

    def on(self, field: str) -> bool:
        """A field that is a boolean; Istio's default where the input has something else."""
        value = self[field]
        return value if isinstance(value, bool) else bool(self._defaults.get(field))

    def at(self, field: str) -> Cursor | None:
        """Where the input sets a field; None where it does not."""
        return next((config[field] for config in self.sources if config[field].exists), None)

    @property
    def captures_dns(self) -> bool:
        """Whether sidecars answer DNS themselves, with addresses that istiod hands out: the default of all proxies' metadata."""
        config = self["defaultConfig"]
        metadata = config.get("proxyMetadata") if isinstance(config, dict) else None
        return isinstance(metadata, dict) and str(metadata.get("ISTIO_META_DNS_CAPTURE")).lower() == "true"

    @property
    def path_normalization(self) -> str:
        """How far proxies put paths into one form before they compare them: NONE, BASE (the default) or more."""
        setting = self["pathNormalization"]
        kind = setting.get("normalization") if isinstance(setting, dict) else None
        return kind if isinstance(kind, str) and kind not in ("", "DEFAULT") else "BASE"

    @property
    def known(self) -> bool:
        """Whether the input holds a MeshConfig at all."""
        return bool(self.sources)

    @cached_property
    def sources(self) -> tuple[Cursor, ...]:
        """The MeshConfigs of the input, the strongest first, whatever the order of the files."""
        return tuple(config for config in self._find() if config.mapping)

    def _find(self) -> Iterator[Cursor]:
        if self._given:
            held = resources(self._given)
            yield from map(self._inside, held) if held else [Cursor(self._given, (), self._given.data)]
        maps = (config for config in self._config_maps if config.name == "istio" or config.name.startswith("istio-"))
        for resource in (*sorted(maps, key=_order), *sorted(self._installs, key=_order)):
            yield self._inside(resource)

    def _inside(self, resource: Resource) -> Cursor:
        """Return the MeshConfig inside a resource. That of a ConfigMap is text, and becomes a separate document."""
        if resource.type == "ConfigMap":
            text = resource["data"]["mesh"]
            return embedded(text) or text
        if resource.type == "IstioOperator":
            return resource.spec["meshConfig"]
        if resource.type == HELM_VALUES:
            return resource["meshConfig"]
        if resource.type in ("Istio", "IstioRevision"):
            return resource.spec["values"]["meshConfig"]
        return resource


_STRENGTH = ("ConfigMap", "IstioOperator", HELM_VALUES, "Istio", "IstioRevision")


def _order(resource: Resource) -> tuple[int, str, str, str, int]:
    rank = _STRENGTH.index(resource.kind) if resource.kind in _STRENGTH else len(_STRENGTH)
    return (rank, resource.name, resource.namespace, resource.document.source.path, resource.document.index)
