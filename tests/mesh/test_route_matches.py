import pytest
from meshes import mesh

ROUTE = (
    "apiVersion: gateway.networking.k8s.io/v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: shop}}\n"
    "spec: {{parentRefs: [{{name: web{parent}}}], rules: [{{{rule}}}]}}\n"
)


def meets(one: str, other: str, *, kind: str = "HTTPRoute", parents: tuple[str, str] = ("", "")) -> bool:
    texts = (
        ROUTE.format(kind=kind, name=name, parent=parent, rule=rule)
        for name, parent, rule in zip("ab", parents, (one, other), strict=True)
    )
    known = mesh("---\n".join(texts))
    first, second = known.all(kind)
    assert not list(known.route_matches.before(first))
    return bool(list(known.route_matches.before(second)))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", "matches: [{path: {value: /}}]", True),
        ("", "matches: [{}]", True),
        ("matches: [{path: {type: Exact, value: /a}}]", "matches: [{path: {type: Exact, value: /a/}}]", False),
        ("matches: [{path: {value: /a}}]", "matches: [{path: {type: PathPrefix, value: /a/}}]", True),
        ("matches: [{path: {value: /a}}]", "matches: [{path: {type: Exact, value: /a}}]", False),
        ("matches: [{method: GET}]", "matches: [{}]", False),
        (
            "matches: [{headers: [{name: X-A, value: '1'}, {name: b, value: '2'}]}]",
            "matches: [{headers: [{name: b, value: '2', type: Exact}, {name: x-a, value: '1'}]}]",
            True,
        ),
        ("matches: [{queryParams: [{name: A, value: '1'}]}]", "matches: [{queryParams: [{name: a, value: '1'}]}]", False),
    ],
)
def test_conditions_are_compared_by_what_they_mean(one: str, other: str, expected: bool) -> None:
    assert meets(one, other) is expected
    assert meets(other, one) is expected


def test_methods_of_grpc() -> None:
    assert meets("matches: [{method: {service: S}}]", "matches: [{method: {type: Exact, service: S}}]", kind="GRPCRoute")
    assert not meets("matches: [{method: {service: S}}]", "matches: [{method: {service: T}}]", kind="GRPCRoute")


@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        ((", sectionName: http", ""), True),
        ((", sectionName: http", ", sectionName: http"), True),
        ((", sectionName: http", ", sectionName: https"), False),
        ((", port: 80", ", port: 443"), False),
        ((", port: 80", ", sectionName: http"), False),
        ((", port: 80", ", port: 80, sectionName: http"), True),
    ],
)
def test_listeners_in_common(parents: tuple[str, str], expected: bool) -> None:
    assert meets("", "", parents=parents) is expected
