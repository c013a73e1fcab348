"""Meshes whose resources refer to each other, for hypothesis: routes of both APIs, delegates, subsets, visibility, Sidecars, TLS
modes and policies."""

from typing import Any

from hypothesis import strategies as st
from manifests import (
    GATEWAY,
    HTTP,
    IN_MESH,
    Manifest,
    as_text,
    deployment,
    kubernetes_gateway,
    namespace,
    peer_authentication,
    resource,
    service,
)

from istiolint.sources import Source

SOURCES = ("shop/web", "pay/stock", "legacy/erp", "outside")
SHARED = ("shop/web", "pay/stock")
"""The sources with a sidecar."""
GATEWAY_API = "gateway.networking.k8s.io"
HOSTS = ("cart.shop.svc.cluster.local", "stock.pay.svc.cluster.local", "stock", "ghost.pay.svc.cluster.local", "api.example.com")
INGRESS = {"istio": "ingressgateway"}
BASE = as_text(
    namespace("shop", **IN_MESH),
    namespace("pay", **IN_MESH),
    namespace("legacy"),
    namespace("istio-system"),
    service("gateway", "istio-system", selector=INGRESS, ports=[{"name": "http2", "port": 80, "targetPort": 8080}]),
    resource(
        "Gateway",
        {"selector": INGRESS, "servers": [{"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}]},
        namespace="istio-system",
        name="main",
    ),
    kubernetes_gateway(
        {
            "gatewayClassName": "istio",
            "listeners": [
                {
                    "name": "all", "port": 8080, "protocol": "HTTP", "hostname": "*.example.com",
                    "allowedRoutes": {"namespaces": {"from": "All"}},
                },
                {"name": "own", "port": 8081, "protocol": "HTTP", "hostname": "edge.example.com"},
            ],
        },
        namespace="istio-system",
        name="edge",
    ),
    resource(
        "ServiceEntry",
        {
            "hosts": ["api.example.com"],
            "ports": [{"name": "http", "number": 80, "protocol": "HTTP"}],
            "resolution": "DNS",
        },
        namespace="pay",
        name="api",
    ),
)  # fmt: skip


def _exported(to: str | None) -> Manifest:
    return {"annotations": {"networking.istio.io/exportTo": to}} if to else {}


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
        resource("VirtualService", root, namespace=draw(_one("shop", "istio-system")), name="root"),
        resource("VirtualService", pages, namespace=namespace, name="pages"),
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
    found = [resource(kind, spec, namespace=namespace, name="route")]
    if draw(_one(False, True)):
        opened = {
            "from": [{"group": GATEWAY_API, "kind": kind, "namespace": namespace}],
            "to": [{"group": "", "kind": "Service"}],
        }
        found.append(resource("ReferenceGrant", opened, namespace=owner or "pay", name="grant"))
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
    return resource("VirtualService", spec, namespace=namespace, name=f"routes{index}")


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
    return resource("DestinationRule", spec, namespace=draw(_one("shop", "pay", "istio-system")), name=f"rule{draw(_one(0, 1))}")


@st.composite
def sidecars(draw: st.DrawFn) -> Manifest:
    """A Sidecar for a workload, a namespace or the mesh."""
    hosts = draw(_one(["./*"], ["*/*"], ["pay/*"], ["shop/cart.shop.svc.cluster.local"], ["~/*"]))
    egress: Manifest = {"hosts": hosts} | draw(_one({}, {}, {"port": {"number": 8080, "protocol": "HTTP", "name": "http"}}))
    spec: Manifest = {"egress": [egress, *draw(_one([], [{"hosts": ["./*"]}]))]}
    spec |= draw(_one({}, {"outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}}))
    if draw(_one(False, False, True)):
        return resource("Sidecar", {"workloadSelector": {"labels": {"app": "web"}}} | spec, name="web")
    return resource("Sidecar", spec, namespace=draw(_one("shop", "istio-system")), name="default")


@st.composite
def peer_authentications(draw: st.DrawFn) -> Manifest:
    """A mode for a workload and one of its ports, a namespace, or the mesh."""
    mode = draw(_one("STRICT", "DISABLE", "PERMISSIVE"))
    if draw(_one(False, False, True)):
        ports = draw(_one({}, {"portLevelMtls": {"8080": {"mode": "STRICT"}}}, {"portLevelMtls": {"8080": {"mode": "DISABLE"}}}))
        return peer_authentication(mode, "cart", selector={"matchLabels": {"app": "cart"}}, **ports)
    return peer_authentication(mode, namespace=draw(_one("shop", "pay", "istio-system")))


@st.composite
def authorization_policies(draw: st.DrawFn) -> Manifest:
    """An ALLOW policy for everybody, one service account, or nobody."""
    accounts = {"web": "cluster.local/ns/shop/sa/web", "gateway": "cluster.local/ns/istio-system/sa/gateway"}
    rules = draw(_one([], [{}], *([{"from": [{"source": {"principals": [each]}}]}] for each in accounts.values())))
    return resource(
        "AuthorizationPolicy", {"rules": rules}, namespace=draw(_one("shop", "pay")), name=f"policy{draw(_one(0, 1))}"
    )


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
    second = {"name": "http-b", "port": 8080}
    fixed = [
        service("cart", ports=draw(_one([HTTP], [HTTP, second])), metadata=_exported(draw(_one(None, None, ".", "pay")))),
        service("stock", "pay", ports=[second], metadata=_exported(draw(_one(None, None, ".")))),
        deployment("web", calls=draw(_one("", "http://stock.pay:8080", "http://cart"))),
        deployment("cart", labels={"app": draw(_one("cart", "cart", "basket")), "version": "v1"}),
        deployment("stock", "pay", labels={"version": draw(_one("v1", "v2"))}),
        deployment("erp", "legacy", calls=draw(_one("", "http://cart.shop"))),
        deployment("gateway", "istio-system", labels=INGRESS, annotations=GATEWAY),
    ]
    more = [each for found in draw(st.lists(_OTHERS, min_size=1, max_size=6)) for each in found]
    once = {(each["kind"], each["metadata"]["namespace"], each["metadata"]["name"]): each for each in more}
    return [Source("base.yaml", BASE), Source("mesh.yaml", as_text(*fixed, *once.values()))]
