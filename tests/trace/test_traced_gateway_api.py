"""Routes of the Gateway API, in the mesh and at gateways; connections that nothing reads; ambient mode."""

from manifests import Manifest, as_text, deployment, kubernetes_gateway, namespace, resource, service
from traces import traced, words

GATEWAY = """\
    apiVersion: gateway.networking.k8s.io/v1
    kind: Gateway
    metadata: {name: front, namespace: shop}
    spec:
      gatewayClassName: istio
      listeners:
        - {name: http, port: 80, protocol: HTTP, hostname: "*.example.com"}
        - {name: pass, port: 8443, protocol: TLS, tls: {mode: Passthrough}}
        - {name: tcp, port: 9000, protocol: TCP}
"""
ROUTE = """\
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {name: cart, namespace: shop}
    spec:
      parentRefs: [{name: front}]
      hostnames: [shop.example.com]
      rules:
        - backendRefs: [{name: nothing, port: 80}]
        - matches: [{path: {value: /cart}}]
          filters:
            - {type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /v2}}}
            - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-a, value: b}]}}
          timeouts: {request: 3s}
          backendRefs: [{name: cart, port: 80}]
        - matches: [{path: {type: Exact, value: /cart/old}}]
          filters: [{type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: /new}}}]
"""


def test_the_most_specific_rule_first() -> None:
    trace = traced(GATEWAY, ROUTE, source="outside", url="http://shop.example.com/cart/items?a=b")
    assert (trace.outcome, trace.timeout) == ("routed", "3s")
    sent = trace.destinations[0].sent
    assert sent is not None
    assert (sent.path, sent.headers_set) == ("/v2/items?a=b", {"x-a": "b"})
    assert trace.proxy is not None
    assert trace.proxy.title.endswith("shop/front")
    trace = traced(GATEWAY, ROUTE, source="outside", url="http://shop.example.com/cart/old")
    assert (trace.outcome, trace.statuses, trace.location) == ("redirect", [302], "http://shop.example.com/new")


def test_prefixes_end_with_a_segment_and_missing_backends_are_500() -> None:
    trace = traced(GATEWAY, ROUTE, source="outside", url="http://shop.example.com/cartoon")
    assert (trace.outcome, trace.statuses) == ("no-cluster", [500])
    assert traced(GATEWAY, ROUTE, source="outside", url="http://other.example.com/").outcome == "no-route"
    assert traced(GATEWAY, ROUTE, source="outside", url="http://shop.example.org/").outcome == "no-route"


def test_an_only_backend_of_weight_0_gets_nothing() -> None:
    route = ROUTE.replace("backendRefs: [{name: cart, port: 80}]", "backendRefs: [{name: cart, port: 80, weight: 0}]")
    trace = traced(GATEWAY, route, source="outside", url="http://shop.example.com/cart/items")
    assert (trace.outcome, trace.statuses, trace.destinations) == ("no-cluster", [500], [])


def test_routes_in_the_mesh() -> None:
    route = """\
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: cart, namespace: shop}
        spec:
          parentRefs: [{group: "", kind: Service, name: cart}]
          rules:
            - matches: [{headers: [{name: x-user, value: a}]}]
              filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]
            - backendRefs: [{name: cart, port: 80}]
    """
    assert traced(route, headers={"x-user": "a"}).location == "https://cart/"
    assert traced(route).outcome == "routed"


BACKEND = """\
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: {{name: cart, namespace: {namespace}}}
    spec:
      parentRefs: [{{group: "", kind: Service, name: cart, namespace: shop}}]
      rules: [{{backendRefs: [{{name: {name}, namespace: shop, port: 80{rest}}}]}}]
"""


def test_backends_of_routes_in_the_mesh_need_no_grant() -> None:
    route = BACKEND.format(namespace="legacy", name="cart", rest="")
    client = """\
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: till, namespace: legacy}
        spec: {template: {metadata: {labels: {app: till, sidecar.istio.io/inject: "true"}}, spec: {containers: [{name: a}]}}}
    """
    trace = traced(route, client, source="legacy/till", url="http://cart.shop/")
    assert trace.route is not None
    assert (trace.route.owner.kind, trace.outcome) == ("HTTPRoute", "routed")


def test_backends_that_istio_rejects_are_500() -> None:
    for name, rest in (("cart.shop.svc.cluster.local", ""), ("cart", ", group: apps"), ("cart", ", group: networking.istio.io")):
        trace = traced(BACKEND.format(namespace="shop", name=name, rest=rest))
        assert (trace.outcome, trace.statuses) == ("no-cluster", [500]), (name, rest)


