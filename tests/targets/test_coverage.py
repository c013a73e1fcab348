"""What is known to be missing: only where the target shows that it would be there."""

import pytest
from repositories import DEPLOYMENT, ROUTE, SERVICE, report

SHOP = "metadata: {name: cart, namespace: shop}"
COMPLETE = {
    "service.yaml": SERVICE.replace("metadata: {name: cart}", SHOP),
    "deployment.yaml": DEPLOYMENT.replace("metadata: {name: cart}", SHOP),
}
MISSING = ROUTE.replace("metadata: {name: cart}", SHOP).replace("host: cart, subset: v1", "host: gone")


def missing(files: dict[str, str], route: str = MISSING) -> bool:
    """Whether the host of the route is reported as missing."""
    return any(one.rule == "host-not-found" for one in report({**files, "route.yaml": route}).diagnostics)


def test_a_complete_namespace() -> None:
    assert missing(COMPLETE)


@pytest.mark.parametrize(
    "more",
    [
        {"redis.yaml": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: redis, namespace: shop}\n"},
        {"db.yaml": "apiVersion: db.example.com/v1\nkind: Cluster\nmetadata: {name: db, namespace: shop}\n"},
        {"db.yaml": "apiVersion: db.example.com/v1\nkind: Cluster\nmetadata: {name: db}\n"},
        {"gone.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: gone\n  namespace: {{ .Values.namespace }}\n"},
        {"all.yaml": "{{- range .Values.services }}\napiVersion: v1\nkind: Service\nmetadata:\n  name: {{ . }}\n{{- end }}\n"},
        {"elsewhere/gone.yaml": SERVICE.replace("name: cart", "name: gone")},
        {
            "other.yaml": SERVICE.replace("metadata: {name: cart}", "metadata: {name: other, namespace: shop}").replace(
                "app: cart", "app: o"
            )
        },
    ],
)
def test_a_namespace_that_may_hold_more(more: dict[str, str]) -> None:
    assert not missing({**COMPLETE, **more})


@pytest.mark.parametrize(
    "more",
    [
        {"redis.yaml": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: redis, namespace: other}\n"},
        {"cert.yaml": "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: c, namespace: shop}\n"},
        {"route2.yaml": "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: {{ .Values.name }}\n"},
    ],
)
def test_a_namespace_to_which_nothing_is_added(more: dict[str, str]) -> None:
    assert missing({**COMPLETE, **more})


def test_a_route_that_is_applied_to_a_namespace_that_is_not_written() -> None:
    assert not missing(COMPLETE, MISSING.replace(", namespace: shop", ""))


def test_what_istio_itself_installs() -> None:
    assert not missing(COMPLETE, MISSING.replace("host: gone", "host: istiod"))


def test_an_unrendered_chart_does_not_open_namespaces_that_it_does_not_write() -> None:
    chart = {
        "chart/Chart.yaml": "name: c\n",
        "chart/templates/s.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .n }}\n",
    }
    assert missing({**COMPLETE, **chart})
