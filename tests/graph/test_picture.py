"""The model of the picture: nodes, edges, and the places of findings."""

import pytest
from manifests import as_text, peer_authentication
from pictures import drawn, edge, workload

from istiolint.engine.lint import lint
from istiolint.graph.build import attach, picture_of
from istiolint.graph.grouping import collapsed, within
from istiolint.graph.picture import OUTSIDE, Picture
from istiolint.rules.pages import Example, pages
from istiolint.sources import Source

STRICT = as_text(peer_authentication("STRICT"))
CALLS = (
    workload("cart")
    + workload("web", calls="http://cart.shop.svc.cluster.local/items")
    + workload("erp", "legacy", "http://cart.shop")
)
ENTRY = """\
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: pay, namespace: shop}
spec: {hosts: [pay.example.com], location: MESH_EXTERNAL, resolution: DNS, ports: [{number: 443, name: https, protocol: HTTPS}]}
---
"""
CANARY = """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec: {selector: {istio: ingress}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example.com]}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec: {host: cart, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [shop.example.com]
  gateways: [public]
  http:
    - match: [{uri: {prefix: /beta}}]
      route: [{destination: {host: beta}}]
    - route:
        - {destination: {host: cart, subset: v1}, weight: 90}
        - {destination: {host: cart, subset: v2}, weight: 10}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{name: http, port: 80}]}
---
"""
VERSION = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: cart-{0}, namespace: shop}}
spec: {{template: {{metadata: {{labels: {{app: cart, version: {0}}}}}, spec: {{containers: [{{name: app, image: a:1}}]}}}}}}
---
"""
NOTHING = """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: none, namespace: shop}
spec: {}
---
"""
UNKNOWN_FIELD = """\
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: a}
spec: {x: 1}
"""


def test_calls_with_mtls_and_a_caller_that_fails() -> None:
    picture, diagnostics = drawn(CALLS, STRICT)
    web, erp = edge(picture, "shop/web", "shop/cart"), edge(picture, "legacy/erp", "shop/cart")
    assert (web.kind, web.tls, web.verdict, web.broken) == ("call", "mtls", "all", "")
    assert (erp.tls, erp.verdict) == ("plaintext", "none")
    assert "does not accept plaintext" in erp.broken
    assert [diagnostics[number].rule for number in erp.findings] == ["strict-mtls-breaks-workload"]
    assert not web.findings
    assert picture.nodes["service shop/cart"].mtls == "STRICT"
    assert picture.nodes["service legacy/erp"].mtls == "outside"


def test_a_denied_call() -> None:
    policy = (
        "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: none, namespace: shop}\nspec: {}\n---\n"
    )
    picture, _ = drawn(CALLS, policy)
    assert "AuthorizationPolicy shop/none" in edge(picture, "shop/web", "shop/cart").broken
    assert ("policy", "AuthorizationPolicy shop/none (ALLOW)") in [
        (fact.topic, fact.words) for fact in picture.nodes["service shop/cart"].facts
    ]


def test_routes_weights_and_a_missing_host() -> None:
    picture, diagnostics = drawn(CANARY, VERSION.format("v1"), VERSION.format("v2"))
    assert edge(picture, "shop/public", "shop/cart").label == "90 %/10 %"
    assert edge(picture, "shop/cart", "shop/cart-v1").weights == [90]
    assert edge(picture, "shop/cart", "shop/cart-v2").weights == [10]
    assert (OUTSIDE, "gateway shop/public", "entry") in picture.edges
    beta = edge(picture, "shop/public", "shop/beta")
    assert picture.nodes[beta.target].kind == "missing"
    assert "host-not-found" in [diagnostics[number].rule for number in beta.findings]
    assert "host-not-found" not in [diagnostics[number].rule for number in edge(picture, "shop/public", "shop/cart").findings]


def test_external_hosts() -> None:
    picture, _ = drawn(ENTRY, workload("web", calls="https://pay.example.com/charge"))
    call = edge(picture, "shop/web", "pay.example.com")
    assert (call.tls, call.ports, picture.nodes[call.target].kind) == ("plaintext", [443], "host")
    alone, _ = drawn(workload("web", calls="https://undeclared.example.com"))
    assert not alone.edges


def test_every_finding_is_somewhere() -> None:
    picture, diagnostics = drawn(CALLS, STRICT, CANARY, UNKNOWN_FIELD)
    elements = [picture, *picture.nodes.values(), *picture.edges.values(), *picture.namespaces.values()]
    assert {number for element in elements for number in element.findings} == set(range(len(diagnostics)))


def test_smaller_pictures() -> None:
    picture, _ = drawn(CALLS, STRICT)
    assert set(within(picture, ["legacy"]).nodes) == {"service legacy/erp", "service shop/cart"}
    closed = collapsed(picture)
    assert set(closed.nodes) == {"namespace shop", "namespace legacy"}
    assert closed.nodes["namespace shop"].members == 2
    (joined,) = closed.edges.values()
    assert (joined.source, joined.target, bool(joined.broken)) == ("namespace legacy", "namespace shop", True)


def test_a_mesh_of_nothing() -> None:
    picture, _ = drawn()
    assert not picture.nodes
    assert not picture.edges


GATEWAY_API = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: shop}
spec: {gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart, namespace: shop}
spec:
  parentRefs: [{name: public}]
  rules:
    - backendRefs: [{name: cart, port: 80, weight: 3}, {name: web, port: 80, weight: 1}, {name: nowhere, port: 80, weight: 0}]
---
"""
DELEGATE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: root, namespace: shop}
spec: {hosts: [shop.example.com], gateways: [public], http: [{delegate: {name: cart}}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec: {http: [{route: [{destination: {host: cart}}], mirror: {host: web}}]}
---
"""


def test_routes_of_the_gateway_api() -> None:
    picture, diagnostics = drawn(CALLS, GATEWAY_API)
    cart, web = edge(picture, "shop/public", "shop/cart"), edge(picture, "shop/public", "shop/web")
    assert (cart.weights, web.weights, cart.tls) == ([75], [25], "mtls")
    nowhere = edge(picture, "shop/public", "shop/nowhere")
    assert picture.nodes[nowhere.target].kind == "missing"
    assert {diagnostics[number].rule for number in nowhere.findings} - {diagnostics[number].rule for number in cart.findings}


def test_delegates_and_mirrors() -> None:
    picture, _ = drawn(CALLS, CANARY.partition("---\n")[0] + "---\n", DELEGATE)
    assert edge(picture, "shop/public", "shop/cart").kind == "route"
    assert edge(picture, "shop/public", "shop/web").kind == "mirror"


SAMPLE = [(page.rule, example) for page in pages().values() for example in page.examples()][::25]


@pytest.mark.parametrize(("rule", "example"), SAMPLE)
def test_examples_of_rules_can_be_drawn(rule: str, example: Example) -> None:
    pictures: list[Picture] = []
    sources = [Source(name, text) for name, text in example.files.items()]
    report = lint(sources, look=lambda name, mesh: pictures.append(picture_of(mesh, name)))
    attach(pictures, report.diagnostics)
    for picture in pictures:
        assert {end for edge in picture.edges.values() for end in (edge.source, edge.target)} <= picture.nodes.keys()
        elements = [*picture.nodes.values(), *picture.edges.values(), *picture.namespaces.values()]
        assert {number for each in elements for number in each.findings}.union(picture.findings) <= set(
            range(len(report.diagnostics))
        )
