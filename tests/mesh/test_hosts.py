import pytest
from hypothesis import given
from hypothesis import strategies as st
from meshes import mesh

from istiolint.mesh.host_index import covers
from istiolint.mesh.hosts import Hosts
from istiolint.settings import Settings


def service(name: str, namespace: str = "", export: str = "") -> str:
    place = f", namespace: {namespace}" if namespace else ""
    note = f", annotations: {{networking.istio.io/exportTo: '{export}'}}" if export else ""
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}{place}{note}}}\nspec: {{ports: [{{port: 80}}]}}\n---\n"


def entry(host: str, namespace: str, export: str = "") -> str:
    scope = f"  exportTo: [{export}]\n" if export else ""
    return (
        f"apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {{name: e, namespace: {namespace}}}\n"
        f"spec:\n  hosts: ['{host}']\n{scope}---\n"
    )


def virtual_service(namespace: str = "") -> str:
    place = f", namespace: {namespace}" if namespace else ""
    return f"apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: vs{place}}}\nspec: {{}}\n---\n"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("reviews", "reviews.shop.svc.cluster.local"),
        ("reviews.shop", "reviews.shop"),
        ("reviews.shop.svc.cluster.local", "reviews.shop.svc.cluster.local"),
        ("*", "*"),
        ("*.example.com", "*.example.com"),
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("", ""),
    ],
)
def test_fqdn(host: str, expected: str) -> None:
    assert Hosts(()).fqdn(host, "shop") == expected


def test_fqdn_in_another_cluster_domain() -> None:
    hosts = mesh(service("a", "x"), settings=Settings(cluster_domain="corp.example")).hosts
    assert hosts.fqdn("a", "x") == "a.x.svc.corp.example"
    assert hosts.visible_to("a.x.svc.corp.example", "web")
    assert hosts.service_name("a.x.svc.cluster.local") is None


@pytest.mark.parametrize(
    ("fqdn", "expected"),
    [
        ("a.x.svc.cluster.local", ("a", "x")),
        ("a.x.svc.clusterset.local", ("a", "x")),
        ("a.b.x.svc.cluster.local", None),
        ("a.svc.cluster.local", None),
        (".svc.cluster.local", None),
        ("*.x.svc.cluster.local", None),
        ("a.x", None),
        ("", None),
    ],
)
def test_service_name(fqdn: str, expected: tuple[str, str] | None) -> None:
    assert Hosts(()).service_name(fqdn) == expected


def test_gateways_and_imports_bring_services() -> None:
    hosts = mesh("""
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: public, namespace: edge}
spec: {gatewayClassName: istio, listeners: [{port: 80, protocol: HTTP}, {port: 53, protocol: UDP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: way, namespace: edge}
spec: {gatewayClassName: istio-waypoint}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: named, namespace: edge, annotations: {gateway.istio.io/name-override: other}}
spec: {gatewayClassName: istio}
---
apiVersion: multicluster.x-k8s.io/v1alpha1
kind: ServiceImport
metadata: {name: far, namespace: shop}
spec: {ports: [{port: 9000}]}
---
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: fn, namespace: shop}
""").hosts
    for name in ("public-istio.edge", "way.edge", "other.edge", "fn.shop"):
        assert hosts.visible_to(f"{name}.svc.cluster.local", "any"), name
    assert not hosts.visible_to("public.edge.svc.cluster.local", "any")
    assert hosts.visible_to("far.shop.svc.clusterset.local", "any").ports == (9000,)  # type: ignore[union-attr]
    assert not hosts.visible_to("far.shop.svc.cluster.local", "any")
    assert hosts.visible_to("public-istio.edge.svc.cluster.local", "any").ports == (80,)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("export", "namespace", "seen"),
    [
        ("", "web", True),
        ("*", "web", True),
        (".", "web", False),
        (".", "x", True),
        ("web, api", "web", True),
        ("web,api", "x", False),
        ("~", "x", False),
    ],
)
def test_services_are_seen_where_they_are_exported(export: str, namespace: str, seen: bool) -> None:
    assert bool(mesh(service("a", "x", export)).hosts.visible_to("a.x.svc.cluster.local", namespace)) is seen


def test_the_meshs_default_export() -> None:
    found = mesh(service("a", "x") + service("b", "x", "*"), mesh_config="defaultServiceExportTo: ['.']").hosts
    assert found.visible_to("a.x.svc.cluster.local", "x")
    assert not found.visible_to("a.x.svc.cluster.local", "web")
    assert found.visible_to("b.x.svc.cluster.local", "web")


