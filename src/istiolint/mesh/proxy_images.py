"""Proxy images: which image the injector gives to a workload's proxy."""

from collections.abc import Iterable, Iterator

from istiolint.documents import read
from istiolint.mesh.injection import Injection, injector_values
from istiolint.mesh.meshconfig import MeshConfig
from istiolint.mesh.workload import Workload
from istiolint.mesh.workloads import selector_of
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.sources import Source

CONFIG_ANNOTATION = "proxy.istio.io/config"
IMAGE_ANNOTATION = "sidecar.istio.io/proxyImage"


class ProxyImages:
    """The images of the injectors in the input, with the variants (`distroless`) that ProxyConfigs ask for."""

    def __init__(self, injection: Injection, config: MeshConfig, proxy_configs: Iterable[Resource], root_namespace: str):
        self._injection, self._config, self._root_namespace = injection, config, root_namespace
        self._proxy_configs: dict[str, list[Resource]] = {}
        for proxy_config in proxy_configs:
            self._proxy_configs.setdefault(proxy_config.namespace, []).append(proxy_config)

    def of(self, workload: Workload, revision: str) -> frozenset[str]:
        """The images that the injector of a revision may give; none where it is not in the input, or the pod chooses."""
        injector = self._injection.injector(revision)
        image = _image(injector_values(injector)) if injector and IMAGE_ANNOTATION not in workload.annotations else None
        if not image:
            return frozenset()
        variants = list(self._alternatives(workload))
        return frozenset([image, f"{image}-{variants[-1]}"] if variants and variants[-1] != "default" else [image])

    def _alternatives(self, workload: Workload) -> Iterator[str]:
        """The variants that are asked for, the one that counts last."""
        default = self._config["defaultConfig"]
        image = default.get("image") if isinstance(default, dict) else None
        if isinstance(image, dict) and isinstance(image.get("imageType"), str):
            yield image["imageType"]
        for namespace in dict.fromkeys((self._root_namespace, workload.namespace)):
            # A ProxyConfig without a selector first: one with a selector takes precedence.
            for config in sorted(
                self._proxy_configs.get(namespace, ()), key=lambda config: (bool(selector_of(config)), config.name)
            ):
                variant = config.spec["image"]["imageType"].text
                if variant and workload.matches(selector_of(config)):
                    yield variant
        document = next(read(Source(CONFIG_ANNOTATION, workload.annotations.get(CONFIG_ANNOTATION, ""), linted=False)), None)
        if document and (variant := Cursor(document, (), document.data)["image"]["imageType"].text):
            yield variant


def _image(values: dict[str, object]) -> str | None:
    settings = values.get("global")
    proxy = settings.get("proxy") if isinstance(settings, dict) else None
    image = proxy.get("image") if isinstance(proxy, dict) else None
    if not isinstance(settings, dict) or not isinstance(image, str):
        return None
    return image if "/" in image else f"{settings.get('hub')}/{image}:{settings.get('tag')}"
