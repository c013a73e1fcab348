"""A small shop as a mesh, and traces in it."""

from textwrap import dedent
from typing import Any

from manifests import GATEWAY, HTTP, IN_MESH, Manifest, as_text, deployment, namespace, resource, service

from istiolint.engine import lint as engine
from istiolint.settings import Settings
from istiolint.sources import Source
from istiolint.trace.request import request
from istiolint.trace.result import Trace
from istiolint.trace.tracer import Tracer

SHOP = as_text(
    namespace("shop", **IN_MESH),
    namespace("legacy"),
    service("cart", ports=[HTTP, {"name": "tcp-db", "port": 5432}]),
    deployment("cart-v1", labels={"app": "cart", "version": "v1"}),
    deployment("cart-v2", labels={"app": "cart", "version": "v2"}),
    deployment("web"),
    deployment("erp", "legacy"),
    service(
        "gateway",
        "istio-system",
        selector={"istio": "ingressgateway"},
        ports=[{"name": "http2", "port": 80, "targetPort": 8080}, {"name": "https", "port": 443, "targetPort": 8443}],
    ),
    deployment("gateway", "istio-system", labels={"istio": "ingressgateway"}, annotations=GATEWAY),
)


def cart_routes(*http: Manifest) -> str:
    """VirtualService `shop/cart` with HTTP routes."""
    return as_text(resource("VirtualService", {"hosts": ["cart"], "http": http}, name="cart"))


def tracer(*texts: str, shop: bool = True, **settings: Any) -> Tracer:
    """A tracer for the shop with more resources."""
    settings = {"whole_mesh": True, **settings}
    sources = [Source("shop.yaml", SHOP)] if shop else []
    sources += [Source(f"more{index}.yaml", dedent(more)) for index, more in enumerate(texts)]
    return Tracer(engine.understand(sources, Settings(**settings)).meshes[0][1])


def traced(*texts: str, source: str = "shop/web", url: str = "http://cart/", method: str = "GET", **rest: Any) -> Trace:
    """A trace in the shop; by default from the front end to the cart."""
    settings = {name: rest.pop(name) for name in ("whole_mesh",) if name in rest}
    return tracer(*texts, **settings).trace(request(source, method, url, rest.pop("headers", None), **rest))


def words(trace: Trace) -> str:
    """All steps."""
    return "\n".join(f"{step.kind} {step.stage}: {step.words}" for step in trace.steps)
