"""Rules that a configuration defines by an expression in CEL."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from istiolint import Settings, Source, lint
from istiolint.config import ConfigError, load
from istiolint.rules.cel import DEEPEST, LONGEST, Expression, ExpressionError
from istiolint.rules.custom import CustomRuleError, steps_of
from istiolint.settings import CustomRule

ROUTES = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart]
  http:
    - route: [{destination: {host: cart}}]
      timeout: 1s
    - route: [{destination: {host: cart}}]
      name: second
"""


def found(rule: CustomRule, text: str = ROUTES) -> list[tuple[int, str]]:
    report = lint([Source("a.yaml", text)], Settings(select=(rule.id,), custom_rules=(rule,)))
    assert not report.internal_errors
    return [(diagnostic.span.begins.line, diagnostic.message) for diagnostic in report.diagnostics]


def rule(expression: str, **facts: str) -> CustomRule:
    return CustomRule("own-rule", ("VirtualService",), expression, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("expression", "at", "lines"),
    [
        ("has(self.timeout)", "spec.http[*]", [9]),
        ("has(self.name)", "spec.http[1]", []),
        ("self != null", "spec.http[5].timeout", [7]),
        ("self == 'cart'", "spec.http[*].route[*].destination.host", []),
        ("self == 'carts'", "spec.http[*].route[*].destination.host", [7, 9]),
        ("self.endsWith('t')", "spec.hosts[*]", []),
        ("self == '1'", "metadata[*]", [3, 3]),
        ("object.metadata.namespace == 'shop' && object.kind == 'VirtualService'", "", []),
        ("object.spec.http.all(route, has(route.timeout))", "", [2]),
        ("object.spec.http.exists(route, has(route.name) && route.name.matches('^s.*d$'))", "", []),
        ("self.matches('^a')", "metadata['name']", [3]),
        ("namespaceObject == null && environment == ''", "", []),
        ("self == null", "spec.gateways", []),
        ("true", "", []),
        ("false", "", [2]),
    ],
)
def test_expressions_must_be_true(expression: str, at: str, lines: list[int]) -> None:
    assert [line for line, _ in found(rule(expression, at=at))] == lines


def test_the_namespace_and_the_environment_are_known() -> None:
    text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {tier: production, team: web}}\n---\n" + ROUTES
    assert not found(rule("namespaceObject.metadata.labels.team == 'web' && environment == 'production'"), text)
    assert found(rule("namespaceObject.metadata.labels.team == 'api'"), text)
    assert found(rule("environment == 'test'"), text)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"message": "no owner"}, "no owner"),
        ({}, "`false` is not true"),
        ({"message": "fixed", "messageExpression": "object.metadata.name + ' of ' + object.metadata.namespace"}, "cart of shop"),
        ({"message": "fixed", "messageExpression": "object.metadata.nothing"}, "fixed"),
        ({"message": "fixed", "messageExpression": "1"}, "fixed"),
        ({"message": "fixed", "messageExpression": "' '"}, "fixed"),
    ],
)
def test_messages(facts: dict[str, str], message: str) -> None:
    renamed = {"message_expression" if key == "messageExpression" else key: value for key, value in facts.items()}
    assert found(rule("false", **renamed)) == [(2, message)]


def test_what_cannot_be_evaluated_is_noted_once() -> None:
    own = rule("object.metadata.labels.owner != ''")
    texts = [Source(f"{name}.yaml", ROUTES.replace("cart", name)) for name in ("a", "b", "c")]
    report = lint(texts, Settings(custom_rules=(own,)))
    assert not [each for each in report.diagnostics if each.rule == "own-rule"]
    assert not report.internal_errors
    assert report.notes == [
        "own-rule cannot decide about a.yaml, VirtualService shop/a: no such key: 'labels' (and 2 more); "
        "test optional fields with `has()`"
    ]


def test_a_field_that_can_be_evaluated_is_reported_beside_one_that_cannot() -> None:
    own = rule("self.timeout == '2s'", at="spec.http[*]")
    report = lint([Source("a.yaml", ROUTES)], Settings(select=("own-rule",), custom_rules=(own,)))
    assert [each.span.begins.line for each in report.diagnostics] == [7]
    assert len(report.notes) == 1


def test_rules_are_those_of_the_last_settings() -> None:
    assert found(rule("false"))
    with pytest.raises(ValueError, match="own-rule"):
        lint([Source("a.yaml", ROUTES)], Settings(select=("own-rule",)))


