from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from istiolint.authorization.callers import Caller, may_admit
from istiolint.resources.cursor import Cursor

NAMES = st.sampled_from(["web", "cart", "edge"])
CALLERS = st.builds(Caller, NAMES, NAMES, st.just(("cluster.local",)))


def rule(source: dict[str, Any], **rest: Any) -> Cursor:
    return Cursor(None, (), {"from": [{"source": source}], **rest})  # type: ignore[arg-type]


@given(CALLERS, NAMES)
def test_a_caller_is_admitted_under_each_of_its_names_and_excluded_by_each(caller: Caller, namespace: str) -> None:
    names = {
        "principals": caller.principals[0],
        "namespaces": caller.namespace,
        "serviceAccounts": f"{caller.namespace}/{caller.account}",
    }
    for field, name in names.items():
        negative = f"not{field[0].upper()}{field[1:]}"
        assert may_admit(rule({field: [name]}), caller, namespace)
        assert not may_admit(rule({negative: [name]}), caller, namespace)
        assert not may_admit(rule({field: [f"{name}-other"]}), caller, namespace)


@given(CALLERS, st.integers(0, 30))
def test_prefixes_and_suffixes_of_a_principal_admit_it(caller: Caller, at: int) -> None:
    text = caller.principals[0]
    assert may_admit(rule({"principals": [f"{text[:at]}*"]}), caller, "shop")
    assert may_admit(rule({"principals": [f"*{text[at:]}"]}), caller, "shop")


def test_a_short_service_account_is_one_of_the_policy_namespace() -> None:
    caller = Caller("edge", "gateway", ("cluster.local",))
    assert may_admit(rule({"serviceAccounts": ["gateway"]}), caller, "edge")
    assert not may_admit(rule({"serviceAccounts": ["gateway"]}), caller, "shop")


def test_conditions_on_the_caller_count_and_others_may_match() -> None:
    caller = Caller("edge", "gateway", ("cluster.local",))
    assert may_admit(rule({}, when=[{"key": "source.namespace", "values": ["edge"]}]), caller, "shop")
    assert not may_admit(rule({}, when=[{"key": "source.namespace", "notValues": ["edge"]}]), caller, "shop")
    assert may_admit(rule({"ipBlocks": ["10.0.0.0/8"]}, when=[{"key": "request.headers[x]", "values": ["y"]}]), caller, "shop")
    assert may_admit(rule({"principals": ["${CALLER}"]}), caller, "shop")
