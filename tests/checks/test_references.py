"""The checks of references do not depend on the order of documents, or on other documents."""

import json
from copy import deepcopy

from hypothesis import given, settings
from hypothesis import strategies as st

from istiolint.documents import read
from istiolint.engine.lint import lint
from istiolint.settings import Settings
from istiolint.sources import Source

RULES = (
    "sidecar-host-not-found", "virtual-service-hidden-from-gateway",
    "parent-gateway-not-found", "listener-not-found", "route-not-allowed-by-gateway", "backend-not-found", "backend-not-granted",
    "host-not-found", "host-not-visible", "destination-rule-host-not-found", "route-to-missing-subset", "subset-not-visible",
    "gateway-not-found", "host-not-served-by-gateway", "match-on-gateway-not-bound", "destination-port-not-found",
    "destination-port-left-open", "destination-needs-port", "delegate-not-found", "two-virtual-services-for-one-host",
    "virtual-service-overrides-another", "two-destination-rules-for-one-host",
)  # fmt: skip
ISTIO = "apiVersion: networking.istio.io/v1\n"
DOCUMENTS = [
    "apiVersion: v1\nkind: Service\nmetadata: {name: reviews, namespace: shop}\nspec: {ports: [{port: 80}]}\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: ratings, namespace: shop}\nspec: {ports: [{port: 80}]}\n",
    "apiVersion: v1\nkind: Service\n"
    "metadata: {name: hidden, namespace: shop, annotations: {networking.istio.io/exportTo: '.'}}\nspec: {ports: [{port: 80}]}\n",
    ISTIO + "kind: DestinationRule\nmetadata: {name: a, namespace: shop}\nspec: {host: reviews, subsets: [{name: v1}]}\n",
    ISTIO + "kind: DestinationRule\nmetadata: {name: b, namespace: shop}\nspec: {host: reviewz, exportTo: ['.']}\n",
    ISTIO + "kind: DestinationRule\nmetadata: {name: c, namespace: web}\nspec: {host: ratings.shop, subsets: [{name: v1}]}\n",
    ISTIO + "kind: Gateway\nmetadata: {name: public, namespace: edge}\nspec: {servers: [{hosts: [a.example.com]}]}\n",
    ISTIO + "kind: VirtualService\nmetadata: {name: a, namespace: shop}\nspec:\n  hosts: [reviews]\n  http:\n  - route:\n"
    "    - destination: {host: reviews, subset: v2}\n    - destination: {host: raitings}\n    mirror: {host: ratings.shop}\n",
    ISTIO + "kind: VirtualService\nmetadata: {name: b, namespace: web}\nspec:\n  hosts: [b.example.com]\n"
    "  gateways: [public, edge/public]\n  http:\n  - match: [{gateways: [mesh]}]\n    route:\n"
    "    - destination: {host: hidden.shop.svc.cluster.local}\n    - destination: {host: reviews}\n",
]
ROUTES = [
    "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: k, namespace: edge}\n"
    "spec: {gatewayClassName: istio, listeners: [{name: http, port: 80, allowedRoutes: {namespaces: {from: Same}}}]}\n",
    "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: h, namespace: shop}\nspec:\n"
    "  parentRefs: [{name: k, namespace: edge, sectionName: https}]\n"
    "  rules: [{filters: [{requestMirror: {backendRef: {name: m}}}], backendRefs: [{name: reviews, namespace: web}]}]\n",
    "apiVersion: gateway.networking.k8s.io/v1\nkind: ReferenceGrant\nmetadata: {name: r, namespace: web}\n"
    "spec: {from: [{kind: HTTPRoute, namespace: shop}], to: [{kind: Service, name: other}]}\n",
    ISTIO
    + "kind: Sidecar\nmetadata: {name: s, namespace: shop}\nspec: {egress: [{hosts: [./reviews, web/b.example.com, x/y.z]}]}\n",
    ISTIO + "kind: VirtualService\nmetadata: {name: d, namespace: shop}\nspec:\n  hosts: [d]\n  exportTo: ['.']\n"
    "  http: [{delegate: {name: x}}]\n  tcp: [{route: [{destination: {host: reviews, port: {number: 81}}}]}]\n",
]
UNRELATED = [
    "apiVersion: v1\nkind: Service\nmetadata: {name: other, namespace: elsewhere}\nspec: {ports: [{port: 80}]}\n",
    ISTIO + "kind: ServiceEntry\nmetadata: {name: other, namespace: elsewhere}\nspec: {hosts: [other.example.org]}\n",
    ISTIO + "kind: DestinationRule\nmetadata: {name: other, namespace: elsewhere}\nspec: {host: other, subsets: [{name: v9}]}\n",
    ISTIO + "kind: Gateway\nmetadata: {name: other, namespace: elsewhere}\nspec: {servers: [{hosts: [other.example.org]}]}\n",
]


def found(documents: list[str], whole_mesh: bool) -> set[tuple[str, str, str, str]]:
    report = lint([Source("all.yaml", "---\n".join(documents))], Settings(select=RULES, whole_mesh=whole_mesh))
    assert not report.internal_errors
    ours = [d for d in report.diagnostics if d.resource and d.resource.namespace != "elsewhere"]
    return {(d.rule, str(d.resource), d.field_path, d.message) for d in ours}


def test_the_findings() -> None:
    assert sorted((rule, where.partition(" ")[2], path) for rule, where, path, _ in found(DOCUMENTS, False)) == [
        ("destination-rule-host-not-found", "shop/b", "spec.host"),
        ("destination-rule-host-not-found", "web/c", "spec.host"),
        ("gateway-not-found", "web/b", "spec.gateways[0]"),
        ("host-not-found", "shop/a", "spec.http[0].mirror.host"),
        ("host-not-found", "shop/a", "spec.http[0].route[1].destination.host"),
        ("host-not-found", "web/b", "spec.http[0].route[1].destination.host"),
        ("host-not-served-by-gateway", "web/b", "spec.gateways[1]"),
        ("host-not-visible", "web/b", "spec.http[0].route[0].destination.host"),
        ("match-on-gateway-not-bound", "web/b", "spec.http[0].match[0].gateways[0]"),
        ("route-to-missing-subset", "shop/a", "spec.http[0].route[0].destination.subset"),
    ]


@settings(max_examples=30, deadline=None)
@given(st.permutations([*DOCUMENTS, *ROUTES]), st.lists(st.sampled_from(UNRELATED), unique=True), st.booleans())
def test_order_and_unrelated_documents_change_nothing(documents: list[str], unrelated: list[str], whole_mesh: bool) -> None:
    assert found([*documents, *unrelated], whole_mesh) == found([*DOCUMENTS, *ROUTES], whole_mesh)


ODD = st.sampled_from(
    [None, True, 0, -1, 1.5, float("inf"), "", "*", ".", "/", "~", "ü" * 300, [], {}, [None], [[]], {"name": {}}, [{"a": 1}]]
)


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of everything in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, inner in items for place in places(inner, (*path, key)))]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_odd_values_never_crash(data: st.DataObject) -> None:
    """Whatever stands in a field, no check fails."""
    documents = [next(read(Source("", text))).data for text in (*DOCUMENTS, *ROUTES)]
    for document in data.draw(st.lists(st.sampled_from(documents), min_size=1, max_size=4)):
        path = data.draw(st.sampled_from(places(document)[1:]))
        *parents, last = path
        holder = document
        for step in parents:
            holder = holder[step]
        holder[last] = deepcopy(data.draw(ODD))
    found([json.dumps(document) + "\n" for document in documents], data.draw(st.booleans()))
