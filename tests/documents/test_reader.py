"""The documents of a text: a syntax error in one does not affect the others."""

import json
from typing import Any

import pytest
from parsers import PARSERS, documents

from istiolint.documents import Skip, read
from istiolint.sources import Source


@pytest.fixture(params=PARSERS)
def parser(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def data(text: str, parser: str) -> list[Any]:
    return [document.data for document in documents(text, parser)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("# only\n# comments\n", [None]),
        ("---\n---\n", []),
        ("# c\n---\na: 1\n", [{"a": 1}]),
        ("a: 1\n---\n# c\n---\nb: 2", [{"a": 1}, None, {"b": 2}]),
        ("---\n# c\n---\na: 1\n", [None, {"a": 1}]),
        ("a: 1\r\n---\r\nb: 2\r\n", [{"a": 1}, {"b": 2}]),
        ("# c\ra: 1\r---\rb: 2", [{"a": 1}, {"b": 2}]),
        ("a: 1\n...\n---\nb: 2\n...\n...\n", [{"a": 1}, {"b": 2}]),
        ("%YAML 1.1\n---\na: 1\n...\n%YAML 1.1\n---\nb: 2\n", [{"a": 1}, {"b": 2}]),
        ("a: |\n  ---\n  ...\n--- # c\nb: ----\n", [{"a": "---\n...\n"}, {"b": "----"}]),
        ("--- {a: 1}\n--- b\n", [{"a": 1}, "b"]),
        ('{"a": [1, 2.5, true, null, "x"]}', [{"a": [1, 2.5, True, None, "x"]}]),
        ('{\n\t"a": "\\/\\u00e4"}', [{"a": "/ä"}]),
        ("a: &x {b: 1}\nc: *x\nd: {<<: *x, b: 2}\n", [{"a": {"b": 1}, "c": {"b": 1}, "d": {"b": 2}}]),
        (
            "a: &x {b: 1, c: 1}\ne: &y {b: 2, d: 2}\nf: {<<: [*x, *y], d: 3}",
            [{"a": {"b": 1, "c": 1}, "e": {"b": 2, "d": 2}, "f": {"b": 1, "c": 1, "d": 3}}],
        ),
        ('"<<": {a: 1}', [{"<<": {"a": 1}}]),
        ("80: a\ntrue: b\non: c\n1.5: d\n~: e", [{"80": "a", "true": "c", "1.5": "d", "null": "e"}]),
        ("? a\n? b\n", [{"a": None, "b": None}]),
        ("a: [1.2.3.4, 001:db8::]\n", [{"a": ["1.2.3.4", "001:db8::"]}]),
        (
            "a: [https://x.example/y, z:1, 2]\nb: {c: spiffe://d/e}\n",
            [{"a": ["https://x.example/y", "z:1", 2], "b": {"c": "spiffe://d/e"}}],
        ),
        ('a: !!str 80\nb: !!int "80"\nc: ! 80\nd: !x 80\n', [{"a": "80", "b": 80, "c": 80, "d": "80"}]),
    ],
)
def test_documents(parser: str, text: str, expected: list[Any]) -> None:
    assert data(text, parser) == expected


def test_surrogates_of_json(parser: str) -> None:
    (document,) = documents('{"a": "\\ud83d\\ude00", "b": 1}', parser)
    assert document.data["b"] == 1
    assert not document.problems


def test_a_fault_costs_its_own_document_only(parser: str) -> None:
    text = "apiVersion: v1\na: [\n---\nb: 2\n---\napiVersion: v1\nc: *x\n---\nd: 4\n"
    found = documents(text, parser)
    assert [document.data for document in found] == [None, {"b": 2}, None, {"d": 4}]
    assert [len(document.problems) for document in found] == [1, 0, 1, 0]
    (problem,) = found[2].problems
    assert problem.place.span().begins == (7, 4)


def test_a_key_twice_is_reported_with_both_places(parser: str) -> None:
    (document,) = documents("apiVersion: v1\nkind: X\na: 1\nb:\n  - {c: 1, 'c': 2}\na: 3\n", parser)
    places = [(p.place.span().begins, p.related[0].place.span().begins, p.severity) for p in document.problems]
    assert places == [((5, 12), (5, 6), None), ((6, 1), (3, 1), None)]
    assert document.data["a"] == 3


