import pytest
from meshes import mesh

from istiolint.mesh.gateway_api import allows_route, backends, listeners, parents, supports_kind

API = "apiVersion: gateway.networking.k8s.io/v1\n"
ROUTE = (
    API + "kind: HTTPRoute\nmetadata: {name: r, namespace: shop}\nspec:\n"
    "  parentRefs: [{name: g}, {name: h, namespace: edge}, {group: '', kind: Service, name: s}, {}]\n"
    "  rules:\n"
    "  - filters: [{requestMirror: {backendRef: {name: mirror}}}]\n"
    "    backendRefs:\n"
    "    - {name: a}\n"
    "    - {name: b, namespace: other, filters: [{requestMirror: {backendRef: {name: deep}}}]}\n"
    "    - {name: p, group: inference.networking.k8s.io, kind: InferencePool}\n"
)


def test_references_of_a_route() -> None:
    route = mesh(ROUTE).all("HTTPRoute")[0]
    assert [(ref.type, ref.namespace, ref.name) for ref in parents(route)] == [
        ("KubernetesGateway", "shop", "g"),
        ("KubernetesGateway", "edge", "h"),
        ("Service", "shop", "s"),
    ]
    assert {(ref.type, ref.namespace, ref.name) for ref in backends(route)} == {
        ("Service", "shop", "a"),
        ("Service", "other", "b"),
        ("Service", "shop", "mirror"),
        ("Service", "shop", "deep"),
        ("inference.networking.k8s.io/InferencePool", "shop", "p"),
    }


@pytest.mark.parametrize(
    ("allowed", "namespace", "labels", "expected"),
    [
        ("", "edge", None, True),
        ("", "shop", None, False),
        ("from: Same", "shop", None, False),
        ("from: All", "shop", None, True),
        ("from: Selector, selector: {matchLabels: {a: b}}", "shop", None, None),
        ("from: Selector, selector: {matchLabels: {a: b}}", "shop", "a: b, c: d", True),
        ("from: Selector, selector: {matchLabels: {a: b}}", "shop", "a: c", False),
        ("from: Selector, selector: {matchExpressions: [{key: a, operator: Exists}]}", "shop", "a: c", True),
        ("from: Selector, selector: {matchLabels: {kubernetes.io/metadata.name: shop}}", "shop", "a: c", True),
    ],
)
def test_lets_in(allowed: str, namespace: str, labels: str | None, expected: bool | None) -> None:
    text = API + "kind: Gateway\nmetadata: {name: g, namespace: edge}\nspec:\n  listeners:\n  - name: http\n"
    text += f"    allowedRoutes: {{namespaces: {{{allowed}}}}}\n---\n" if allowed else "---\n"
    text += ROUTE.replace("namespace: shop", f"namespace: {namespace}") + "---\n"
    if labels is not None:
        text += f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {namespace}, labels: {{{labels}}}}}\n"
    found = mesh(text)
    gateway, route = found.all("KubernetesGateway")[0], found.all("HTTPRoute")[0]
    (listener,) = listeners(gateway, next(parents(route)).at)
    assert allows_route(listener, gateway, route, found.all("Namespace")) is expected


@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        ("from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}], to: [{kind: Service}]", True),
        ("from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}], to: [{kind: Service, name: b}]", True),
        ("from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}], to: [{kind: Service, name: c}]", False),
        ("from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: web}], to: [{kind: Service}]", False),
        ("from: [{group: gateway.networking.k8s.io, kind: GRPCRoute, namespace: shop}], to: [{kind: Service}]", False),
        ("from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}], to: [{kind: Secret}]", False),
    ],
)
def test_grants(grant: str, expected: bool) -> None:
    text = f"{ROUTE}---\n{API}kind: ReferenceGrant\nmetadata: {{name: x, namespace: other}}\nspec: {{{grant}}}\n"
    found = mesh(text)
    route = found.all("HTTPRoute")[0]
    backend = next(ref for ref in backends(route) if ref.name == "b")
    assert found.grants.allow(route, backend) is expected


@pytest.mark.parametrize(
    ("listener", "kind", "expected"),
    [
        ("protocol: HTTP", "GRPCRoute", True),
        ("protocol: HTTPS", "TLSRoute", False),
        ("protocol: TLS", "TLSRoute", True),
        ("protocol: TCP", "HTTPRoute", False),
        ("protocol: example.com/own", "HTTPRoute", True),
        ("protocol: HTTP, allowedRoutes: {kinds: [{kind: GRPCRoute}]}", "HTTPRoute", False),
        ("protocol: HTTP, allowedRoutes: {kinds: [{kind: GRPCRoute}, {kind: HTTPRoute}]}", "HTTPRoute", True),
        ("protocol: HTTP, allowedRoutes: {kinds: [{group: example.com, kind: HTTPRoute}]}", "HTTPRoute", False),
        ("protocol: TCP, allowedRoutes: {kinds: [{kind: HTTPRoute}]}", "HTTPRoute", False),
    ],
)
def test_kinds_of_a_listener(listener: str, kind: str, expected: bool) -> None:
    gateway = API + f"kind: Gateway\nmetadata: {{name: g, namespace: edge}}\nspec: {{listeners: [{{{listener}}}]}}\n"
    known = mesh(gateway).all("KubernetesGateway")[0]
    assert supports_kind(known.spec["listeners"][0], kind) is expected
