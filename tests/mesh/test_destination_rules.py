import pytest
from hypothesis import given
from hypothesis import strategies as st
from meshes import mesh

from istiolint.mesh.destination_rules import subsets

HOST = "reviews.shop.svc.cluster.local"


def rule(name: str, namespace: str, host: str = HOST, export: str = "", selector: bool = False) -> str:
    scope = f", exportTo: [{export}]" if export else ""
    chosen = ", workloadSelector: {matchLabels: {app: x}}" if selector else ""
    return (
        f"apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
        f"spec: {{host: '{host}', subsets: [{{name: {name}}}]{scope}{chosen}}}\n---\n"
    )


@pytest.mark.parametrize(
    ("documents", "client", "expected"),
    [
        ([rule("own", "web"), rule("service", "shop"), rule("root", "istio-system")], "web", {"own"}),
        ([rule("service", "shop"), rule("root", "istio-system")], "web", {"service"}),
        ([rule("root", "istio-system")], "web", {"root"}),
        ([rule("elsewhere", "platform")], "web", set()),
        ([rule("private", "shop", export="'.'"), rule("root", "istio-system")], "web", {"root"}),
        ([rule("private", "shop", export="'.'")], "shop", {"private"}),
        ([rule("named", "shop", export="web")], "web", {"named"}),
        ([rule("named", "shop", export="api")], "web", set()),
        ([rule("abroad", "web", export="api")], "web", set()),
        ([rule("one", "shop", host="reviews"), rule("two", "shop")], "web", {"one", "two"}),
        ([rule("wild", "shop", host="*.shop.svc.cluster.local"), rule("exact", "shop")], "web", {"exact"}),
        ([rule("wild", "web", host="*.local"), rule("exact", "shop")], "web", {"wild"}),
        ([rule("wild", "istio-system", host="*.local"), rule("exact", "shop")], "istio-system", {"exact"}),
        ([rule("mine", "istio-system", export="'.'"), rule("exact", "shop")], "istio-system", {"mine"}),
        ([rule("picked", "shop", selector=True)], "web", set()),
        ([rule("picked", "shop", selector=True)], "shop", {"picked"}),
    ],
)
def test_the_order_in_which_a_proxy_looks(documents: list[str], client: str, expected: set[str]) -> None:
    for order in (documents, documents[::-1]):
        assert set(subsets(mesh("".join(order)).destination_rules.visible_from(client, HOST))) == expected


def test_the_service_of_another_namespace() -> None:
    """A host of a ServiceEntry has the namespace of the entry, whatever its name."""
    text = (
        "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: e, namespace: partners}\n"
        "spec: {hosts: [api.example.com]}\n---\n" + rule("theirs", "partners", host="api.example.com")
    )
    assert set(subsets(mesh(text).destination_rules.visible_from("web", "api.example.com"))) == {"theirs"}


def test_the_root_namespace_of_the_mesh_config() -> None:
    found = mesh(rule("root", "config"), mesh_config="rootNamespace: config")
    assert set(subsets(found.destination_rules.visible_from("web", HOST))) == {"root"}


def test_rules_without_a_namespace_may_be_meant() -> None:
    found = mesh(rule("own", "shop") + rule("open", "web", host="reviews").replace(", namespace: web", ""))
    clients = mesh(rule("x", "shop")).all("DestinationRule")
    assert set(subsets(found.destination_rules.possible(HOST, clients[0]))) == {"open"}


RULES = st.lists(
    st.tuples(
        st.sampled_from(["web", "shop", "istio-system", "other"]),
        st.sampled_from([HOST, "*.shop.svc.cluster.local", "*.local", "other.shop.svc.cluster.local"]),
        st.sampled_from(["", "'.'", "web", "shop", "'*'"]),
    ),
    max_size=5,
)


@given(RULES, st.sampled_from(["web", "shop", "istio-system"]))
def test_what_is_seen_is_exported_and_covers_the_host(rules: list[tuple[str, str, str]], client: str) -> None:
    found = mesh("".join(rule(f"r{index}", *spec) for index, spec in enumerate(rules))).destination_rules
    seen = found.visible_from(client, HOST)
    assert all(client in found.scope(rule) or "*" in found.scope(rule) for rule in seen)
    assert {id(rule) for rule in seen} <= {id(rule) for rule in found.covering(HOST)}
    assert len({rule.namespace for rule in seen}) <= 1
    assert len({rule.spec["host"].text for rule in seen}) <= 1