def test_a_hidden_service_does_not_hide_a_wildcard() -> None:
    hosts = mesh(entry("www.example.com", "x", "'.'") + entry("*.example.com", "web")).hosts
    assert hosts.visible_to("www.example.com", "x").name == "www.example.com"  # type: ignore[union-attr]
    assert hosts.visible_to("www.example.com", "api").name == "*.example.com"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("documents", "host", "known"),
    [
        (service("a", "x") + virtual_service("x"), "b", True),
        (service("a", "web") + virtual_service("x"), "b", False),
        (service("a", "web") + virtual_service("x"), "b.web.svc.cluster.local", True),
        (service("b") + service("a", "x") + virtual_service("x"), "b", False),
        (service("a") + virtual_service(), "b", False),
        (service("a") + service("b", "x") + virtual_service(), "b", False),
        (service("a", "default") + virtual_service(), "b", False),
        (service("a") + "\n# file: other/vs.yaml\n" + virtual_service(), "b", False),
        (service("a", "x") + virtual_service("x"), "www.example.com", False),
    ],
)
def test_what_the_input_can_know(documents: str, host: str, known: bool) -> None:
    for whole in (False, True):
        found = mesh(documents, settings=Settings(whole_mesh=whole))
        assert found.hosts.lacks(host, found.all("VirtualService")[0]) is (known or whole)


@pytest.mark.parametrize(
    ("deployer", "known"),
    [
        ("kind: HelmRelease\napiVersion: helm.toolkit.fluxcd.io/v2\nmetadata: {name: c, namespace: x}", False),
        ("kind: HelmRelease\napiVersion: helm.toolkit.fluxcd.io/v2\nmetadata: {name: c, namespace: web}", True),
        ("kind: HelmRelease\napiVersion: helm.toolkit.fluxcd.io/v2\nmetadata: {name: c}", False),
        (
            "kind: Application\napiVersion: argoproj.io/v1alpha1\nmetadata: {name: c, namespace: argocd}\n"
            "spec: {destination: {namespace: x}}",
            False,
        ),
        (
            "kind: Application\napiVersion: argoproj.io/v1alpha1\nmetadata: {name: c, namespace: x}\n"
            "spec: {destination: {namespace: web}}",
            True,
        ),
    ],
)
def test_charts_bring_services_unseen(deployer: str, known: bool) -> None:
    found = mesh(service("a", "x") + virtual_service("x") + deployer)
    assert found.hosts.lacks("b", found.all("VirtualService")[0]) is known


NAMES = st.sampled_from(["a", "b", "c"])
SERVICES = st.lists(
    st.tuples(NAMES, st.sampled_from(["x", "web"]), st.sampled_from(["", "*", ".", "x", "web", "x,web"])), max_size=5
)
ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(["a.x.svc.cluster.local", "*.example.com", "www.example.com", "*.com", "*"]),
        st.sampled_from(["x", "web"]),
    ),
    max_size=4,
)


@given(
    SERVICES,
    ENTRIES,
    st.sampled_from(["a", "b", "www.example.com", "b.web.svc.cluster.local", "a.x"]),
    st.sampled_from(["x", "web", "api"]),
)
def test_seen_as_by_going_through_all(
    services: list[tuple[str, str, str]], entries: list[tuple[str, str]], host: str, client: str
) -> None:
    """The registry agrees with a naive reading of all Services and ServiceEntries, whatever their order."""
    documents = [service(name, namespace, export) for name, namespace, export in services]
    documents += [entry(name, namespace, "'.'") for name, namespace in entries]
    wanted = host if "." in host else f"{host}.{client}.svc.cluster.local"
    exact = {
        f"{name}.{namespace}.svc.cluster.local"
        for name, namespace, export in services
        if export in ("", "*") or client in [namespace if part == "." else part for part in export.split(",")]
    } | {name for name, namespace in entries if namespace == client}
    covering = sorted((name for name in exact if covers(name, wanted)), key=lambda name: (name != wanted, -len(name)))
    for order in (documents, documents[::-1]):
        hosts = mesh("".join(order)).hosts
        found = hosts.visible_to(hosts.fqdn(host, client), client)
        assert (found.name if found else None) == (covering[0] if covering else None)
