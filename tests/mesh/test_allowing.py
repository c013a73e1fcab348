import json

from hypothesis import given
from hypothesis import strategies as st
from meshes import mesh

from istiolint.mesh.selection import selector

LABELS = st.dictionaries(st.sampled_from(["app", "tier"]), st.sampled_from(["a", "b"]), max_size=2)
NAMESPACES = st.sampled_from(["shop", "web", "istio-system"])


@given(st.lists(st.tuples(NAMESPACES, LABELS), max_size=5), st.lists(st.tuples(NAMESPACES, LABELS), max_size=4))
def test_each_workload_has_the_policies_that_comparing_all_finds_and_is_led_by_one(
    policies: list[tuple[str, dict[str, str]]], workloads: list[tuple[str, dict[str, str]]]
) -> None:
    texts = [
        {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy",
         "metadata": {"name": f"p{at}", "namespace": namespace},
         "spec": {"selector": {"matchLabels": labels}, "rules": [{}]}}
        for at, (namespace, labels) in enumerate(policies)
    ] + [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": f"w{at}", "namespace": namespace},
         "spec": {"template": {"metadata": {"labels": labels}, "spec": {}}}}
        for at, (namespace, labels) in enumerate(workloads)
    ]  # fmt: skip
    found = mesh("\n---\n".join(map(json.dumps, texts)))
    led: list[int] = []
    for policy in found.all("AuthorizationPolicy"):
        led += (id(workload) for workload in found.allowing.led_by(policy))
    for workload in found.workloads.all:
        wanted = {
            policy.name
            for policy in found.all("AuthorizationPolicy")
            if policy.namespace in (workload.namespace, "istio-system") and workload.matches(selector(policy))
        }
        assert {policy.name for policy in found.allowing.of(workload)} == wanted
        assert led.count(id(workload)) == bool(wanted)
