import itertools

import pytest
from meshes import mesh

POD = "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: shop, labels: {app: cart}}}"


def policy(name: str, namespace: str, mode: str | None, selector: str = "", ports: str = "") -> str:
    fields = [f"mtls: {{mode: {mode}}}"] if mode else []
    fields += [f"selector: {{matchLabels: {{{selector}}}}}"] if selector else []
    fields += [f"portLevelMtls: {{{ports}}}"] if ports else []
    spec = ", ".join(fields)
    kind = "apiVersion: security.istio.io/v1, kind: PeerAuthentication"
    return f"{{{kind}, metadata: {{name: {name}, namespace: {namespace}}}, spec: {{{spec}}}}}"


def modes(*policies: str, port: int | None = None) -> set[str]:
    answers = set()
    for documents in itertools.permutations([POD, *policies]):
        found = mesh("\n---\n".join(documents))
        answers.add(found.mtls.of(found.workloads.all[0], port).modes)
    assert len(answers) == 1, "the order of documents matters"
    return set(answers.pop())


MESH = policy("mesh", "istio-system", "STRICT")


@pytest.mark.parametrize(
    ("policies", "port", "expected"),
    [
        ((), None, {"PERMISSIVE"}),
        ((MESH,), 8080, {"STRICT"}),
        ((MESH, policy("ns", "shop", "DISABLE")), None, {"DISABLE"}),
        ((MESH, policy("ns", "shop", "UNSET")), None, {"STRICT"}),
        ((MESH, policy("ns", "shop", None)), None, {"STRICT"}),
        ((MESH, policy("ns", "other", "DISABLE")), None, {"STRICT"}),
        ((MESH, policy("w", "shop", "PERMISSIVE", "app: cart")), None, {"PERMISSIVE"}),
        ((MESH, policy("w", "shop", "PERMISSIVE", "app: other")), None, {"STRICT"}),
        ((MESH, policy("w", "shop", None, "app: cart", '"8080": {mode: DISABLE}')), 8080, {"DISABLE"}),
        ((MESH, policy("w", "shop", None, "app: cart", "8080: {mode: DISABLE}")), 9090, {"STRICT"}),
        ((MESH, policy("w", "shop", "PERMISSIVE", "app: cart", "8080: {mode: UNSET}")), 8080, {"PERMISSIVE"}),
        ((policy("w", "istio-system", "STRICT", "app: cart"),), None, {"PERMISSIVE"}),
        ((policy("a", "shop", "STRICT"), policy("b", "shop", "DISABLE")), None, {"STRICT", "DISABLE"}),
        ((policy("a", "shop", "STRICT"), policy("b", "shop", "STRICT")), None, {"STRICT"}),
    ],
)
def test_effective_mode(policies: tuple[str, ...], port: int | None, expected: set[str]) -> None:
    assert modes(*policies, port=port) == expected


def test_it_tells_which_fields_decide() -> None:
    found = mesh("\n---\n".join([POD, MESH, policy("w", "shop", "PERMISSIVE", "app: cart", "8080: {mode: STRICT}")]))
    workload = found.workloads.all[0]
    assert [field.path for field in found.mtls.of(workload, 8080).set_by] == [("spec", "portLevelMtls", "8080", "mode")]
    assert found.mtls.of(workload, 8080).strict
    assert not found.mtls.of(workload).strict
