"""Security policies put together by Istio's grammar are silent; each constraint, violated once, is found."""

import copy
import json
from typing import Any

import pytest
from grammar import DURATIONS, FIVE_HUNDRED, LABELS, NAMES, PORTS, errors, many, put, rules_of
from hypothesis import given
from hypothesis import strategies as st
from manifests import resource

from istiolint.checks.authorization.rule_fields import both

ADDRESSES = st.one_of(st.ip_addresses().map(str), st.ip_addresses(v=4).map("{}/24".format))
PATTERNS = st.one_of(LABELS, LABELS.map("*{}".format), LABELS.map("{}*".format), st.just("*"))
SEGMENTS = st.one_of(LABELS, st.just("{*}"))
PATHS = st.one_of(
    st.lists(SEGMENTS, min_size=1, max_size=3).map(lambda segments: "/" + "/".join(segments)), LABELS.map("/{}/{{**}}".format),
    LABELS.map("/{}*".format),
)  # fmt: skip
SOURCES = {
    "requestPrincipals": PATTERNS, "ipBlocks": ADDRESSES, "remoteIpBlocks": ADDRESSES, "trustDomains": st.one_of(NAMES,
    LABELS.map("*{}".format)),
}  # fmt: skip
BY_IDENTITY = {"principals": PATTERNS, "namespaces": PATTERNS}
BY_ACCOUNT = {"serviceAccounts": st.one_of(LABELS, st.builds("{}/{}".format, LABELS, LABELS))}
OPERATIONS = {"hosts": PATTERNS, "methods": st.sampled_from(["GET", "POST", "*"]), "paths": PATHS, "ports": PORTS.map(str)}
CONDITIONS: dict[str, st.SearchStrategy[str]] = {
    "source.ip": ADDRESSES, "remote.ip": ADDRESSES, "destination.ip": ADDRESSES, "source.namespace": LABELS,
    "source.principal": PATTERNS,
    "source.serviceAccount": LABELS, "source.trustDomain": NAMES, "destination.port": PORTS.map(str), "connection.sni": NAMES,
    "request.auth.principal": PATTERNS, "request.auth.audiences": LABELS, "request.auth.presenter": LABELS,
    "request.headers[x-a]": LABELS, "request.auth.claims[a][b]": LABELS,
    "experimental.envoy.filters.network.mysql_proxy[a]": LABELS,
}  # fmt: skip
TARGETS = st.sampled_from(
    [("", "Service"), ("networking.istio.io", "ServiceEntry"), ("gateway.networking.k8s.io", "Gateway"), ("core", "Service")]
).map(lambda target: [{"group": target[0], "kind": target[1], "name": "web"}])


def lists(fields: dict[str, st.SearchStrategy[str]]) -> st.SearchStrategy[dict[str, list[str]]]:
    """At least one of the lists, or its negative form."""
    filled = {name: st.lists(text, min_size=1, max_size=3, unique=True) for field, text in fields.items() for name in both(field)}
    return st.fixed_dictionaries({}, optional=filled).filter(bool)


@st.composite
def rules(draw: st.DrawFn, identities: bool = True) -> dict[str, Any]:
    """Rules; without `identities` such as CUSTOM takes them."""
    own = draw(st.sampled_from([BY_IDENTITY, BY_ACCOUNT])) if identities else {}
    known = SOURCES if identities else {"ipBlocks": ADDRESSES, "remoteIpBlocks": ADDRESSES}
    rule: dict[str, Any] = {}
    if draw(st.booleans()):
        rule["from"] = [{"source": source} for source in draw(st.lists(lists({**known, **own}), min_size=1, max_size=2))]
    if draw(st.booleans()):
        rule["to"] = [{"operation": operation} for operation in draw(st.lists(lists(OPERATIONS), min_size=1, max_size=2))]
    if draw(st.booleans()):
        late = ("source.namespace", "source.serviceAccount", "source.trustDomain", "source.principal")
        keys = [key for key in CONDITIONS if identities or not key.startswith(("request.auth.", *late))]
        key = draw(st.sampled_from(keys))
        rule["when"] = [{"key": key, draw(st.sampled_from(["values", "notValues"])): [draw(CONDITIONS[key])]}]
    return rule


