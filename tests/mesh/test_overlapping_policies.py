import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from meshes import mesh

from istiolint.mesh.policy_targets import targets_of
from istiolint.mesh.selection import selector

LABELS = st.dictionaries(st.sampled_from(["app", "tier"]), st.sampled_from(["a", "b"]), max_size=2)
NAMESPACES = st.sampled_from(["shop", "web", "istio-system"])
BOUND = st.sampled_from([{}, {}, {}, {"targetRefs": [{"kind": "Service", "name": "a"}]}])
POLICIES = st.lists(st.tuples(NAMESPACES, LABELS, BOUND), max_size=4)


def written(kind: str, name: str, namespace: str, spec: dict[str, Any]) -> str:
    api = "apps/v1" if kind == "Deployment" else "security.istio.io/v1"
    return json.dumps({"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec})


def policies(kind: str, drawn: list[tuple[str, dict[str, str], dict[str, Any]]]) -> list[str]:
    return [
        written(kind, f"{kind}-{at}".lower(), namespace, bound or {"selector": {"matchLabels": labels}})
        for at, (namespace, labels, bound) in enumerate(drawn)
    ]


@given(POLICIES, POLICIES, st.lists(st.tuples(NAMESPACES, LABELS), max_size=4))
def test_overlapping_policies_are_those_that_comparing_all_pairs_finds(
    one: list[Any], other: list[Any], pods: list[tuple[str, dict[str, str]]]
) -> None:
    workloads = [
        written("Deployment", f"d{at}", namespace, {"template": {"metadata": {"labels": labels}}})
        for at, (namespace, labels) in enumerate(pods)
    ]
    kinds = "AuthorizationPolicy", "RequestAuthentication"
    found = mesh("\n---\n".join([*policies(kinds[0], one), *policies(kinds[1], other), *workloads]) or "{}")
    for policy in found.all(kinds[0]):
        expected = set()
        for companion in found.all(kinds[1]):
            namespaces = {policy.namespace, companion.namespace}
            if len(namespaces) > 1 and "istio-system" not in namespaces:
                continue
            if targets_of(policy) or targets_of(companion):
                meets = targets_of(policy) == targets_of(companion) and len(namespaces) == 1
            elif found.workloads_selected_by(policy) and found.workloads_selected_by(companion):
                meets = not {id(w) for w in found.workloads_selected_by(policy)}.isdisjoint(
                    id(w) for w in found.workloads_selected_by(companion)
                )
            else:
                ours, theirs = selector(policy).items(), selector(companion).items()
                meets = ours <= theirs or theirs <= ours
            if meets:
                expected.add(companion.name)
        assert {companion.name for companion in found.overlapping_policies(policy, kinds[1])} == expected
