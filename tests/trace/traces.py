"""A small shop as a mesh, and traces in it."""

from textwrap import dedent
from typing import Any

from istiolint.engine import lint as engine
from istiolint.settings import Settings
from istiolint.sources import Source
from istiolint.trace.request import request
from istiolint.trace.result import Trace
from istiolint.trace.tracer import Tracer

SHOP = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Namespace
metadata: {name: legacy}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec:
  selector: {app: cart}
  ports: [{name: http, port: 80, targetPort: 8080}, {name: tcp-db, port: 5432}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart-v1, namespace: shop}
spec:
  template:
    metadata: {labels: {app: cart, version: v1}}
    spec: {serviceAccountName: cart, containers: [{name: app, image: a}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart-v2, namespace: shop}
spec:
  template:
    metadata: {labels: {app: cart, version: v2}}
    spec: {serviceAccountName: cart, containers: [{name: app, image: a}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    metadata: {labels: {app: web}}
    spec: {serviceAccountName: web, containers: [{name: app, image: a}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: erp, namespace: legacy}
spec:
  template:
    metadata: {labels: {app: erp}}
    spec: {containers: [{name: app, image: a}]}
---
apiVersion: v1
kind: Service
metadata: {name: gateway, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  ports: [{name: http2, port: 80, targetPort: 8080}, {name: https, port: 443, targetPort: 8443}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: gateway, namespace: istio-system}
spec:
  template:
    metadata:
      labels: {istio: ingressgateway}
      annotations: {inject.istio.io/templates: gateway}
    spec: {serviceAccountName: gateway, containers: [{name: istio-proxy, image: auto}]}
"""


def tracer(*texts: str, shop: bool = True, **settings: Any) -> Tracer:
    """A tracer for the shop with more resources."""
    settings = {"whole_mesh": True, **settings}
    sources = [Source("shop.yaml", SHOP)] if shop else []
    sources += [Source(f"more{index}.yaml", dedent(text)) for index, text in enumerate(texts)]
    return Tracer(engine.understand(sources, Settings(**settings)).meshes[0][1])


def traced(*texts: str, source: str = "shop/web", url: str = "http://cart/", method: str = "GET", **rest: Any) -> Trace:
    """A trace in the shop; by default from the front end to the cart."""
    settings = {name: rest.pop(name) for name in ("whole_mesh",) if name in rest}
    return tracer(*texts, **settings).trace(request(source, method, url, rest.pop("headers", None), **rest))


def words(trace: Trace) -> str:
    """All steps."""
    return "\n".join(f"{step.kind} {step.stage}: {step.words}" for step in trace.steps)