@st.composite
def authorization_policies(draw: st.DrawFn) -> dict[str, Any]:
    """AuthorizationPolicies that Istio takes."""
    action = draw(st.sampled_from([None, "ALLOW", "DENY", "AUDIT", "CUSTOM"]))
    spec: dict[str, Any] = {"rules": draw(st.lists(rules(action != "CUSTOM"), min_size=1, max_size=3))}
    if action:
        spec["action"] = action
    if action == "CUSTOM":
        spec["provider"] = {"name": draw(LABELS)}
    if bound := draw(st.sampled_from(["selector", "targetRefs", ""])):
        spec[bound] = {"matchLabels": {"app": draw(LABELS)}} if bound == "selector" else draw(TARGETS)
    return resource("AuthorizationPolicy", spec)


JWKS = json.dumps({"keys": [{"kty": "RSA", "n": "0vx7", "e": "AQAB"}]})
JWT_RULES = st.fixed_dictionaries(
    {"issuer": NAMES.map("https://{}".format)},
    optional={
        "audiences": st.lists(LABELS, max_size=2), "forwardOriginalToken": st.booleans(), "timeout": DURATIONS,
        "fromHeaders": st.lists(st.fixed_dictionaries({"name": LABELS}, optional={"prefix": st.just("Bearer ")}), max_size=2),
        "fromParams": st.lists(LABELS, max_size=2), "fromCookies": st.lists(LABELS, max_size=2),
        "outputClaimToHeaders": st.lists(st.fixed_dictionaries({"header": LABELS, "claim": LABELS}), max_size=2),
    },
)  # fmt: skip
KEYS = st.one_of(st.just({}), st.just({"jwks": JWKS}), NAMES.map(lambda name: {"jwksUri": f"https://{name}/keys"}))


@st.composite
def request_authentications(draw: st.DrawFn) -> dict[str, Any]:
    """RequestAuthentications that Istio takes."""
    return resource(
        "RequestAuthentication", {"jwtRules": [{**draw(JWT_RULES), **draw(KEYS)} for _ in range(draw(st.integers(0, 2)))]}
    )


@st.composite
def peer_authentications(draw: st.DrawFn) -> dict[str, Any]:
    """PeerAuthentications that Istio takes."""
    modes = st.sampled_from(["UNSET", "DISABLE", "PERMISSIVE", "STRICT"]).map(lambda mode: {"mode": mode})
    spec: dict[str, Any] = {"mtls": draw(modes)}
    if draw(st.booleans()):
        spec["selector"] = {"matchLabels": {"app": draw(LABELS)}}
        spec["portLevelMtls"] = draw(st.dictionaries(PORTS.map(str), modes, min_size=1, max_size=2))
    return resource("PeerAuthentication", spec)


@pytest.mark.parametrize("kind", [authorization_policies, request_authentications, peer_authentications])
def test_sound_ones_are_silent(kind: Any) -> None:
    @FIVE_HUNDRED
    @given(many(kind()))
    def silent(made: list[dict[str, Any]]) -> None:
        assert errors(made) == []

    silent()


