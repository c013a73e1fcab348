import json

from hypothesis import given
from hypothesis import strategies as st
from meshes import mesh

from istiolint.mesh.gateway_paths import overlap
from istiolint.mesh.gateways import GatewayName

PATHS = st.sampled_from(["/", "/a", "/a/", "/a/b", "/ab", "/b"])
MATCHES = st.one_of(
    st.builds(lambda path: {"uri": {"prefix": path}}, PATHS),
    st.builds(lambda path: {"uri": {"exact": path}}, PATHS),
    st.builds(lambda path: {"uri": {"prefix": path}, "method": {"exact": "GET"}}, PATHS),
)
ROUTES = st.lists(st.builds(lambda matches: {"match": matches}, st.lists(MATCHES, max_size=2)), max_size=3)


@given(st.lists(ROUTES, min_size=2, max_size=4))
def test_the_index_finds_what_comparing_all_pairs_finds(services: list[object]) -> None:
    written = [
        {
            "apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": f"v{at}", "namespace": "shop"},
            "spec": {"hosts": ["a.example.com"], "gateways": ["web"], "http": http},
        }
        for at, http in enumerate(services)
    ]  # fmt: skip
    found = mesh("\n---\n".join(map(json.dumps, written)))
    everyone = found.all("VirtualService")
    for service in everyone:
        taken = found.gateway_paths.taken(service, GatewayName("shop", "web"), "a.example.com")
        names = [neighbor.virtual_service.name for neighbor in taken if overlap(service, neighbor.virtual_service)]
        assert names == [other.name for other in everyone if other is not service and overlap(service, other)]
