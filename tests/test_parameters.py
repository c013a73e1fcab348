"""Parameters of rules: types, limits, and values in settings."""

from typing import Any

import pytest

from istiolint import Settings, Source, lint
from istiolint.rules.check import declare
from istiolint.rules.parameters import AnyParameter, Parameter, bound, mistakes, restored
from istiolint.settings import Environment, Scope


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


def resource(kind: str, spec: str, group: str = "networking.istio.io/v1") -> str:
    return f"{{apiVersion: {group}, kind: {kind}, metadata: {{name: a, namespace: shop, labels: {{app: istiod}}}}, spec: {spec}}}"


RETRIES = "{hosts: [a], http: [{timeout: 7s, retries: {attempts: 3, perTryTimeout: 3s}, route: [{destination: {host: a}}]}]}"
MIRROR = "{hosts: [a], http: [{mirror: {host: b}, mirrorPercentage: {value: 60}, route: [{destination: {host: a}}]}]}"
CERTIFICATES = "{environmentVariables: {SECRET_TTL: 4h, SECRET_GRACE_PERIOD_RATIO: '0.8'}}"
BODY = f"{{hosts: [a], http: [{{directResponse: {{status: 200, body: {{string: {'x' * 2000}}}}}}}]}}"


@pytest.mark.parametrize(
    ("rule", "name", "value", "text"),
    [
        ("retries-exceed-timeout", "attempts", 3, resource("VirtualService", RETRIES)),
        ("full-mirroring", "percentage", 50.0, resource("VirtualService", MIRROR)),
        ("large-direct-response", "kibibytes", 1, resource("VirtualService", BODY)),
        ("certificate-lifetime-too-short", "hours", 5, resource("ProxyConfig", CERTIFICATES)),
        ("certificate-renewal-too-late", "highest-ratio", 0.8, resource("ProxyConfig", CERTIFICATES)),
        ("certificate-renewal-too-late", "lowest-ratio", 0.85, resource("ProxyConfig", CERTIFICATES)),
        (
            "outlier-detection-ejects-all", "percentage", 60,
            resource("DestinationRule", "{host: a, trafficPolicy: {outlierDetection: {maxEjectionPercent: 70}}}"),
        ),
        (
            "connection-for-each-request", "requests", 10,
            resource("DestinationRule", "{host: a, trafficPolicy: {connectionPool: {http: {maxRequestsPerConnection: 5}}}}"),
        ),
        (
            "single-replica", "minimum-replicas", 3,
            resource("Deployment", "{replicas: 2, template: {spec: {containers: [{name: discovery}]}}}", "apps/v1"),
        ),
    ],
)  # fmt: skip
def test_other_values_report_more(rule: str, name: str, value: Any, text: str) -> None:
    """Everywhere, in the folder of the file, and in the environment of the resource."""
    sources = [Source("apps/a.yaml", text)]
    given = ((rule, name, value),)
    assert not lint(sources, Settings(select=(rule,))).diagnostics
    for settings in (
        Settings(parameters=given),
        Settings(scopes=(Scope("apps", parameters=given),)),
        Settings(environments=(Environment("staging", ("shop",), parameters=given),)),
    ):
        assert [found.rule for found in lint(sources, settings._replace(select=(rule,))).diagnostics] == [rule]
    elsewhere = Settings(
        select=(rule,),
        scopes=(Scope("test", parameters=given),),
        environments=(Environment("other", ("other",), parameters=given),),
    )
    assert not lint(sources, elsewhere).diagnostics


def test_the_innermost_value_counts() -> None:
    settings = Settings(
        parameters=(("a", "b", 1),),
        scopes=(Scope("x", parameters=(("a", "b", 2),)), Scope("x/y", root=True), Scope("x/y/z", parameters=(("a", "b", 3),))),
        environments=(Environment("live", parameters=(("a", "b", 4),)), Environment("test")),
    )
    found = {path: settings.parameter("a", "b", path) for path in ("f", "x/f", "x/w/f", "x/y/f", "x/y/z/f")}
    assert found == {"f": 1, "x/f": 2, "x/w/f": 2, "x/y/f": None, "x/y/z/f": 3}
    assert settings.parameter("a", "b", "x/y/z/f", "live") == 4
    assert settings.parameter("a", "b", "x/y/z/f", "test") == 3