POLICY = {
    "rules": [
        {
            "from": [{"source": {"namespaces": ["a"]}}], "to": [{"operation": {"ports": ["80"]}}],
            "when": [{"key": "source.ip", "values": ["10.0.0.1"]}],
        }
    ]
}  # fmt: skip
FROM, TO, WHEN = "rules.0.from.0", "rules.0.to.0", "rules.0.when.0"
TEXTS = both("principals", "requestPrincipals", "namespaces", "ipBlocks", "remoteIpBlocks")
POLICY_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"selector": {"matchLabels": {"a": "b"}}, "targetRef": {"group": "", "kind": "Service", "name": "a"}}, "conflicting-fields"),
    ({"selector": {"matchLabels": {"a": "*"}}}, "wildcard-in-selector"),
    ({"selector": {"matchLabels": {"": "b"}}}, "wildcard-in-selector"),
    ({"selector": {}}, "selector-without-labels"),
    ({"targetRefs": [{"group": "apps", "kind": "Deployment", "name": "a"}]}, "unsupported-target"),
    ({"targetRef": {"group": "", "kind": "Gateway", "name": "a"}}, "unsupported-target"),
    ({"targetRef": {"group": "", "kind": "Service", "name": ""}}, "invalid-value"),
    ({"targetRef": {"group": "", "kind": "Service", "name": "a", "namespace": "b"}}, "cross-namespace-target"),
    ({"action": "CUSTOM", "provider": {"name": "a"}, "rules": []}, "custom-action-incomplete"),
    ({"action": "CUSTOM", "rules": [{}]}, "custom-action-incomplete"),
    *(
        ({"action": "CUSTOM", "provider": {"name": "a"}, "rules": [{"from": [{"source": {field: ["a"]}}]}]},
        "unsupported-custom-condition")
        for field in both("principals", "requestPrincipals", "namespaces", "serviceAccounts", "trustDomains")
    ),
    *(
        ({"action": "CUSTOM", "provider": {"name": "a"}, "rules": [{"when": [{"key": key, "values": ["a"]}]}]},
        "unsupported-custom-condition")
        for key in (
            "source.namespace", "source.serviceAccount", "source.trustDomain", "source.principal", "request.auth.principal",
            "request.auth.claims[a]",
        )
    ),
    ({"provider": {"name": "a"}}, "provider-without-custom"),
    ({"action": "DENY", "rules": []}, "deny-without-rules"),
    ({"action": "DENY", "rules": [{"to": [{"operation": {"paths": ["/a"]}}]}]}, "deny-rule-blocks-all-tcp"),
    ({"action": "DENY", "rules": [{"from": [{"source": {"requestPrincipals": ["a"]}}]}]}, "deny-rule-blocks-all-tcp"),
    ({FROM: {}}, "condition-without-content"),
    ({FROM: {"source": {}}}, "condition-without-content"),
    ({FROM: {"source": {"namespaces": ["a"], "serviceAccounts": ["b"]}}}, "conflicting-fields"),
    *(({FROM: {"source": {field: ["1.2.3"]}}}, "invalid-address") for field in both("ipBlocks", "remoteIpBlocks")),
    ({FROM: {"source": {"ipBlocks": ["10.0.0.0/33"]}}}, "invalid-address"),
    *(({FROM: {"source": {field: [""]}}}, "empty-field") for field in TEXTS),
    *(
        ({FROM: {"source": {field: [text]}}}, "invalid-service-account")
        for field in both("serviceAccounts")
        for text in ("", "a*", "a/b/c", "/a", "a/")
    ),
    ({FROM: {"source": {"serviceAccounts": [f"a{index}" for index in range(17)]}}}, "invalid-value"),
    *(
        ({FROM: {"source": {field: [text]}}}, "invalid-trust-domain")
        for field in both("trustDomains")
        for text in ("", "*a*", "a*b", "a/b")
    ),
    ({TO: {}}, "condition-without-content"),
    ({TO: {"operation": {}}}, "condition-without-content"),
    *(({TO: {"operation": {field: [text]}}}, "invalid-port") for field in both("ports") for text in ("65536", "-1", "1-2", "*",
    "http")),
    *(({TO: {"operation": {field: [""]}}}, "empty-field") for field in both("ports", "methods", "paths", "hosts")),
    *(
        ({TO: {"operation": {field: [text]}}}, "invalid-path-template")
        for field in both("paths")
        for text in ("/{**}/{*}", "/a/{b}", "/a{*}", "/{*}/*", "/{*}//a")
    ),
    ({WHEN: {"key": "", "values": ["a"]}}, "empty-field"),
    ({WHEN: {"values": ["a"]}}, "missing-field"),
    ({WHEN: {"key": "source.ip"}}, "condition-without-content"),
    ({WHEN: {"key": "source.namespace", "notValues": [""]}}, "empty-field"),
    *(
        ({WHEN: {"key": key, "values": ["a"]}}, "unknown-condition-key")
        for key in (
            "source.port", "source.ip.", "request.headers", "request.headers[]", "request.headers[a", "request.auth.claims",
            "experimental.envoy.filters.a", "destination.namespace", "destination.labels[a]", "destination.name",
            "destination.user",
        )
    ),
    *(({WHEN: {"key": key, "values": ["a"]}}, "invalid-address") for key in ("source.ip", "remote.ip", "destination.ip")),
    ({WHEN: {"key": "destination.port", "notValues": ["70000"]}}, "invalid-port"),
    ({WHEN: {"key": "source.serviceAccount", "values": ["*"]}}, "invalid-service-account"),
    ({WHEN: {"key": "source.trustDomain", "values": ["a*b"]}}, "invalid-trust-domain"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "rule"), POLICY_FAULTS)
