from meshes import mesh

from istiolint.mesh.entrances import Identity

GATEWAY = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: ingress, namespace: edge}
spec:
  template:
    metadata: {labels: {istio: ingress}}
    spec: {serviceAccountName: front, containers: [{name: istio-proxy, image: auto}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: web, namespace: shop}
spec: {selector: {istio: ingress}, servers: []}
---
"""
ROUTE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart.example.com]
  gateways: [GATEWAYS]
  http:
    - match: [{gateways: [mesh]}]
      route: [{destination: {host: stock}}]
    - route: [{destination: {host: cart}}, {destination: {host: old}, weight: 0}]
"""
CART, STOCK, OLD = (f"{name}.shop.svc.cluster.local" for name in ("cart", "stock", "old"))


def test_routes_of_a_gateway_come_with_the_identity_of_its_pods() -> None:
    found = mesh(GATEWAY + ROUTE.replace("GATEWAYS", "web"))
    (entrance,) = found.entrances.to(CART)
    assert entrance.identities == (Identity("edge", "front"),)
    assert entrance.gateway.name == "web"
    assert not found.entrances.to(STOCK), "a route for sidecars only"
    assert not found.entrances.to(OLD), "a destination without traffic"


def test_a_route_runs_where_the_pods_of_its_gateways_are() -> None:
    for gateways, homes in {"web": ("edge",), "web, mesh": (), "web, other/unknown": ()}.items():
        found = mesh(GATEWAY + ROUTE.replace("GATEWAYS", gateways))
        (route,) = found.all("VirtualService")
        assert found.entrances.namespaces(route) == homes


def test_gateways_of_the_gateway_api_run_as_an_account_of_their_own() -> None:
    found = mesh("""
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: web, namespace: edge}
spec: {gatewayClassName: istio, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: cart, namespace: shop}
spec:
  parentRefs: [{name: web, namespace: edge}]
  rules: [{backendRefs: [{name: cart, port: 80}]}]
""")
    (entrance,) = found.entrances.to(CART)
    assert entrance.identities == (Identity("edge", "web-istio"),)
