"""The route that matches a request, and its destinations."""

import pytest
from traces import cart_routes, traced, words

from istiolint.trace.text import responsible

ROUTES = """\
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: {name: cart, namespace: shop}
    spec:
      hosts: [cart]
      http:
        - name: items
          match: [{uri: {prefix: /items}, method: {exact: GET}}]
          rewrite: {uri: /api}
          timeout: 2s
          route:
            - destination: {host: cart, subset: v2}
        - name: both
          route:
            - destination: {host: cart, subset: v1}
              weight: 90
            - destination: {host: cart, subset: v3}
              weight: 10
"""
SUBSETS = """\
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata: {name: cart, namespace: shop}
    spec:
      host: cart
      subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
"""
TO_CART = [{"destination": {"host": "cart"}}]


def workloads(trace: object) -> list[str]:
    return [leaf.workload.title for each in trace.destinations for leaf in each.leaves]  # type: ignore[attr-defined]


def test_the_default_route() -> None:
    trace = traced()
    assert (trace.outcome, trace.statuses, trace.route) == ("routed", [200], None)
    assert workloads(trace) == ["Deployment shop/cart-v1", "Deployment shop/cart-v2"]
    assert trace.destinations[0].client_tls == "mtls"


def test_the_first_route_that_matches() -> None:
    trace = traced(ROUTES, SUBSETS, url="http://cart.shop.svc.cluster.local/items/1?a=b")
    assert trace.route is not None
    assert (trace.route.name, trace.timeout) == ("shop/cart:items", "2s")
    assert workloads(trace) == ["Deployment shop/cart-v2"]
    assert trace.destinations[0].sent is not None
    assert trace.destinations[0].sent.path == "/api/1?a=b"


def test_why_a_route_does_not_match() -> None:
    trace = traced(ROUTES, SUBSETS, url="http://cart/items", method="POST")
    assert trace.route is not None
    assert trace.route.name == "shop/cart:both"
    assert "`method` must match exact `GET`, but the method is `POST`" in words(trace)


def test_a_subset_that_no_rule_defines() -> None:
    trace = traced(ROUTES, SUBSETS, url="http://cart/")
    assert (trace.outcome, trace.statuses) == ("mixed", [200, 503])
    assert [each.outcome for each in trace.destinations] == ["routed", "no-cluster"]
    assert "no DestinationRule for this client defines subset `v3`" in words(trace)


def test_no_route() -> None:
    routes = ROUTES.partition("        - name: both")[0]
    trace = traced(routes, SUBSETS, url="http://cart/other")
    assert (trace.outcome, trace.statuses, trace.flag) == ("no-route", [404], "NR")


def test_a_delegate() -> None:
    root = """\
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: root, namespace: shop}
        spec:
          hosts: [cart]
          http:
            - name: api
              match: [{uri: {prefix: /api}}]
              delegate: {name: api}
              timeout: 3s
    """
    delegate = """\
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: api, namespace: shop}
        spec:
          http:
            - name: elsewhere
              match: [{uri: {prefix: /other}}]
              directResponse: {status: 418}
            - name: items
              match: [{uri: {prefix: /api/items}}]
              route: [{destination: {host: cart}}]
    """
    trace = traced(root, delegate, url="http://cart/api/items/1")
    assert trace.route is not None
    assert (trace.route.name, trace.route.root_name, trace.timeout) == ("shop/api:items", "shop/root:api", "3s")
    assert traced(root, delegate, url="http://cart/other").outcome == "no-route"


def test_a_redirect() -> None:
    redirect = {"uri": "/new", "scheme": "https", "authority": "shop.example.com", "redirectCode": 308}
    trace = traced(cart_routes({"redirect": redirect}), url="http://cart/old?a=b")
    assert (trace.outcome, trace.statuses, trace.location) == ("redirect", [308], "https://shop.example.com/new?a=b")


def test_a_host_that_is_not_in_the_files() -> None:
    routes = cart_routes({"route": [{"destination": {"host": "other.elsewhere.svc.cluster.local"}}]})
    trace = traced(routes, whole_mesh=True)
    assert (trace.outcome, trace.sure) == ("no-cluster", True)
    trace = traced(routes, whole_mesh=False)
    assert (trace.outcome, trace.sure) == ("no-cluster", False)
    assert "may exist outside the files" in words(trace)


def test_unknown_hosts() -> None:
    assert traced(url="http://www.example.com/").outcome == "passthrough"
    sidecar = """\
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: default, namespace: shop}
        spec:
          egress: [{hosts: ["./*"]}]
          outboundTrafficPolicy: {mode: REGISTRY_ONLY}
    """
    trace = traced(sidecar, url="http://www.example.com/")
    assert (trace.outcome, trace.statuses) == ("blackhole", [502])
    assert traced(sidecar).outcome == "routed"


def test_a_port_that_is_not_http() -> None:
    trace = traced(url="tcp://cart:5432")
    assert (trace.outcome, trace.statuses, trace.retries) == ("routed", [], None)


def test_query_parameters_are_compared_as_they_are_written() -> None:
    routes = cart_routes({"match": [{"queryParams": {"v": {"exact": "a b"}}}], "route": TO_CART})
    assert traced(routes, url="http://cart/?v=a%20b").outcome == "no-route"
    assert traced(routes, url="http://cart/?x=1&v=a b&v=c").outcome == "routed"


def test_a_service_that_may_be_outside_the_files() -> None:
    trace = traced(url="http://orders.legacy/", whole_mesh=False)
    assert not trace.sure
    assert "may be Service `legacy/orders`, which is not in the files" in words(trace)
    assert traced(url="http://orders.legacy/", whole_mesh=True).sure
    assert "may be Service" not in words(traced(url="http://www.example.com/", whole_mesh=False))


@pytest.mark.parametrize(
    ("origin", "unmatched", "outcome"),
    [
        ("https://a.example.com", {}, "direct-response"),
        ("https://b.example.com", {}, "routed"),
        ("https://b.example.com", {"unmatchedPreflights": "IGNORE"}, "direct-response"),
    ],
)
def test_preflight_requests(origin: str, unmatched: dict[str, str], outcome: str) -> None:
    headers = {"origin": origin, "access-control-request-method": "GET"}
    policy = {"allowOrigins": [{"exact": "https://a.example.com"}], **unmatched}
    routes = cart_routes({"corsPolicy": policy, "route": TO_CART})
    assert traced(routes, method="OPTIONS", headers=headers).outcome == outcome
    assert traced(routes, headers=headers).outcome == "routed"


def test_a_service_that_the_sidecar_does_not_know() -> None:
    sidecar = """
    apiVersion: networking.istio.io/v1
    kind: Sidecar
    metadata: {name: default, namespace: shop}
    spec: {egress: [{hosts: ["istio-system/*"]}], outboundTrafficPolicy: {mode: REGISTRY_ONLY}}
    """
    trace = traced(sidecar)
    assert trace.outcome == "blackhole"
    assert "Service shop/cart has this host, but Sidecar shop/default does not import it for port 80" in words(trace)
    step = responsible(trace)
    assert step is not None
    assert "does not import it" in step.words
    assert "did you mean `cart`?" in words(traced(sidecar, url="http://carts/"))