def test_connections() -> None:
    routes = """\
        apiVersion: gateway.networking.k8s.io/v1
        kind: TLSRoute
        metadata: {name: cart, namespace: shop}
        spec:
          parentRefs: [{name: front, sectionName: pass}]
          hostnames: [tls.example.com]
          rules: [{backendRefs: [{name: cart, port: 80}]}]
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: TCPRoute
        metadata: {name: cart, namespace: shop}
        spec: {parentRefs: [{name: front, sectionName: tcp}], rules: [{backendRefs: [{name: cart, port: 5432}]}]}
    """
    trace = traced(GATEWAY, routes, source="outside", url="https://tls.example.com:8443/")
    assert [each.host for each in trace.destinations] == ["cart.shop.svc.cluster.local"]
    trace = traced(GATEWAY, routes, source="outside", url="tcp://a.example.com:9000")
    assert [each.port for each in trace.destinations] == [5432]
    assert traced(GATEWAY, routes, source="outside", url="https://other.example.com:8443/").outcome == "no-route"


def test_tcp_routes_of_a_virtual_service() -> None:
    routes = """\
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: cart, namespace: shop}
        spec:
          hosts: [cart]
          tcp:
            - match: [{sourceLabels: {app: other}}]
              route: [{destination: {host: nothing}}]
            - match: [{port: 5432}]
              route: [{destination: {host: cart, port: {number: 80}}}]
    """
    trace = traced(routes, url="tcp://cart:5432")
    assert [each.port for each in trace.destinations] == [80]
    assert "VirtualService shop/cart matches the connection" in words(trace)


def ambient(*, attached: Manifest, labels: dict[str, str] | None = None) -> str:
    """Service `mesh/stock` in ambient mode, a policy that allows GET, and a waypoint."""
    policy = {**attached, "rules": [{"to": [{"operation": {"methods": ["GET"]}}]}]}
    listener = {"name": "mesh", "port": 15008, "protocol": "HBONE"}
    return as_text(
        namespace("mesh", **{"istio.io/dataplane-mode": "ambient"}),
        service("stock", "mesh", metadata={"labels": labels or {}}),
        deployment("stock", "mesh"),
        resource("AuthorizationPolicy", policy, name="read", namespace="mesh"),
        kubernetes_gateway({"gatewayClassName": "istio-waypoint", "listeners": [listener]}, name="waypoint", namespace="mesh"),
    )


TO_SERVICE = {"targetRefs": [{"kind": "Service", "name": "stock"}]}
WAYPOINT = {"istio.io/use-waypoint": "waypoint"}


def test_ztunnel_reads_no_http() -> None:
    mesh = ambient(attached={"selector": {"matchLabels": {"app": "stock"}}})
    trace = traced(mesh, source="mesh/stock", url="http://stock/")
    assert trace.outcome == "denied"
    assert "it has HTTP conditions, and the port is TCP" in words(trace)


def test_a_waypoint_does() -> None:
    mesh = ambient(attached=TO_SERVICE, labels=WAYPOINT)
    trace = traced(mesh, source="mesh/stock", url="http://stock/")
    assert (trace.outcome, trace.statuses) == ("routed", [200])
    trace = traced(mesh, source="mesh/stock", method="POST", url="http://stock/")
    assert (trace.outcome, trace.statuses) == ("denied", [403])


INGRESS = """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: main, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: stock, namespace: mesh}
spec:
  hosts: [stock.example.com]
  gateways: [istio-system/main]
  http: [{route: [{destination: {host: stock}}]}]
"""


def test_gateways_use_a_waypoint_only_if_the_service_says_so() -> None:
    without = ambient(attached=TO_SERVICE, labels=WAYPOINT)
    trace = traced(without, INGRESS, source="outside", method="POST", url="http://stock.example.com/")
    assert (trace.outcome, trace.statuses) == ("routed", [200])
    assert "does not go through the waypoint" in words(trace)
    used = ambient(attached=TO_SERVICE, labels={**WAYPOINT, "istio.io/ingress-use-waypoint": "true"})
    trace = traced(used, INGRESS, source="outside", method="POST", url="http://stock.example.com/")
    assert (trace.outcome, trace.statuses) == ("denied", [403])
    trace = traced(used, INGRESS, source="outside", url="http://stock.example.com/")
    assert (trace.outcome, trace.statuses) == ("routed", [200])


def test_sidecars_connect_past_waypoints() -> None:
    mesh = ambient(attached=TO_SERVICE, labels=WAYPOINT)
    trace = traced(mesh, source="shop/web", method="POST", url="http://stock.mesh/")
    assert (trace.outcome, trace.statuses) == ("routed", [200])
    assert "sidecars connect to the pods" in words(trace)


def test_envoy_filters_are_named_for_the_proxies_that_they_patch() -> None:
    envoy_filter = """
    apiVersion: networking.istio.io/v1alpha3
    kind: EnvoyFilter
    metadata: {name: lua, namespace: shop}
    spec:
      workloadSelector: {labels: {app: cart}}
      configPatches:
        - {applyTo: BOOTSTRAP, patch: {operation: MERGE, value: {}}}
        - applyTo: HTTP_FILTER
          match: {context: SIDECAR_INBOUND}
          patch: {operation: INSERT_BEFORE, value: {name: lua}}
    """
    [step] = [step for step in traced(envoy_filter).steps if "EnvoyFilter" in step.words and "cart-v1" in step.words]
    assert (step.kind, step.stage) == ("unknown", "server")
    assert not [step for step in traced(envoy_filter, url="http://web/").steps if "EnvoyFilter" in step.words]