def test_findings_can_be_suppressed_and_have_severities() -> None:
    own = rule("false")
    suppressed = ROUTES.replace("kind: VirtualService", "kind: VirtualService # istiolint: ignore[own-rule] known")
    assert not found(own, suppressed)
    for severity in ((("own-rule", "error"),), (("custom", "error"),)):
        report = lint([Source("a.yaml", ROUTES)], Settings(select=("custom",), custom_rules=(own,), severity=severity))
        assert [(each.severity, each.topic, each.category) for each in report.diagnostics] == [("error", "custom", "custom")]
    ignored = lint([Source("a.yaml", ROUTES)], Settings(ignore=("custom",), custom_rules=(own,)))
    assert "own-rule" not in {each.rule for each in ignored.diagnostics}


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("1 +", "syntax error at line 1, column 3 of the expression"),
        ("objet.spec == 1", "unknown variable `objet`; did you mean `object`?"),
        ("[1].all(x, y == 1)", "unknown variable `y`"),
        ("self.mtches('a')", "unknown function `mtches`; did you mean `matches`?"),
        ("open('/etc/passwd')", "unknown function `open`"),
        ("[1].all(a, [1].all(b, [1].all(c, [1].all(d, true))))", f"more than {DEEPEST} macros within each other"),
        ("(" * 2000 + "1" + ")" * 2000, "nested too deeply"),
        ("object.l.all(x < 1, x > 0)", "the first argument of `all` must be the name of a variable"),
        ("object.l.all()", "`all` needs a variable and an expression"),
        ("object.l.map(x)", "`map` needs a variable and an expression"),
        ("object.l.map(x, x > 1, x)", "`map` needs a variable and an expression"),
        ("object.l.map(2, x)", "the first argument of `map` must be the name of a variable"),
        ("1" * (LONGEST + 1), f"longer than {LONGEST:,} characters"),
    ],
)
def test_mistakes_in_expressions(expression: str, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        Expression(expression)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("self.a", "a value that is not a mapping has no fields"),
        ("object.b", "no such key: 'b'"),
        ("self.matches('(')", "invalid regular expression `(`"),
        ("object.l.all(a, object.l.all(b, object.l.all(c, c < 1000)))", "more than 50,000 steps"),
        ("1 / 0 == 1", ""),
        ("self + 1 == 2", "the operator `+` does not apply to string, int"),
        ("null < 1", "the operator `<` does not apply to null, int"),
        ("self ? 1 : 2", "the operator `? :`"),
        ("object.b ? true : false", "no such key: 'b'"),
        (" && ".join(["object.b > 1"] * 100), "no such key: 'b'"),
        (" || ".join(["object.b > 1"] * 100), "no such key: 'b'"),
        ("size(1)", ""),
    ],
)
def test_errors_of_evaluation(expression: str, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        Expression(expression).evaluate({"self": "text", "object": {"l": list(range(100))}})
    assert words in str(caught.value)


WORDS = st.sampled_from(
    ["object", "self", ".", "a", "(", ")", "[", "]", "'x'", "1", "-1", "1.5", "+", "&&", "||", "?", ":", "==", "in", ".all(x, ",
     "has(", "size(", "string(", "int(", "!", "x", ".matches('", "')", "{", "}", ",", "null", "true", "environment"]
)  # fmt: skip
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3),
    max_leaves=6,
)


@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=20), PLAIN)
@settings(max_examples=300)
def test_any_expression_is_evaluated_or_rejected(text: str, value: object) -> None:
    try:
        Expression(text).evaluate({"object": value, "self": value, "environment": "", "namespaceObject": None})
    except ExpressionError as error:
        assert str(error)  # noqa: PT017 - either is right


def test_paths() -> None:
    assert steps_of("spec.http[*].route[0].destination") == ["spec", "http", "*", "route", 0, "destination"]
    assert steps_of("metadata.labels[\"a/b\"]['c.d']") == ["metadata", "labels", "a/b", "c.d"]
    assert steps_of("") == []


@pytest.mark.parametrize("path", [".spec", "spec..a", "spec[", "spec[x]", "spec a", "[*", "spec.http[*]timeout"])
def test_odd_paths(path: str) -> None:
    with pytest.raises(CustomRuleError, match="must be a path such as"):
        steps_of(path)


@given(st.text(max_size=12))
def test_any_path_is_read_or_rejected(path: str) -> None:
    try:
        steps_of(path)
    except CustomRuleError as error:
        assert error.setting == "at"  # noqa: PT017 - either is right


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("{id: a-b, kinds: [VirtualService]}", ":1:16: `custom-rules` needs `expression`"),
        ("{id: A, kinds: [Pod], expression: 'true'}", ":1:21: `id` must be lower-case words with hyphens, such as "),
        ("{id: a-b, kinds: [Virtualservice], expression: 'true'}", ":1:34: unknown kind `Virtualservice`; did you mean "),
        ("{id: a-b, kinds: [Pod], expression: 'tru'}", ":1:52: `expression` is not valid: unknown variable `tru`"),
        ("{id: a-b, kinds: [Pod], expression: 'true', messageExpression: '1 +'}", ": `messageExpression` is not valid: syntax"),
        ("{id: a-b, kinds: [Pod], expression: 'true', at: 'spec['}", ":1:64: `at` must be a path such as"),
        ("{id: duplicate-key, kinds: [Pod], expression: 'true'}", ":1:21: two rules are called `duplicate-key`"),
        ("{id: a, kinds: [Pod], expression: 'true'}, {id: a, kinds: [Pod], expression: 'true'}", "two rules are called `a`"),
        ("{id: a, kinds: [], expression: 'true'}", ":1:31: `kinds` must not be empty"),
    ],
)
def test_mistakes_have_a_place(tmp_path: Path, written: str, words: str) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(f"custom-rules: [{written}]\n", "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path)
    assert len(caught.value.problems) == 1
    assert words in caught.value.problems[0]
