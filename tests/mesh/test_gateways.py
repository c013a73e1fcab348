import pytest
from meshes import mesh

from istiolint.mesh.gateways import GatewayName, bound_gateways, gateway_name


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("public", "shop/public"),
        ("edge/public", "edge/public"),
        ("./public", "shop/public"),
        ("mesh", "mesh"),
        ("public.edge.svc.cluster.local", "edge/public"),
        ("public.edge", "edge/public"),
    ],
)
def test_gateway_name(reference: str, expected: str) -> None:
    assert str(gateway_name(reference, "shop")) == expected


def test_bound_to_the_mesh_where_nothing_is_written() -> None:
    found = mesh("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec: {gateways: oops}")
    assert [name for name, _ in bound_gateways(found.all("VirtualService")[0])] == [GatewayName("", "mesh")]


@pytest.mark.parametrize(
    ("served", "host", "namespace", "expected"),
    [
        ("www.example.com", "www.example.com", "shop", True),
        ("*.example.com", "www.example.com", "shop", True),
        ("www.example.com", "*.example.com", "shop", True),
        ("www.example.com", "api.example.com", "shop", False),
        ("./www.example.com", "www.example.com", "shop", False),
        ("./www.example.com", "www.example.com", "edge", True),
        ("shop/www.example.com", "www.example.com", "shop", True),
        ("shop/*", "www.example.com", "web", False),
        ("*/*", "www.example.com", "web", True),
    ],
)
def test_serves(served: str, host: str, namespace: str, expected: bool) -> None:
    found = mesh(
        "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: g, namespace: edge}\n"
        f"spec: {{servers: [{{hosts: ['{served}']}}]}}"
    )
    assert bool(found.gateways.servers(found.all("Gateway")[0], [host], namespace)) is expected


def test_listeners_of_the_gateway_api_serve_all_without_a_hostname() -> None:
    found = mesh(
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: g, namespace: edge}\n"
        "spec: {listeners: [{hostname: '*.example.com'}, {}]}"
    ).gateways
    [gateway] = found.find(GatewayName("edge", "g"))
    assert [server.path[-1] for server in found.servers(gateway, ["anything"], "shop")] == [1]
    assert [server.path[-1] for server in found.servers(gateway, ["www.example.com"], "shop")] == [0, 1]
