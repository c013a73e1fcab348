"""No rule is said to hold all of another one that a request could tell apart: held against a plain matcher of requests."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.authorization.rules import Rule, anchors, rules_of, traces
from istiolint.authorization.texts import range_covers, text_covers, texts_apart
from istiolint.documents import read
from istiolint.resources.resource import resources
from istiolint.sources import Source

TEXTS = ("*", "a*", "*b", "ab*", "*ab", "ab", "a", "b", "abb", "*a*")
VALUES = ("a", "b", "ab", "aab", "abb", "ba", "a*")


def text_matches(pattern: str, value: str) -> bool:
    if pattern == "*":
        return value != ""
    if pattern.startswith("*"):
        return value.endswith(pattern[1:])
    return value.startswith(pattern[:-1]) if pattern.endswith("*") else value == pattern


@given(st.sampled_from(TEXTS), st.sampled_from(TEXTS), st.text("ab*", min_size=1, max_size=5))
def test_a_text_covers_only_what_it_matches(wide: str, narrow: str, value: str) -> None:
    if text_covers(wide, narrow) and text_matches(narrow, value):
        assert text_matches(wide, value)


@given(st.sampled_from(TEXTS), st.sampled_from(TEXTS), st.text("ab*", min_size=1, max_size=5))
def test_texts_apart_have_no_value_in_common(one: str, other: str, value: str) -> None:
    assert not (texts_apart(one, other) and text_matches(one, value) and text_matches(other, value))


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("/api/*", "/api/{*}/items", True),
        ("/api/*", "/{*}/items", False),
        ("/api/{*}", "/api/1", False),
        ("/api/{**}", "/api/{**}", True),
        ("*.jpg", "/{**}.jpg", False),
    ],
)
def test_templates_are_known_up_to_their_first_brace(wide: str, narrow: str, expected: bool) -> None:
    assert text_covers(wide, narrow) is expected


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("192.0.2.0/24", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.7/32", True),
        ("192.0.2.0/25", "192.0.2.0/24", False),
        ("::/0", "192.0.2.7", False),
        ("odd", "odd", True),
    ],
)
def test_ranges(wide: str, narrow: str, expected: bool) -> None:
    assert range_covers(wide, narrow) is expected


@dataclass(frozen=True)
class Request:
    """What a request shows of itself; "" where it shows nothing."""

    principals: str
    paths: str
    header: str

    @property
    def namespaces(self) -> str:
        return self.principals.split("/")[2] if self.principals else ""


PRINCIPALS = ("td/ns/a/sa/x", "td/ns/a/sa/y", "td/ns/b/sa/x")
FIELDS = {"principals": (*PRINCIPALS, "*", "*/x", "td/ns/a/*"), "namespaces": ("a", "b", "*"), "paths": ("/a", "/a*", "*b", "*")}


def lists(field: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(FIELDS[field]), min_size=1, max_size=2, unique=True)


def items(*fields: str) -> st.SearchStrategy[dict[str, list[str]]]:
    names = {name: lists(field) for field in fields for name in (field, f"not{field.capitalize()}")}
    return st.fixed_dictionaries({}, optional=names).filter(bool)


CONDITIONS = st.fixed_dictionaries(
    {"key": st.just("request.headers[x]")},
    optional={name: st.lists(st.sampled_from(("a", "a*", "b")), min_size=1, max_size=2) for name in ("values", "notValues")},
).filter(lambda condition: len(condition) > 1)
RULES = st.fixed_dictionaries(
    {},
    optional={
        "from": st.lists(st.builds(lambda item: {"source": item}, items("principals", "namespaces")), min_size=1, max_size=2),
        "to": st.lists(st.builds(lambda item: {"operation": item}, items("paths")), min_size=1, max_size=2),
        "when": st.lists(CONDITIONS, min_size=1, max_size=2),
    },
)
REQUESTS = st.builds(
    Request, st.sampled_from(("", *PRINCIPALS)), st.sampled_from(("/a", "/ab", "/b", "/")), st.sampled_from(("", "a", "ab", "b"))
)


def item_matches(item: dict[str, list[str]], request: Request) -> bool:
    shown = {name: getattr(request, name.removeprefix("not").lower()) for name in item}
    return all(any(text_matches(text, shown[name]) for text in texts) != name.startswith("not") for name, texts in item.items())


def condition_matches(condition: dict[str, Any], request: Request) -> bool:
    values, others = condition.get("values"), condition.get("notValues", [])
    return (not values or any(text_matches(text, request.header) for text in values)) and not any(
        text_matches(text, request.header) for text in others
    )


def rule_matches(rule: dict[str, Any], request: Request) -> bool:
    return all(
        not rule.get(part) or any(item_matches(item[name], request) for item in rule[part])
        for part, name in (("from", "source"), ("to", "operation"))
    ) and all(condition_matches(condition, request) for condition in rule.get("when", []))


def parsed(*rules: dict[str, Any]) -> list[Rule]:
    policy = {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "spec": {"rules": list(rules)}}
    document = next(iter(read(Source("policy.yaml", json.dumps(policy)))))
    return list(rules_of(resources(document)[0]))


@given(RULES, RULES, st.lists(REQUESTS, min_size=1, max_size=30))
def test_a_rule_covers_only_what_it_matches(wide: dict[str, Any], narrow: dict[str, Any], requests: list[Request]) -> None:
    first, second = parsed(wide, narrow)
    if first.covers(second):
        assert not [request for request in requests if rule_matches(narrow, request) and not rule_matches(wide, request)]


@given(items("paths"), items("paths"), st.lists(REQUESTS, min_size=1, max_size=30))
def test_the_same_for_single_fields(wide: dict[str, list[str]], narrow: dict[str, list[str]], requests: list[Request]) -> None:
    first, second = parsed(*({"to": [{"operation": item}]} for item in (wide, narrow)))
    if first.covers(second):
        assert not [request for request in requests if item_matches(narrow, request) and not item_matches(wide, request)]


@given(RULES, RULES)
def test_a_rule_is_found_by_the_names_of_what_it_covers(wide: dict[str, Any], narrow: dict[str, Any]) -> None:
    first, second = parsed(wide, narrow)
    if first.covers(second) and anchors(first):
        assert set(anchors(first)) & set(traces(second, range(1, 20)))


@given(RULES)
def test_each_rule_covers_itself_and_the_empty_one_all(rule: dict[str, Any]) -> None:
    one, empty = parsed(rule, {})
    assert one.covers(one)
    assert not anchors(one) or set(anchors(one)) & set(traces(one, range(1, 20)))
    assert empty.covers(one)


@pytest.mark.parametrize(
    "rule",
    [
        {"from": [{"source": {}}]},
        {"from": [{"source": {"principal": ["x"]}}]},
        {"to": [{"operation": {"paths": ["/a", 5]}}]},
        {"to": "GET"},
        {"when": [{"key": "source.ip"}]},
        {"wenn": []},
    ],
)
def test_a_rule_that_is_not_understood_is_left_out(rule: dict[str, Any]) -> None:
    assert parsed(rule) == []
