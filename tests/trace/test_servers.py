"""Requests at the workloads: mutual TLS and AuthorizationPolicies."""

import pytest
from manifests import as_text, peer_authentication
from traces import traced, words

from istiolint.trace.request import RequestError

STRICT = as_text(peer_authentication("STRICT"))
ALLOW = """\
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata: {name: cart, namespace: shop}
    spec:
      selector: {matchLabels: {app: cart}}
      rules:
        - from: [{source: {principals: [cluster.local/ns/shop/sa/web]}}]
          to: [{operation: {methods: [GET], paths: ["/items/*", "/u/{*}"]}}]
"""
DENY = """\
    apiVersion: security.istio.io/v1
    kind: AuthorizationPolicy
    metadata: {name: not-from-web, namespace: shop}
    spec:
      action: DENY
      rules:
        - from: [{source: {notNamespaces: [shop]}}]
        - to: [{operation: {ports: ["5432"], methods: [GET]}}]
"""


def test_strict_and_a_client_without_a_sidecar() -> None:
    trace = traced(STRICT, source="legacy/erp", url="http://cart.shop/")
    assert (trace.outcome, trace.statuses) == ("tls-refused", [])
    assert "Deployment legacy/erp has no sidecar" in words(trace)
    assert traced(STRICT).outcome == "routed"


def test_a_client_that_is_configured_to_send_plaintext() -> None:
    rule = """\
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: cart, namespace: shop}
        spec: {host: cart, trafficPolicy: {tls: {mode: DISABLE}}}
    """
    trace = traced(STRICT, rule)
    assert (trace.outcome, trace.statuses, trace.flag) == ("tls-refused", [503], "UC")
    assert "the DestinationRule sets `DISABLE`" in words(trace)


def test_an_allow_policy() -> None:
    assert traced(ALLOW, url="http://cart/items/1").outcome == "routed"
    assert traced(ALLOW, url="http://cart/u/1").outcome == "routed"
    trace = traced(ALLOW, url="http://cart/u/1/2")
    assert (trace.outcome, trace.statuses) == ("denied", [403])
    trace = traced(ALLOW, url="http://cart/items/1", method="DELETE")
    assert trace.destinations[0].leaves[0].policy is None
    assert "`methods` lists `GET`, but the request has `DELETE`" in words(trace)


def test_http_conditions_never_allow_tcp() -> None:
    trace = traced(ALLOW, url="tcp://cart:5432")
    assert trace.outcome == "denied"
    assert "it has HTTP conditions, and the port is TCP" in words(trace)


def test_a_deny_policy() -> None:
    assert traced(DENY).outcome == "routed"
    trace = traced(DENY, source="legacy/erp", url="http://cart.shop/")
    assert trace.outcome == "denied"
    policy = trace.destinations[0].leaves[0].policy
    assert policy is not None
    assert policy.name == "not-from-web"
    # Of a DENY rule only the conditions that TCP knows are left.
    assert traced(DENY, url="tcp://cart:5432").outcome == "denied"


def test_what_the_files_do_not_tell() -> None:
    policy = """\
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: office, namespace: shop}
        spec: {rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}]}]}
    """
    trace = traced(policy)
    assert not trace.sure
    assert "allows it only if the client's address is in 10.0.0.0/8" in words(trace)


def test_claims_of_a_jwt() -> None:
    policy = """\
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: admins, namespace: shop}
        spec: {rules: [{when: [{key: "request.auth.claims[groups]", values: [admin]}]}]}
    """
    authentication = """\
        apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {name: login, namespace: shop}
        spec: {jwtRules: [{issuer: "https://login.example.com", audiences: [shop]}]}
    """
    groups = {"groups": ["staff", "admin"]}
    assert traced(policy, authentication).outcome == "denied"
    assert traced(policy, authentication, claims=groups).outcome == "routed"
    trace = traced(policy, claims=groups)
    assert trace.outcome == "denied"
    assert "does not validate the JWT" in words(trace)
    assert traced(policy, authentication, claims={**groups, "iss": "https://other.example.com"}).statuses == [401]
    assert traced(policy, authentication, claims={**groups, "aud": "bank"}).statuses == [403]


def test_a_client_that_is_not_in_the_files() -> None:
    with pytest.raises(RequestError, match="no workload `shop/cart` in the files; did you mean `shop/cart-v"):
        traced(source="shop/cart")
    with pytest.raises(RequestError, match="write NAMESPACE/NAME"):
        traced(source="nowhere")
    assert traced(source="Deployment shop/web").outcome == "routed"
    with pytest.raises(RequestError):
        traced(source="Pod shop/web")
