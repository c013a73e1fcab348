"""Flux Kustomizations and Argo CD Applications."""

import pytest
from repositories import DEPLOYMENT, ROUTE, SERVICE, only, targets

FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: shop, namespace: flux-system}
spec:
  path: ./apps/shop
  MORE
"""
ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  source: {path: apps/shop}
  destination: {namespace: shop}
"""
FLUX_NAME, ARGO_NAME = "Kustomization shop (apps/shop)", "Application shop (apps/shop)"


def flux(more: str = "prune: true", **files: str) -> dict[str, str]:
    named = {f"apps/shop/{name}.yaml": text for name, text in files.items()}
    return {"clusters/prod/shop.yaml": FLUX.replace("MORE", more), "apps/shop/cart.yaml": SERVICE, **named}


def test_flux_applies_a_folder_without_a_kustomization() -> None:
    found = {target.name: target for target in targets(flux(route=ROUTE))}
    assert [resource.kind for resource in found[FLUX_NAME].resources] == ["Service", "VirtualService"]
    assert [resource.kind for resource in found[""].resources] == ["Kustomization"]


def test_flux_changes_what_it_applies() -> None:
    service = only(flux("targetNamespace: shop\n  commonMetadata: {labels: {team: a}}"), "Service", FLUX_NAME)
    assert (service.namespace, service.labels) == ("shop", {"team": "a"})


def test_flux_applies_the_kustomizations_of_inner_folders() -> None:
    files = flux() | {
        "apps/shop/in/kustomization.yaml": "namespace: inner\nresources: [route.yaml]\n",
        "apps/shop/in/route.yaml": ROUTE,
    }
    assert only(files, "VirtualService", FLUX_NAME).namespace == "inner"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("${HOST}", "shop"),
        ("${HOST:=x}", "shop"),
        ("${OTHER:=other}", "other"),
        ("${OTHER}", "${OTHER}"),
        ("a-${HOST}", "a-shop"),
    ],
)
def test_flux_substitutes_variables(written: str, expected: str) -> None:
    files = flux("postBuild: {substitute: {HOST: shop}}", route=ROUTE.replace("[cart]", f'["{written}"]'))
    assert only(files, "VirtualService", FLUX_NAME).spec["hosts"][0].text == expected


def test_variables_from_the_cluster_leave_the_target_open() -> None:
    [found] = [one for one in targets(flux("postBuild: {substituteFrom: [{kind: ConfigMap, name: x}]}")) if one.kind == "flux"]
    assert found.gaps == ["variables that Flux reads from the cluster"]


def test_argo_sets_the_namespace_of_what_names_none() -> None:
    placed = DEPLOYMENT.replace("{name: cart}", "{name: cart, namespace: own}")
    files = {"argocd/shop.yaml": ARGO, "apps/shop/cart.yaml": f"{SERVICE}---\n{placed}"}
    assert only(files, "Service", ARGO_NAME).namespace == "shop"
    assert only(files, "Deployment", ARGO_NAME).namespace == "own"


@pytest.mark.parametrize("path", ["../shop", "gone", "${PATH}", "{{path}}", ""])
def test_paths_that_are_not_part_of_the_input(path: str) -> None:
    files = {"argocd/shop.yaml": ARGO.replace("apps/shop", f'"{path}"'), "apps/shop/cart.yaml": SERVICE}
    assert [target.kind for target in targets(files)] == ["folder"]


def test_one_folder_for_two_clusters() -> None:
    files = flux("postBuild: {substitute: {HOST: prod}}", route=ROUTE.replace("[cart]", '["${HOST}"]'))
    files["clusters/dev/shop.yaml"] = files["clusters/prod/shop.yaml"].replace("HOST: prod", "HOST: dev")
    hosts = {
        resource.spec["hosts"][0].text
        for target in targets(files)
        for resource in target.resources
        if resource.kind == "VirtualService"
    }
    assert hosts == {"dev", "prod"}