def test_a_policy_with_one_fault(fields: dict[str, Any], rule: str) -> None:
    assert rules_of(spoiled("AuthorizationPolicy", POLICY, fields)) == {rule}


def spoiled(kind: str, spec: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    made = resource(kind, copy.deepcopy(spec))
    assert rules_of(made) == set()
    for field, value in fields.items():
        put(made["spec"], field, value)
    return made


TOKENS = {"jwtRules": [{"issuer": "a"}]}
TOKEN_FAULTS: list[tuple[Any, str]] = [
    ({}, "jwt-rule-without-issuer"),
    ({"issuer": ""}, "invalid-value"),
    ({"issuer": "a", "audiences": [""]}, "invalid-value"),
    ({"issuer": "a", "jwksUri": "://a"}, "invalid-url"),
    ({"issuer": "a", "jwksUri": "ftp://a/b"}, "invalid-url"),
    ({"issuer": "a", "jwks": "keys"}, "invalid-jwks"),
    ({"issuer": "a", "jwks": '{"keys": [{"kty": "X"}]}'}, "invalid-jwks"),
    ({"issuer": "a", "jwks": '{"keys": [{"kty": "EC", "crv": "P-256", "x": "a"}]}'}, "invalid-jwks"),
    ({"issuer": "a", "jwks": '{"kty": "oct", "k": "a"}'}, "private-key-in-jwks"),
    ({"issuer": "a", "jwks": '{"kty": "OKP", "crv": "a", "x": "a", "d": "a"}'}, "private-key-in-jwks"),
    ({"issuer": "a", "jwks": JWKS, "jwksUri": "https://a/b"}, "conflicting-fields"),
    ({"issuer": "a", "fromHeaders": [{"name": ""}]}, "invalid-value"),
    ({"issuer": "a", "fromHeaders": [{}]}, "missing-field"),
    ({"issuer": "a", "fromParams": [""]}, "invalid-value"),
    ({"issuer": "a", "fromCookies": [""]}, "invalid-value"),
    ({"issuer": "a", "outputClaimToHeaders": [{"header": "", "claim": "a"}]}, "invalid-value"),
    ({"issuer": "a", "outputClaimToHeaders": [{"header": "a", "claim": ""}]}, "invalid-value"),
    ({"issuer": "a", "outputClaimToHeaders": [{"header": "a b", "claim": "a"}]}, "invalid-value"),
    ({"issuer": "a", "timeout": "0s"}, "invalid-duration"),
    ({"issuer": "a", "timeout": "1500us"}, "invalid-duration"),
]


@pytest.mark.parametrize(("jwt_rule", "rule"), TOKEN_FAULTS)
def test_a_token_rule_with_one_fault(jwt_rule: Any, rule: str) -> None:
    assert rules_of(spoiled("RequestAuthentication", TOKENS, {"jwtRules.0": jwt_rule})) == {rule}


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"portLevelMtls": {"80": {"mode": "STRICT"}}}, "missing-field"),
        ({"selector": {"matchLabels": {"a": "b"}}, "portLevelMtls": {}}, "invalid-value"),
        ({"selector": {"matchLabels": {"a": "b"}}, "portLevelMtls": {"0": {}}}, "out-of-range"),
        ({"selector": {"matchLabels": {"a": "b"}}, "portLevelMtls": {"65536": {}}}, "out-of-range"),
        ({"selector": {"matchLabels": {"a": "*"}}}, "wildcard-in-selector"),
        ({"selector": {"matchLabels": {}}}, "selector-without-labels"),
    ],
)
def test_a_peer_authentication_with_one_fault(fields: dict[str, Any], rule: str) -> None:
    assert rules_of(spoiled("PeerAuthentication", {"mtls": {"mode": "STRICT"}}, fields)) == {rule}
