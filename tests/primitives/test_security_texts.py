"""Templates of paths, identities and keys: put together by their grammar, and the edges."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.primitives.identities import service_account_fault, trust_domain_fault
from istiolint.primitives.jwks import jwks_fault, keys, private_keys
from istiolint.primitives.path_templates import path_fault

NAMES = st.from_regex(r"[a-z]([-a-z0-9]{0,8}[a-z0-9])?", fullmatch=True)


@given(st.lists(st.one_of(NAMES, st.just("{*}")), min_size=1), st.booleans())
def test_templates_are_taken(segments: list[str], rest: bool) -> None:
    assert path_fault("/" + "/".join([*segments, *(["{**}"] if rest else [])])) is None


@given(NAMES, st.sampled_from(["{*}", "{**}"]), NAMES)
def test_a_template_is_a_whole_segment(before: str, template: str, after: str) -> None:
    assert path_fault(f"/{before}{template}")
    assert path_fault(f"/{template}{after}")
    assert path_fault(f"/{{**}}/{before}/{template}")
    assert path_fault(f"/{template}/{after}*")


@pytest.mark.parametrize("text", ["*", "/a*", "*/a", "/a/*/b", "", "/", "//a"])
def test_paths_without_templates_are_free(text: str) -> None:
    assert path_fault(text) is None


@given(NAMES, NAMES, NAMES)
def test_service_accounts(namespace: str, name: str, other: str) -> None:
    assert service_account_fault(name) is None
    assert service_account_fault(f"{namespace}/{name}") is None
    for text in ("", f"{namespace}/", f"/{name}", f"{namespace}/{name}/{other}", f"{name}*", "a" * 321):
        assert service_account_fault(text)


@given(NAMES, NAMES)
def test_trust_domains(one: str, other: str) -> None:
    for text in (one, f"*{one}", f"{one}*", f"{one}.{other}"):
        assert trust_domain_fault(text) is None
    for text in ("", f"{one}*{other}", f"*{one}*", f"{one}/{other}"):
        assert trust_domain_fault(text)
    assert trust_domain_fault(f"{one}/{other}", slash=True) is None


WHOLE = {"RSA": ["n", "e"], "EC": ["crv", "x", "y"], "OKP": ["crv", "x"], "oct": ["k"]}


@given(st.sampled_from(sorted(WHOLE)), st.booleans())
def test_keys_need_what_their_type_has(kind: str, alone: bool) -> None:
    key = {"kty": kind} | dict.fromkeys(WHOLE[kind], "AQAB")
    assert jwks_fault(json.dumps(key if alone else {"keys": [key]})) is None
    assert private_keys(json.dumps({"keys": [key]})) == ([0] if kind == "oct" else [])
    assert private_keys(json.dumps({"keys": [{"kty": "RSA"}, key | {"d": "a"}]})) == [1]
    for member in key:
        lacking = {name: value for name, value in key.items() if name != member}
        assert member in (jwks_fault(json.dumps({"keys": [lacking]})) or "")


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert jwks_fault(text) or keys(text) is not None


@pytest.mark.parametrize("text", ["", "[]", "1", '{"keys": 1}', '{"keys": [1]}', "[" * 100_000])
def test_no_keys(text: str) -> None:
    assert keys(text) is None
    assert jwks_fault(text)
