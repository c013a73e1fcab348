import json

import pytest
from meshes import mesh

POD = "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: shop, labels: {app: cart}}}"


def injector(values: object, suffix: str = "") -> str:
    data = json.dumps({"values": values if isinstance(values, str) else json.dumps(values)})
    name = f"istio-sidecar-injector{suffix}"
    return f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}, namespace: istio-system}}, data: {data}}}"


def images(*documents: str, revision: str = "") -> set[str]:
    found = mesh("\n---\n".join([POD, *documents]))
    return set(found.proxy_images.of(found.workloads.all[0], revision))


def values(image: str, hub: str = "hub", tag: str = "1.2.3") -> object:
    return {"global": {"hub": hub, "tag": tag, "proxy": {"image": image}}}


def proxy_config(namespace: str, variant: str, selector: str = "") -> str:
    spec = f"image: {{imageType: {variant}}}" + (f", selector: {{matchLabels: {{{selector}}}}}" if selector else "")
    kind = "apiVersion: networking.istio.io/v1beta1, kind: ProxyConfig"
    return f"{{{kind}, metadata: {{name: c{variant}, namespace: {namespace}}}, spec: {{{spec}}}}}"


def test_image_of_the_injector() -> None:
    assert images(injector(values("proxyv2"))) == {"hub/proxyv2:1.2.3"}
    assert images(injector(values("other/proxy:9"))) == {"other/proxy:9"}
    assert images(injector(values("proxyv2"), "-canary"), revision="canary") == {"hub/proxyv2:1.2.3"}
    assert images(injector(values("proxyv2"), "-canary")) == set()
    assert images(injector(values("proxyv2")), revision="default") == {"hub/proxyv2:1.2.3"}


@pytest.mark.parametrize("odd", ["", "[", "3", {"global": 1}, {"global": {"proxy": []}}, {"global": {"proxy": {"image": 7}}}])
def test_odd_values_tell_no_image(odd: object) -> None:
    assert images(injector(odd)) == set()


def test_the_narrowest_variant_is_heard() -> None:
    base, root, namespace, own = (
        injector(values("proxyv2")),
        proxy_config("istio-system", "root"),
        proxy_config("shop", "ns"),
        proxy_config("shop", "own", "app: cart"),
    )
    assert images(base, root) == {"hub/proxyv2:1.2.3", "hub/proxyv2:1.2.3-root"}
    assert images(base, own, namespace, root) == {"hub/proxyv2:1.2.3", "hub/proxyv2:1.2.3-own"}
    assert images(base, namespace, root) == {"hub/proxyv2:1.2.3", "hub/proxyv2:1.2.3-ns"}
    assert images(base, root, proxy_config("shop", "other", "app: other")) == {"hub/proxyv2:1.2.3", "hub/proxyv2:1.2.3-root"}
    assert images(base, root, proxy_config("shop", "default")) == {"hub/proxyv2:1.2.3"}
