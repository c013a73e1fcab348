"""Parameters of rules: types, limits, and values in settings."""

from typing import Any

import pytest

from istiolint import Settings, Source, lint
from istiolint.rules.check import declare
from istiolint.rules.parameters import AnyParameter, Parameter, bound, mistakes, restored


@pytest.mark.parametrize(
    ("default", "value", "error"),
    [
        (True, False, None),
        (True, 1, "must be true or false"),
        (3, 4, None),
        (3, True, "must be an integer"),
        (3, 2.5, "must be an integer"),
        (0.5, 1, None),
        (0.5, "1", "must be a number"),
        ("a", "b", None),
        ("a", ["b"], "must be text"),
        (("a",), ["b"], None),
        (("a",), [1], "must be a list of texts"),
        (("a",), "b", "must be a list of texts"),
    ],
)
def test_the_default_gives_the_type(default: Any, value: Any, error: str | None) -> None:
    assert Parameter("limit", default, "A limit.").error(value) == error


def test_limits() -> None:
    number = Parameter("limit", 3, "A limit.", minimum=1, maximum=5)
    assert [number.error(value) for value in (0, 1, 5, 6)] == ["must be at least 1", None, None, "must be at most 5"]
    text = Parameter("mode", ("a",), "A mode.", choices=("a", "b"))
    assert [text.error(value) for value in (["b"], ["c"])] == [None, "must be one of a, b"]


@pytest.mark.parametrize(
    ("name", "default", "words"),
    [("Limit", 3, "invalid name"), ("limit", 0, "at least 1"), ("limit", ["a"], "use a tuple"), ("limit", None, "use a tuple")],
)
def test_invalid_declarations(name: str, default: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Parameter(name, default, "A limit.", minimum=1)


def test_a_parameter_belongs_to_one_rule() -> None:
    limit: AnyParameter = Parameter("limit", 3, "A limit.")
    bound("one", [limit])
    with pytest.raises(ValueError, match="belongs to the rule one"):
        declare("other", severity="info", topic="acme", parameters=[limit])
    with pytest.raises(ValueError, match="two parameters have one name"):
        bound("two", [Parameter("limit", 3, ""), Parameter("limit", 4, "")])


def test_the_index_keeps_parameters() -> None:
    facts = {
        "name": "hosts", "default": ["a"], "description": "Hosts.", "minimum": None, "maximum": None, "choices": [], "rule": "one"
    }  # fmt: skip
    assert restored("one", [facts]) == bound("one", [Parameter("hosts", ("a",), "Hosts.")])


def test_settings_name_parameters_that_exist() -> None:
    values: dict[str, dict[str, Any]] = {"no-such-rule": {"a": 1}, "unknown-field": {"limit": 1}}
    assert [each.steps for each in mistakes(values)] == [("no-such-rule",), ("unknown-field", "limit")]
    assert all(each.is_key for each in mistakes(values))
    with pytest.raises(ValueError, match=r"unknown-field: unknown parameter `limit`; `unknown-field` has no parameters"):
        lint([], Settings(parameters=(("unknown-field", "limit", 1),)))


@pytest.mark.parametrize(("percentage", "count"), [(50.0, 0), (20.0, 1), (10.0, 1)])
def test_thresholds_of_rules_are_parameters(percentage: float, count: int) -> None:
    text = (
        "{apiVersion: telemetry.istio.io/v1, kind: Telemetry, metadata: {name: a},\n"
        " spec: {tracing: [{randomSamplingPercentage: 20}]}}"
    )
    settings = Settings(select=("full-tracing",), parameters=(("full-tracing", "percentage", percentage),))
    assert len(lint([Source("a.yaml", text)], settings).diagnostics) == count
