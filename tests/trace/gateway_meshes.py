"""Meshes of gateways for hypothesis: Gateways on two workloads, VirtualServices bound to them, and routes of the Gateway API."""

from typing import Any

from hypothesis import strategies as st
from manifests import (
    GATEWAY,
    IN_MESH,
    Manifest,
    as_text,
    deployment,
    kubernetes_gateway,
    namespace,
    resource,
    service,
)

from istiolint.sources import Source

NAMED = ("shop.example.com", "pay.example.com", "cart.shop.svc.cluster.local")
HOSTS = (*NAMED, "*.example.com", "Shop.Example.com", "cart", "*")
BASE = as_text(
    namespace("shop", **IN_MESH, team="shop"),
    namespace("pay", **IN_MESH),
    namespace("edge"),
    service("cart"),
    deployment("cart"),
    deployment("public", "edge", labels={"istio": "public"}, annotations=GATEWAY),
)


def _one(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


@st.composite
def gateways(draw: st.DrawFn) -> Manifest:
    """A Gateway with one or two servers."""
    servers = []
    for name, number in draw(_one([("a", 80)], [("a", 80), ("b", 443)], [("b", 443)], [("a", 80), ("c", 8080)])):
        hosts = draw(st.lists(st.tuples(_one("", "", "./", "shop/", "*/"), _one(*HOSTS)), min_size=1, max_size=2))
        server: Manifest = {
            "port": {"number": number, "name": name, "protocol": "HTTP"},
            "hosts": ["".join(each) for each in hosts],
        }
        if name == "b":
            server["port"]["protocol"] = "HTTPS"
            server["tls"] = {"mode": "SIMPLE", "credentialName": draw(_one("one", "two"))}
        elif draw(_one(False, False, True)):
            server["tls"] = {"httpsRedirect": True}
        servers.append(server)
    spec = {"selector": {"istio": "public"}, "servers": servers}
    return resource("Gateway", spec, namespace=draw(_one("edge", "shop")), name=draw(_one("one", "two")))


@st.composite
def virtual_services(draw: st.DrawFn) -> Manifest:
    """A VirtualService, mostly for a gateway."""
    spec: Manifest = {"hosts": draw(st.lists(_one(*HOSTS), min_size=1, max_size=2, unique=True))}
    spec |= draw(_one({}, {"gateways": ["edge/one"]}, {"gateways": ["edge/one"]}, {"gateways": ["shop/one", "edge/two"]}))
    spec |= draw(_one({}, {}, {"exportTo": ["."]}, {"exportTo": ["edge"]}, {"exportTo": ["pay", "shop"]}))
    spec["http"] = [{"route": [{"destination": {"host": "cart.shop.svc.cluster.local"}}]}]
    return resource("VirtualService", spec, namespace=draw(_one("shop", "pay", "edge")), name=f"v{draw(_one(0, 1, 2))}")


@st.composite
def kubernetes_gateways(draw: st.DrawFn) -> Manifest:
    """A Gateway of the Gateway API."""
    listener: Manifest = {"name": "http", "port": 80, "protocol": "HTTP"}
    if (host := draw(_one(None, *HOSTS[:4]))) is not None:
        listener["hostname"] = host
    selector = {"from": "Selector", "selector": {"matchLabels": {"team": "shop"}}}
    if (allowed := draw(_one(None, {"from": "All"}, {"from": "All"}, selector))) is not None:
        listener["allowedRoutes"] = {"namespaces": allowed}
    spec = {"gatewayClassName": "istio", "listeners": [listener]}
    return kubernetes_gateway(spec, namespace="edge", name="web")


@st.composite
def http_routes(draw: st.DrawFn) -> Manifest:
    """An HTTPRoute of it."""
    parent: Manifest = {"name": "web", "namespace": draw(_one("edge", "edge", "shop"))}
    parent |= draw(_one({}, {}, {"sectionName": "http"}, {"sectionName": "https"}, {"port": 80}))
    spec: Manifest = {"parentRefs": [parent], "rules": [{"backendRefs": [{"name": "cart", "port": 80}]}]}
    if hosts := draw(st.lists(_one(*HOSTS[:4]), max_size=2, unique=True)):
        spec["hostnames"] = hosts
    return resource("HTTPRoute", spec, namespace=draw(_one("shop", "pay")), name=f"r{draw(_one(0, 1))}")


@st.composite
def gateway_meshes(draw: st.DrawFn) -> list[Source]:
    """A mesh with some of everything; each resource once."""
    others = st.one_of(gateways(), gateways(), virtual_services(), virtual_services(), http_routes())
    found = [
        draw(gateways()),
        *draw(st.lists(others, min_size=1, max_size=6)),
        *draw(st.lists(kubernetes_gateways(), max_size=1)),
    ]
    once = {(each["apiVersion"], each["kind"], each["metadata"]["namespace"], each["metadata"]["name"]): each for each in found}
    return [Source("mesh.yaml", BASE + as_text(*once.values()))]
