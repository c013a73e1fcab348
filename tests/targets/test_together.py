"""Targets that one cluster may have side by side are one mesh for traces; alternatives are not."""

from repositories import ROUTE, SERVICE, targets

from istiolint.targets import together

KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
GATEWAY = "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: edge, namespace: ingress}\n"


def kinds(files: dict[str, str]) -> dict[str, list[str]]:
    return {each.name: sorted(one.kind for one in each.resources) for each in together(targets(files))}


def test_separate_kustomizations_are_joined() -> None:
    files = {
        "apps/kustomization.yaml": KUSTOMIZATION + "namespace: shop\nresources: [cart.yaml]\n", "apps/cart.yaml": SERVICE,
        "infra/kustomization.yaml": KUSTOMIZATION + "resources: [gateway.yaml]\n", "infra/gateway.yaml": GATEWAY,
        "routes/cart.yaml": ROUTE,
    }  # fmt: skip
    assert list(kinds(files).values()) == [["Gateway", "Service", "VirtualService"]]


def test_overlays_of_one_base_are_alternatives_even_in_namespaces_of_their_own() -> None:
    files = {"base/kustomization.yaml": KUSTOMIZATION + "resources: [cart.yaml]\n", "base/cart.yaml": SERVICE}
    for name in ("dev", "prod"):
        files[f"{name}/kustomization.yaml"] = KUSTOMIZATION + f"namespace: shop-{name}\nresources: [../base]\n"
    files |= {"infra/kustomization.yaml": KUSTOMIZATION + "resources: [gateway.yaml]\n", "infra/gateway.yaml": GATEWAY}
    assert kinds(files) == {"dev": ["Gateway", "Service"], "prod": ["Gateway", "Service"]}


def test_alternatives_of_one_name_are_joined() -> None:
    files: dict[str, str] = {}
    for app, text in (("cart", SERVICE), ("edge", GATEWAY)):
        files |= {f"{app}/base/kustomization.yaml": KUSTOMIZATION + "resources: [a.yaml]\n", f"{app}/base/a.yaml": text}
        for name in ("dev", "prod"):
            files[f"{app}/{name}/kustomization.yaml"] = KUSTOMIZATION + "resources: [../base]\n"
    assert {"cart/dev": ["Gateway", "Service"], "edge/prod": ["Gateway", "Service"]}.items() <= kinds(files).items()