def test_a_key_twice_outside_of_kubernetes_is_a_warning(parser: str) -> None:
    (document,) = documents("a: 1\na: 2\n", parser)
    assert [problem.severity for problem in document.problems] == ["warning"]


def test_a_key_that_replaces_a_merged_one_is_no_duplicate(parser: str) -> None:
    (document,) = documents("a: &x {k: 1}\nb:\n  <<: *x\n  k: 2\nc:\n  k: 3\n  <<: *x\n", parser)
    assert not document.problems
    assert (document.data["b"], document.data["c"]) == ({"k": 2}, {"k": 3})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: *x\n", "no anchor `&x`"),
        ("a: &x [*x]\n", "refers to the value that contains it"),
        ("? [a]\n: b\n", "cannot be a key"),
        ("{a: 1}: b\n", "cannot be a key"),
        ("a: &x {b: 1}\n*x : c\n", "cannot be a key"),
        ("<<: 1\n", "must be a mapping"),
        ("a: &x [1]\n<<: *x\n", "must be a mapping"),
    ],
)
def test_yaml_that_is_no_data(parser: str, text: str, words: str) -> None:
    (document,) = documents(text, parser)
    (problem,) = document.problems
    assert words in problem.message


def test_json_that_is_not_for_kubernetes_may_have_comments(parser: str) -> None:
    (document,) = documents('{\n  // a comment: of a compiler\'s settings\n  "a": 1,\n "b"; "c"}', parser, "tsconfig.json")
    assert (document.problems, document.skipped) == ([], Skip.OTHER)


@pytest.mark.parametrize(
    "value",
    [
        {"stdout": [[0.1, "a\x7fb"], [0.2, "apiVersion: v1\r\nkind: Service"]]},
        {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "\x80\x9f\ufffe\uffff", "b": "\U0001f600"}},
        ["\x7f", {"\x7f": 1}],
    ],
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_json_is_read_by_its_own_rules(parser: str, value: Any, *, ascii_only: bool) -> None:
    (document,) = documents(json.dumps(value, ensure_ascii=ascii_only, indent=1), parser, "cast.json")
    assert document.problems == []
    assert type(document.data) is type(value)


def test_json_with_a_colon_on_a_line_of_its_own(parser: str) -> None:
    (document,) = documents('{"apiVersion"\n:"v1", "kind" \r\n : "Service"}', parser, "a.json")
    assert (document.problems, document.data) == ([], {"apiVersion": "v1", "kind": "Service"})


def test_a_control_character_in_yaml_is_reported(parser: str) -> None:
    (document,) = documents("apiVersion: v1\nkind: ConfigMap\ndata: {a: '\x7f'}\n", parser)
    assert [problem.rule for problem in document.problems] == ["yaml-syntax"]


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("apiVersion: v1\nkind: Service\nmetadata: {name: x: y}\n", "error"),
        ("- apiVersion: v1\n  kind: Service\n  metadata: {name: x: y}\n", "error"),
        ("{'apiVersion': v1, kind: Service, metadata: {name: x: y}}\n", "error"),
        ("script: |\n  kubectl apply -f - <<EOF\n  apiVersion: v1\n  EOF\nname: x: y\n", "warning"),
        ("# apiVersion: v1\nname: x: y\n", "warning"),
        ("steps:\n  - run: 'echo \"apiVersion: v1\"'\n    name: x: y\n", "warning"),
    ],
)
def test_a_text_that_merely_quotes_a_manifest_is_not_one(parser: str, text: str, severity: str) -> None:
    (document,) = documents(text, parser)
    assert [(problem.rule, problem.severity or "error") for problem in document.problems] == [("yaml-syntax", severity)]


def test_an_unreadable_source_is_reported() -> None:
    (document,) = read(Source("x.yaml", trouble="the file cannot be read: no"))
    assert [(p.rule, p.message) for p in document.problems] == [("unreadable-file", "the file cannot be read: no")]
    assert document.data is None
