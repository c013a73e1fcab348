"""Meshes whose resources refer to each other, for hypothesis: routes of both APIs, delegates, subsets, visibility, Sidecars, TLS
modes and policies."""

import json
from typing import Any, TypeAlias

from hypothesis import strategies as st

from istiolint.sources import Source

Manifest: TypeAlias = dict[str, Any]
SOURCES = ("shop/web", "pay/stock", "legacy/erp", "outside")
SHARED = ("shop/web", "pay/stock")
"""The sources with a sidecar."""
GATEWAY_API = "gateway.networking.k8s.io"
HOSTS = ("cart.shop.svc.cluster.local", "stock.pay.svc.cluster.local", "stock", "ghost.pay.svc.cluster.local", "api.example.com")
BASE = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Namespace
metadata: {name: pay, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Namespace
metadata: {name: legacy}
---
apiVersion: v1
kind: Namespace
metadata: {name: istio-system}
---
apiVersion: v1
kind: Service
metadata: {name: gateway, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  ports: [{name: http2, port: 80, targetPort: 8080}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: main, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: istio-system}
spec:
  gatewayClassName: istio
  listeners:
    - {name: all, port: 8080, protocol: HTTP, hostname: "*.example.com", allowedRoutes: {namespaces: {from: All}}}
    - {name: own, port: 8081, protocol: HTTP, hostname: edge.example.com}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: api, namespace: pay}
spec:
  hosts: [api.example.com]
  ports: [{name: http, number: 80, protocol: HTTP}]
  resolution: DNS
"""


def _resource(group: str, kind: str, namespace: str, name: str, spec: Manifest) -> Manifest:
    return {
        "apiVersion": f"{group}.istio.io/v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec,
    }  # fmt: skip


def _named(name: str, namespace: str) -> Manifest:
    return {"name": name, "namespace": namespace}


def _deployment(namespace: str, name: str, labels: dict[str, str], calls: str = "") -> Manifest:
    container: Manifest = {"name": "app", "image": "example.com/app:1"} | (
        {"env": [{"name": "TARGET_URL", "value": calls}]} if calls else {}
    )
    template = {"metadata": {"labels": labels}, "spec": {"serviceAccountName": name, "containers": [container]}}
    if name == "gateway":
        template["metadata"]["annotations"] = {"inject.istio.io/templates": "gateway"}
    return {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }  # fmt: skip


def _service(namespace: str, name: str, ports: list[Manifest], export: str | None) -> Manifest:
    metadata: Manifest = {"name": name, "namespace": namespace}
    metadata |= {"annotations": {"networking.istio.io/exportTo": export}} if export else {}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"selector": {"app": name}, "ports": ports}}


def _one(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


_EXPORT = _one(None, None, [], ["."], ["*"], ["pay"], ["shop", "istio-system"])


@st.composite
def destinations(draw: st.DrawFn) -> Manifest:
    """A destination, which may not exist."""
    found: Manifest = {"host": draw(_one(*HOSTS))}
    if port := draw(_one(None, None, 80, 8080, 9999)):
        found["port"] = {"number": port}
    if subset := draw(_one(None, None, "v1", "v9")):
        found["subset"] = subset
    return {"destination": found}


@st.composite
def delegating(draw: st.DrawFn) -> list[Manifest]:
    """A VirtualService that delegates, and its delegate, which may not be visible or not match."""
    namespace = draw(_one("shop", "pay"))
    root: Manifest = {
        "hosts": [draw(_one(*HOSTS[:2], "shop.example.com"))],
        "gateways": draw(_one(["mesh"], ["mesh", "istio-system/main"])),
        "http": [{"match": [{"uri": {"prefix": "/a"}}], "delegate": {"name": "pages", "namespace": namespace}}],
    }
    pages: Manifest = {"http": [{"route": [draw(destinations())]}]}
    if prefix := draw(_one(None, "/a", "/b")):
        pages["http"][0]["match"] = [{"uri": {"prefix": prefix}}]
    if (export := draw(_EXPORT)) is not None:
        pages["exportTo"] = export
    return [
        _resource("networking", "VirtualService", draw(_one("shop", "istio-system")), "root", root),
        _resource("networking", "VirtualService", namespace, "pages", pages),
    ]


@st.composite
def kubernetes_routes(draw: st.DrawFn) -> list[Manifest]:
    """An HTTPRoute or GRPCRoute with a backend that may not exist, or that needs a ReferenceGrant, which may exist."""
    kind, namespace, owner = draw(_one("HTTPRoute", "GRPCRoute")), draw(_one("shop", "pay")), draw(_one(None, "shop", "pay"))
    backend: Manifest = {"name": draw(_one("cart", "stock", "ghost")), "port": draw(_one(80, 8080, 9999))}
    backend |= {"namespace": owner} if owner else {}
    backend |= {"weight": 0} if draw(_one(False, False, False, True)) else {}
    parent = draw(_one(*({"name": "edge", "namespace": "istio-system", "sectionName": each} for each in ("all", "own", "none"))))
    if service := draw(_one(None, None, "cart", "stock")):
        parent = {"group": "", "kind": "Service", "name": service, "namespace": draw(_one("shop", "pay"))}
    match = [{"path": {"value": draw(_one("/", "/a"))}}] if kind == "HTTPRoute" else []
    spec: Manifest = {"parentRefs": [parent], "rules": [{"matches": match, "backendRefs": [backend]}]}
    if not service:
        spec["hostnames"] = [draw(_one("edge.example.com", "shop.example.com", "other.example.org"))]
    found = [{"apiVersion": "gateway.networking.k8s.io/v1", "kind": kind, "metadata": _named("route", namespace), "spec": spec}]
    if draw(_one(False, True)):
        opened = {
            "from": [{"group": GATEWAY_API, "kind": kind, "namespace": namespace}],
            "to": [{"group": "", "kind": "Service"}],
        }
        metadata = _named("grant", owner or "pay")
        found.append({"apiVersion": f"{GATEWAY_API}/v1beta1", "kind": "ReferenceGrant", "metadata": metadata, "spec": opened})
    return found


@st.composite
def virtual_services(draw: st.DrawFn) -> Manifest:
    """A VirtualService for sidecars, the gateway, or both."""
    namespace, index = draw(_one("shop", "pay", "istio-system")), draw(st.integers(0, 3))
    gateways = draw(_one(None, None, ["mesh"], ["istio-system/main"], ["mesh", "istio-system/main"]))
    spec: Manifest = {"hosts": [draw(_one(*HOSTS[:2], "shop.example.com"))], "http": []}
    spec |= {"gateways": gateways} if gateways else {}
    if (export := draw(_EXPORT)) is not None:
        spec["exportTo"] = export
    for prefix in draw(_one(["/a", None], [None], ["/a"], ["/", "/a"])):
        route = {"route": [draw(destinations())]}
        spec["http"].append(({"match": [{"uri": {"prefix": prefix}}]} if prefix else {}) | route)
    return _resource("networking", "VirtualService", namespace, f"routes{index}", spec)


@st.composite
def destination_rules(draw: st.DrawFn) -> Manifest:
    """A DestinationRule with subsets, of which one has no workload, and perhaps client TLS."""
    spec: Manifest = {"host": draw(_one(*HOSTS[:2])), "subsets": []}
    for name, version in draw(_one([], [("v1", "v1")], [("v9", "v9")], [("v1", "v1"), ("v9", "v9")])):
        spec["subsets"].append({"name": name, "labels": {"version": version}})
    if mode := draw(_one(None, None, "DISABLE", "ISTIO_MUTUAL")):
        spec["trafficPolicy"] = {"tls": {"mode": mode}}
    if mode := draw(_one(None, None, "DISABLE", "ISTIO_MUTUAL")):
        ports = [{"port": {"number": 80}, "tls": {"mode": mode}}]
        spec["trafficPolicy"] = spec.get("trafficPolicy", {}) | {"portLevelSettings": ports}
    if spec["subsets"] and (mode := draw(_one(None, None, "DISABLE", "ISTIO_MUTUAL"))):
        spec["subsets"][0]["trafficPolicy"] = {"tls": {"mode": mode}}
    if (export := draw(_EXPORT)) is not None:
        spec["exportTo"] = export
    return _resource("networking", "DestinationRule", draw(_one("shop", "pay", "istio-system")), f"rule{draw(_one(0, 1))}", spec)


@st.composite
def sidecars(draw: st.DrawFn) -> Manifest:
    """A Sidecar for a workload, a namespace or the mesh."""
    hosts = draw(_one(["./*"], ["*/*"], ["pay/*"], ["shop/cart.shop.svc.cluster.local"], ["~/*"]))
    egress: Manifest = {"hosts": hosts} | draw(_one({}, {}, {"port": {"number": 8080, "protocol": "HTTP", "name": "http"}}))
    spec: Manifest = {"egress": [egress, *draw(_one([], [{"hosts": ["./*"]}]))]}
    spec |= draw(_one({}, {"outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}}))
    if draw(_one(False, False, True)):
        return _resource("networking", "Sidecar", "shop", "web", {"workloadSelector": {"labels": {"app": "web"}}} | spec)
    return _resource("networking", "Sidecar", draw(_one("shop", "istio-system")), "default", spec)


@st.composite
def peer_authentications(draw: st.DrawFn) -> Manifest:
    """A mode for a workload and one of its ports, a namespace, or the mesh."""
    mode = draw(_one("STRICT", "DISABLE", "PERMISSIVE"))
    if draw(_one(False, False, True)):
        spec: Manifest = {"selector": {"matchLabels": {"app": "cart"}}, "mtls": {"mode": mode}}
        spec |= draw(_one({}, {"portLevelMtls": {"8080": {"mode": "STRICT"}}}, {"portLevelMtls": {"8080": {"mode": "DISABLE"}}}))
        return _resource("security", "PeerAuthentication", "shop", "cart", spec)
    return _resource(
        "security", "PeerAuthentication", draw(_one("shop", "pay", "istio-system")), "default", {"mtls": {"mode": mode}}
    )


@st.composite
def authorization_policies(draw: st.DrawFn) -> Manifest:
    """An ALLOW policy for everybody, one service account, or nobody."""
    accounts = {"web": "cluster.local/ns/shop/sa/web", "gateway": "cluster.local/ns/istio-system/sa/gateway"}
    rules = draw(_one([], [{}], *([{"from": [{"source": {"principals": [each]}}]}] for each in accounts.values())))
    return _resource("security", "AuthorizationPolicy", draw(_one("shop", "pay")), f"policy{draw(_one(0, 1))}", {"rules": rules})


_OTHERS = st.one_of(
    *(
        one.map(lambda each: [each])
        for one in (
            virtual_services(), virtual_services(), destination_rules(), destination_rules(), sidecars(), peer_authentications(),
            authorization_policies(),
        )
    ),
    delegating(),
    kubernetes_routes(),
)  # fmt: skip


@st.composite
def meshes(draw: st.DrawFn) -> list[Source]:
    """A mesh with some of everything; each resource once."""
    web, cart = {"name": "http", "port": 80, "targetPort": 8080}, {"name": "http-b", "port": 8080}
    fixed = [
        _service("shop", "cart", draw(_one([web], [web, cart])), draw(_one(None, None, ".", "pay"))),
        _service("pay", "stock", [cart], draw(_one(None, None, "."))),
        _deployment("shop", "web", {"app": "web"}, draw(_one("", "http://stock.pay:8080", "http://cart"))),
        _deployment("shop", "cart", {"app": draw(_one("cart", "cart", "basket")), "version": "v1"}),
        _deployment("pay", "stock", {"app": "stock", "version": draw(_one("v1", "v2"))}),
        _deployment("legacy", "erp", {"app": "erp"}, draw(_one("", "http://cart.shop"))),
        _deployment("istio-system", "gateway", {"istio": "ingressgateway"}),
    ]
    more = [each for found in draw(st.lists(_OTHERS, min_size=1, max_size=6)) for each in found]
    once = {(each["kind"], each["metadata"]["namespace"], each["metadata"]["name"]): each for each in more}
    text = "".join(f"---\n{json.dumps(each, indent=1)}\n" for each in [*fixed, *once.values()])
    return [Source("base.yaml", BASE), Source("mesh.yaml", text)]
