"""Which rules may decide over all requests of another one: by namespace, labels, targets and revision."""

import pytest
from meshes import mesh


def policy(name: str, namespace: str = "shop", labels: str = "{}", annotations: str = "{}", spec: str = "") -> str:
    return f"""---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: {name}, namespace: {namespace}, labels: {labels}, annotations: {annotations}}}
spec: {{{spec + "," if spec else ""} rules: [{{to: [{{operation: {{methods: ["GET"]}}}}]}}]}}
"""


def wider(*texts: str) -> list[str]:
    """The policies with a rule that decides over the one of `narrow`."""
    known = mesh("".join(texts))
    narrow = next(resource for resource in known.all("AuthorizationPolicy") if resource.name == "narrow")
    [rule] = known.authorization.rules(narrow)
    return [other.policy.name for other in known.authorization.wider(rule, "ALLOW")]


WEB = policy("narrow", spec="selector: {matchLabels: {app: web, tier: front}}")
BOUND = "targetRefs: [{group: '', kind: Service, name: web}]"
BOTH = "targetRefs: [{group: '', kind: Service, name: web}, {group: '', kind: Service, name: api}]"


@pytest.mark.parametrize(
    "other",
    [
        policy("wide"),
        policy("wide", spec="selector: {matchLabels: {tier: front}}"),
        policy("wide", "istio-system"),
        policy("wide", "istio-system", spec="selector: {matchLabels: {app: web}}"),
    ],
)
def test_a_policy_that_holds_for_all_of_them(other: str) -> None:
    assert wider(WEB, other) == ["wide"]


@pytest.mark.parametrize(
    "other",
    [
        policy("wide", "other"),
        policy("wide", spec="selector: {matchLabels: {app: web, tier: front, version: v1}}"),
        policy("wide", spec="selector: {matchLabels: {app: api}}"),
        policy("wide", labels="{istio.io/rev: canary}"),
        policy("wide", annotations="{istio.io/dry-run: 'true'}"),
        policy("wide", spec=BOUND),
        policy("wide", spec="action: DENY"),
    ],
)
def test_a_policy_that_does_not(other: str) -> None:
    assert wider(WEB, other) == []


def test_targets() -> None:
    assert wider(policy("narrow", spec=BOUND), policy("both", spec=BOTH), policy("all")) == ["both"]
    assert wider(policy("narrow", spec=BOTH), policy("one", spec=BOUND)) == []
    assert wider(policy("narrow", spec=BOUND), policy("elsewhere", "istio-system", spec=BOTH)) == []


def test_a_service_account_is_one_of_the_policys_namespace() -> None:
    narrow = WEB.replace('to: [{operation: {methods: ["GET"]}}]', "from: [{source: {serviceAccounts: [ACCOUNT]}}]")
    wide = narrow.replace("narrow", "wide").replace("namespace: shop", "namespace: istio-system")
    assert wider(narrow.replace("ACCOUNT", "web"), wide.replace("ACCOUNT", "web")) == []
    assert wider(narrow.replace("ACCOUNT", "web"), wide.replace("ACCOUNT", "shop/web")) == ["wide"]
