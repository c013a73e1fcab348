"""Requests from outside."""

from traces import traced, words

GATEWAY = """\
    apiVersion: networking.istio.io/v1
    kind: Gateway
    metadata: {name: shop, namespace: shop}
    spec:
      selector: {istio: ingressgateway}
      servers:
        - {port: {number: 80, name: http, protocol: HTTP}, hosts: ["*.example.com"]}
        - {port: {number: 443, name: https, protocol: HTTPS}, hosts: [secure.example.com], tls: {mode: SIMPLE, credentialName: a}}
"""
ROUTES = """\
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: {name: shop, namespace: shop}
    spec:
      hosts: [shop.example.com, secure.example.com]
      gateways: [shop]
      http:
        - match: [{uri: {prefix: /cart}}]
          route: [{destination: {host: cart, port: {number: 80}}}]
"""


def test_a_request_through_the_gateway() -> None:
    trace = traced(GATEWAY, ROUTES, source="outside", url="http://shop.example.com/cart")
    assert (trace.outcome, trace.statuses) == ("routed", [200])
    assert traced(GATEWAY, ROUTES, source="istio-system/gateway", url="https://secure.example.com/cart").outcome == "routed"


def test_no_route_and_no_host() -> None:
    assert traced(GATEWAY, ROUTES, source="outside", url="http://shop.example.com/").outcome == "no-route"
    trace = traced(GATEWAY, ROUTES, source="outside", url="http://other.example.com/")
    assert trace.outcome == "no-route"
    assert "no route that is bound to the gateway has the host `other.example.com`" in words(trace)


def test_no_listener() -> None:
    trace = traced(GATEWAY, ROUTES, source="outside", url="https://shop.example.com/")
    assert trace.outcome == "no-listener"
    assert "closes the connection: no server for https on port 443 with SNI `shop.example.com`" in words(trace)
    assert traced(GATEWAY, ROUTES, source="outside", url="http://shop.example.com:8080/").outcome == "no-listener"


def test_policies_of_the_gateway() -> None:
    policy = """\
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: no-admin, namespace: istio-system}
        spec:
          selector: {matchLabels: {istio: ingressgateway}}
          action: DENY
          rules: [{to: [{operation: {paths: ["/cart/admin*"]}}]}]
    """
    trace = traced(GATEWAY, ROUTES, policy, source="outside", url="http://shop.example.com/cart/admin")
    assert (trace.outcome, trace.statuses) == ("denied", [403])
    assert trace.policy is not None
    assert trace.policy.name == "no-admin"


def test_a_gateway_without_a_workload_in_the_files() -> None:
    other = GATEWAY.replace("ingressgateway", "other").replace("name: shop,", "name: other,")
    routes = ROUTES.replace("[shop]", "[other]")
    trace = traced(other, routes, source="outside", url="http://shop.example.com/cart", whole_mesh=False)
    assert trace.outcome == "routed"
    assert traced(other, routes, source="outside", url="http://shop.example.com/cart", whole_mesh=True).outcome == "no-listener"


def test_a_host_that_the_server_does_not_accept_shows_both_hosts() -> None:
    gateway = """\
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: edge, namespace: istio-system}
        spec:
          selector: {istio: ingressgateway}
          servers: [{port: {number: 8080, name: http, protocol: HTTP}, hosts: [legacy/shop.example.com]}]
    """
    routes = """\
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: edge, namespace: shop}
        spec: {hosts: [shop.example.com], gateways: [istio-system/edge], http: [{route: [{destination: {host: cart}}]}]}
    """
    trace = traced(gateway, routes, source="outside", url="http://shop.example.com/")
    (step,) = (step for step in trace.steps if "do not accept it" in step.words)
    assert [at.place.span().source.path for at in step.places] == ["more1.yaml", "more0.yaml"]
