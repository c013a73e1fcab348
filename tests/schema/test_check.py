"""Schema findings: root causes, nulls, versions, apiVersions, positions, and valid resources of every kind."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import kinds, resources

from istiolint.resources.kinds import is_istio
from istiolint.schema.loader import schema_of, validator
from istiolint.settings import NEWEST
from schema.found import diagnostics, found_in, resource

FEW = settings(max_examples=15, deadline=None)
ODD: list[Any] = [None, True, -1, 1.5, 10**30, "", "x y", [], [None], {}, {"a": None}]


def virtual_service(**http: Any) -> dict[str, Any]:
    route = {"route": [{"destination": {"host": "stock"}}]} | http
    return resource("networking.istio.io/v1", "VirtualService", {"hosts": ["stock"], "http": [route]})


@pytest.mark.parametrize("type_", kinds())
def test_valid_resources_are_silent(type_: str) -> None:
    @FEW
    @given(resources(type_))
    def silent(made: dict[str, Any]) -> None:
        assert found_in(made) == []

    silent()


@pytest.mark.parametrize("type_", kinds())
def test_gate_and_explanation_agree(type_: str) -> None:
    """Whatever one does to a field, a resource that is refused has an error that says why, and no check fails."""

    @FEW
    @given(resources(type_), st.randoms(use_true_random=False))
    def agree(made: dict[str, Any], random: Random) -> None:
        spoil(made["spec"], random)
        refused = not validator(type_, NEWEST, made["apiVersion"].rpartition("/")[2]).is_valid(made)
        assert bool(diagnostics(made)) == refused

    agree()


def spoil(node: Any, random: Random) -> None:
    """Put an odd value somewhere into a resource."""
    keys = list(node) if isinstance(node, dict) else list(range(len(node)))
    deeper = [key for key in keys if isinstance(node[key], (dict, list)) and node[key]]
    if deeper and random.random() < 0.8:
        spoil(node[random.choice(deeper)], random)
    elif keys:
        node[random.choice(keys)] = random.choice(ODD)
    elif isinstance(node, dict):
        node["zzz"] = random.choice(ODD)


def test_wrong_type_hides_what_is_inside() -> None:
    assert found_in(virtual_service(match={"uri": {"prefx": 1}})) == [("wrong-type", "spec.http[0].match")]


def test_typo_of_a_required_field_is_no_missing_field() -> None:
    entry = resource("networking.istio.io/v1", "ServiceEntry", {"hots": ["a.example.com"]})
    assert found_in(entry) == [("unknown-field", "spec.hots")]


def test_conflict_is_reported_once() -> None:
    uri = {"exact": "/", "prefix": "/", "regex": "/"}
    assert found_in(virtual_service(match=[{"uri": uri}])) == [("conflicting-fields", "spec.http[0].match[0].uri.regex")]


def test_null() -> None:
    assert found_in(virtual_service(timeout=None)) == [("null-value", "spec.http[0].timeout")]
    assert found_in(virtual_service(retries={"retryRemoteLocalities": None})) == []
    assert found_in(virtual_service(match=[None])) == [("wrong-type", "spec.http[0].match[0]")]
    assert found_in(resource("networking.istio.io/v1", "ServiceEntry", {"hosts": None})) == [("missing-field", "spec.hosts")]
    assert found_in(resource("networking.istio.io/v1", "Sidecar", {}, labels=None, creationTimestamp=None)) == []


def test_null_of_two_that_exclude_each_other_is_dropped() -> None:
    found = found_in(virtual_service(match=[{"uri": {"exact": None, "prefix": "/"}}]))
    assert found == [("null-value", "spec.http[0].match[0].uri.exact")]


@pytest.mark.parametrize(
    ("value", "rule"), [(80, None), (80.0, None), ("80", "wrong-type"), (True, "wrong-type"), (80.5, "wrong-type")]
)
def test_integers(value: Any, rule: str | None) -> None:
    found = found_in(virtual_service(retries={"attempts": value}))
    assert [name for name, _ in found] == ([rule] if rule else [])


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, 10**40])
def test_int32(value: int) -> None:
    assert found_in(virtual_service(retries={"attempts": value})) == [("out-of-range", "spec.http[0].retries.attempts")]


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_no_number(value: float) -> None:
    assert found_in(virtual_service(retries={"attempts": value})) == [("wrong-type", "spec.http[0].retries.attempts")]


def test_older_version() -> None:
    assert found_in(virtual_service(retries={"backoff": "1s"}), "1.26") == []
    assert found_in(virtual_service(retries={"backoff": "1s"}), "1.25") == [
        ("field-needs-newer-istio", "spec.http[0].retries.backoff")
    ]


def test_values_of_older_versions() -> None:
    entry = resource("networking.istio.io/v1", "ServiceEntry", {"hosts": ["a.example.com"], "resolution": "DYNAMIC_DNS"})
    assert found_in(entry, "1.28") == []
    assert found_in(entry, "1.27") == [("field-needs-newer-istio", "spec.resolution")]


def test_required_once() -> None:
    tokens = resource("security.istio.io/v1", "RequestAuthentication", {"jwtRules": [{"jwks": "{}"}]})
    assert found_in(tokens, "1.27") == []
    assert found_in(tokens, "1.26") == [("missing-field", "spec.jwtRules[0].issuer")]


def test_next_release() -> None:
    """A field that only the development branch has is known, but the newest release drops it."""
    tokens = resource("security.istio.io/v1", "RequestAuthentication", {"jwtRules": [{"issuer": "a", "presence": "REQUIRED"}]})
    assert [(found.rule, found.severity) for found in diagnostics(tokens)] == [("field-needs-newer-istio", "warning")]
    assert [found.severity for found in diagnostics(tokens, "1.30")] == ["error"]


@pytest.mark.parametrize(
    ("api_version", "kind", "version", "rule"),
    [
        ("networking.istio.io/v1beta1", "PeerAuthentication", NEWEST, "wrong-api-version"),
        ("security.istio.io/v1beta1", "EnvoyFilter", NEWEST, "wrong-api-version"),
        ("networking.istio/v1", "Sidecar", NEWEST, "wrong-api-version"),
        ("networking.k8s.io/v1", "VirtualService", NEWEST, "wrong-api-version"),
        ("networking.istio.io/v1", "Sidecar", "1.21", "wrong-api-version"),
        ("networking.istio.io/v1", "Sidecar", "1.22", None),
        ("extensions.istio.io/v1alpha1", "TrafficExtension", "1.29", "field-needs-newer-istio"),
        ("networking.istio.io/v1", "virtualservice", NEWEST, "unknown-kind"),
        ("networking.istio.io/v1", "Blueprint", NEWEST, "unknown-kind"),
        ("rbac.istio.io/v1alpha1", "AuthorizationPolicy", NEWEST, "retired-api"),
        ("config.istio.io/v1alpha2", "handler", NEWEST, "retired-api"),
        ("install.istio.io/v1alpha1", "IstioOperator", NEWEST, None),
        ("operator.istio.io/v1alpha1", "Istio", NEWEST, None),
        ("policy.linkerd.io/v1alpha1", "AuthorizationPolicy", NEWEST, None),
        ("${GROUP}/v1", "Sidecar", NEWEST, None),
    ],
)
def test_api_version(api_version: str, kind: str, version: str, rule: str | None) -> None:
    spec = {"lua": {"inlineCode": "-"}} if kind == "TrafficExtension" else {"hosts": ["a"]} if kind == "VirtualService" else {}
    found = [name for name, path in found_in(resource(api_version, kind, spec), version) if path in ("apiVersion", "kind")]
    assert found == ([rule] if rule else [])


@pytest.mark.parametrize("name", ["${NAME}", "$(name)", "SERVICE_NAME-vs", "NAMESPACE", "stock-1.v2"])
def test_placeholders_are_no_names(name: str) -> None:
    assert found_in(resource("networking.istio.io/v1", "Sidecar", {}) | {"metadata": {"name": name}}) == []


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ({"destination": {"host": ["HOST"]}}, []),
        ({"destination": {"host": ["SERVICE NAME"]}}, []),
        ({"destination": {"host": ["reviews"]}}, [("wrong-type", "spec.http[0].route[0].destination.host")]),
        ({"destination": {"host": ["A", "B"]}}, [("wrong-type", "spec.http[0].route[0].destination.host")]),
        ({"destination": {"host": "a", "port": {"number": "${PORT}"}}}, []),
        # no tool replaces this by itself, and people have applied it
        (
            {"destination": {"host": "a", "port": {"number": "HTTP_PORT"}}},
            [("wrong-type", "spec.http[0].route[0].destination.port.number")],
        ),
        (
            {"destination": {"host": "a", "port": {"number": "http"}}},
            [("wrong-type", "spec.http[0].route[0].destination.port.number")],
        ),
        ({"destination": {"host": "a", "port": "HTTP_PORT"}}, [("wrong-type", "spec.http[0].route[0].destination.port")]),
    ],
)
def test_placeholders_of_another_type(route: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    spec = {"hosts": ["a"], "http": [{"route": [route]}]}
    assert found_in(resource("networking.istio.io/v1", "VirtualService", spec)) == expected


@pytest.mark.parametrize("mode", [["ISTIO_MUTUAL"], "SIM$ple"])
def test_words_are_no_placeholders(mode: Any) -> None:
    spec = {"host": "a", "trafficPolicy": {"tls": {"mode": mode}}}
    (found,) = found_in(resource("networking.istio.io/v1", "DestinationRule", spec))
    assert found[1] == "spec.trafficPolicy.tls.mode"


@pytest.mark.parametrize("name", ["Stock", "a_b", "-a", "a" * 254, "a\n"])
def test_wrong_names(name: str) -> None:
    sidecar = resource("networking.istio.io/v1", "Sidecar", {}) | {"metadata": {"name": name}}
    assert found_in(sidecar) == [("invalid-name", "metadata.name")]


@pytest.mark.parametrize("metadata", [{}, {"name": ""}, {"name": None}, {"namespace": "orders"}])
def test_no_name(metadata: dict[str, Any]) -> None:
    assert [rule for rule, _ in found_in(resource("networking.istio.io/v1", "Sidecar", {}) | {"metadata": metadata})] == [
        "missing-name"
    ]


def test_positions() -> None:
    head = "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: a}\n"
    text = f"{head}spec:\n  hosts: b\n  hots: c\n  ports:\n  - name: d\n"
    begins = {found.rule: tuple(found.span.begins)[:2] for found in diagnostics(text)}
    assert begins == {"wrong-type": (5, 10), "unknown-field": (6, 3), "missing-field": (8, 5)}


def test_every_kind_of_istio_has_a_schema() -> None:
    no_crd = {"IstioOperator", "Istio", "IstioCNI", "IstioRevision", "IstioRevisionTag", "ZTunnel"}
    from istiolint.resources.kinds import ISTIO

    for kind in {kind for group in ISTIO.values() for kind in group} - no_crd:
        assert is_istio(kind)
        assert schema_of(kind)
