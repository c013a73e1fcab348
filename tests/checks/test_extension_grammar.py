"""Telemetry, extensions and EnvoyFilters put together by Istio's grammar are silent; each constraint, violated once, is found."""

import copy
from typing import Any

import pytest
from grammar import FIVE_HUNDRED, LABELS, NAMES, PORTS, errors, many, put, rules_of
from hypothesis import given
from hypothesis import strategies as st
from manifests import resource

PROVIDERS = st.lists(st.fixed_dictionaries({"name": LABELS}), min_size=1, max_size=1)
TAGS = st.one_of(
    LABELS.map(lambda text: {"literal": {"value": text}}), LABELS.map(lambda text: {"header": {"name": text,
    "defaultValue": ""}}),
    LABELS.map(lambda text: {"environment": {"name": text}}),
)  # fmt: skip
OVERRIDES = st.dictionaries(
    LABELS, st.one_of(st.just({"operation": "REMOVE"}), st.just({"value": "request.host"}), st.just({"operation": "UPSERT",
    "value": "1"})),
    min_size=1, max_size=3,
)  # fmt: skip
MATCHES = st.one_of(
    st.just({"metric": "REQUEST_COUNT", "mode": "CLIENT"}), LABELS.map(lambda name: {"customMetric": name}), st.just({})
)


def bound(draw: st.DrawFn) -> dict[str, Any]:
    """A selector, targets, or neither."""
    return draw(
        st.sampled_from(
            [{}, {"selector": {"matchLabels": {"app": "a"}}}, {"targetRefs": [{"group": "", "kind": "Service", "name": "a"}]}]
        )
    )


@st.composite
def telemetries(draw: st.DrawFn) -> dict[str, Any]:
    """Telemetries that Istio takes."""
    spec: dict[str, Any] = bound(draw)
    if draw(st.booleans()):
        share = draw(st.floats(0, 100, allow_nan=False))
        spec["tracing"] = [
            {"providers": draw(PROVIDERS), "randomSamplingPercentage": share, "customTags": draw(st.dictionaries(LABELS, TAGS))}
        ]
    if draw(st.booleans()):
        overrides = [{"match": draw(MATCHES), "tagOverrides": draw(OVERRIDES), "disabled": draw(st.booleans())}]
        spec["metrics"] = [{"providers": draw(PROVIDERS), "overrides": overrides, "reportingInterval": "5s"}]
    if draw(st.booleans()):
        expressions = ["response.code >= 400", "!has(request.headers['x-a'])", "connection.mtls || a in [1, 2]"]
        expression = draw(st.sampled_from(expressions))
        spec["accessLogging"] = [
            {"providers": draw(PROVIDERS), "filter": {"expression": expression}, "match": {"mode": "SERVER"}}
        ]
    return resource("Telemetry", spec)


@st.composite
def plugins(draw: st.DrawFn) -> dict[str, Any]:
    """The fields of a Wasm plugin."""
    urls = st.sampled_from(["oci://{}/a:1", "https://{}/a.wasm", "http://{}/a", "file:///a.wasm", "{}/a/b"])
    plugin: dict[str, Any] = {"url": draw(urls).format(draw(NAMES)), "pluginName": draw(LABELS)}
    if draw(st.booleans()):
        plugin["sha256"] = draw(st.from_regex(r"[a-f0-9]{64}", fullmatch=True))
    names = draw(st.lists(LABELS, max_size=2, unique=True))
    if names:
        plugin["vmConfig"] = {"env": [{"name": name, "value": "a"} for name in names] + [{"name": "HOST_", "valueFrom": "HOST"}]}
    return plugin


@st.composite
def wasm_plugins(draw: st.DrawFn) -> dict[str, Any]:
    """WasmPlugins that Istio takes."""
    match = [{"mode": "CLIENT", "ports": [{"number": draw(PORTS)}]}]
    return resource(
        "WasmPlugin", {**draw(plugins()), **bound(draw), "phase": "AUTHN", "priority": draw(st.integers(0, 99)), "match": match}
    )


@st.composite
def traffic_extensions(draw: st.DrawFn) -> dict[str, Any]:
    """TrafficExtensions that Istio takes."""
    kind = draw(
        st.one_of(
            plugins().map(lambda wasm: {"wasm": wasm}), st.just({"lua": {"inlineCode": "function envoy_on_request(h) end"}})
        )
    )
    return resource("TrafficExtension", {**kind, **bound(draw)})


@st.composite
def proxy_configs(draw: st.DrawFn) -> dict[str, Any]:
    """ProxyConfigs that Istio takes."""
    spec = {
        "concurrency": draw(st.integers(0, 16)),
        "environmentVariables": {"A_B": draw(LABELS)},
        "image": {"imageType": "distroless"},
    }
    return resource("ProxyConfig", spec | draw(st.sampled_from([{}, {"selector": {"matchLabels": {"a": "b"}}}])))


HCM = "envoy.filters.network.http_connection_manager"
ROUTER = {"name": HCM, "subFilter": {"name": "envoy.filters.http.router"}}
LUA = {
    "name": "envoy.filters.http.lua",
    "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua"},
}
PATCHES: list[dict[str, Any]] = [
    {
        "applyTo": "HTTP_FILTER",
        "match": {"listener": {"filterChain": {"filter": ROUTER}}},
        "patch": {"operation": "INSERT_BEFORE", "value": LUA},
    },
    {
        "applyTo": "NETWORK_FILTER",
        "match": {"listener": {"filterChain": {"filter": {"name": HCM}}}},
        "patch": {"operation": "MERGE", "value": {}},
    },
    {
        "applyTo": "CLUSTER",
        "match": {"cluster": {"service": "a.b"}},
        "patch": {"operation": "MERGE", "value": {"connect_timeout": "3s"}},
    },
    {"applyTo": "VIRTUAL_HOST", "match": {"routeConfiguration": {"vhost": {"name": "a"}}}, "patch": {"operation": "REMOVE"}},
    {
        "applyTo": "LISTENER",
        "match": {"context": "GATEWAY", "listener": {"portNumber": 80}},
        "patch": {"operation": "MERGE", "value": {}},
    },
    {"applyTo": "BOOTSTRAP", "patch": {"operation": "MERGE", "value": {"stats_flush_interval": "9s"}}},
]


@st.composite
def envoy_filters(draw: st.DrawFn) -> dict[str, Any]:
    """EnvoyFilters that Istio takes."""
    spec: dict[str, Any] = {"configPatches": copy.deepcopy(draw(st.lists(st.sampled_from(PATCHES), min_size=1, max_size=3)))}
    if draw(st.booleans()):
        spec |= {"workloadSelector": {"labels": {"app": draw(LABELS)}}, "priority": draw(st.integers(-9, 9))}
    if draw(st.booleans()):
        put(spec, "configPatches.0.match.proxy.proxyVersion", "^1\\.30.*")
    return resource("EnvoyFilter", spec)


@pytest.mark.parametrize("kind", [telemetries, wasm_plugins, traffic_extensions, proxy_configs, envoy_filters])
def test_sound_ones_are_silent(kind: Any) -> None:
    @FIVE_HUNDRED
    @given(many(kind()))
    def silent(made: list[dict[str, Any]]) -> None:
        assert errors(made) == []

    silent()


TRACING = {"tracing": [{"providers": [{"name": "a"}]}]}
WASM = {"url": "oci://registry.example.com/a:1"}
FILTER = {"configPatches": [PATCHES[0]]}
CLUSTER = {"configPatches": [PATCHES[2]]}
PATCH, FOUND = "configPatches.0", "configPatches.0.match.listener.filterChain.filter"
WASM_FAULTS: list[tuple[str, Any, str]] = [
    ("url", "", "invalid-value"), ("url", "http://a%zz", "invalid-url"), ("url", "ftp://a/b", "invalid-url"),
    ("sha256", "abc", "invalid-value"), ("imagePullSecret", "a" * 254, "invalid-value"), ("pluginName", "a" * 257,
    "invalid-value"),
    ("vmConfig", {"env": [{"name": ""}]}, "invalid-value"), ("vmConfig", {"env": [{"name": "a" * 257}]}, "invalid-value"),
    ("vmConfig", {"env": [{"name": "a"}, {"name": "a"}]}, "duplicate-item"),
    ("vmConfig", {"env": [{"name": "a", "value": "b", "valueFrom": "HOST"}]}, "conflicting-fields"),
]  # fmt: skip
FAULTS: list[tuple[str, dict[str, Any], str, Any, str]] = [
    *(
        ("Telemetry", TRACING, part, [{"providers": [{"name": ""}]}], "invalid-value")
        for part in ("metrics", "tracing", "accessLogging")
    ),
    ("Telemetry", TRACING, "metrics", [{"overrides": [{"tagOverrides": {"": {"value": "a"}}}]}], "empty-field"),
    ("Telemetry", TRACING, "metrics", [{"overrides": [{"tagOverrides": {"a": {"operation": "UPSERT"}}}]}], "missing-field"),
    ("Telemetry", TRACING, "metrics", [{"overrides": [{"tagOverrides": {"a": {}}}]}], "missing-field"),
    (
        "Telemetry",
        TRACING,
        "metrics",
        [{"overrides": [{"tagOverrides": {"a": {"operation": "REMOVE", "value": "b"}}}]}],
        "conflicting-fields",
    ),
    ("Telemetry", TRACING, "metrics", [{"overrides": [{"match": {"customMetric": ""}}]}], "invalid-value"),
    ("Telemetry", TRACING, "tracing", [{}, {}], "several-trace-providers"),
    ("Telemetry", TRACING, "tracing.0.providers", [{"name": "a"}, {"name": "b"}], "several-trace-providers"),
    ("Telemetry", TRACING, "tracing.0.randomSamplingPercentage", 101, "out-of-range"),
    ("Telemetry", TRACING, "tracing.0.customTags", {"": {"literal": {"value": "a"}}}, "empty-field"),
    *(
        ("Telemetry", TRACING, "tracing.0.customTags", {"a": tag}, "invalid-value")
        for tag in ({"literal": {"value": ""}}, {"header": {"name": ""}}, {"environment": {"name": ""}})
    ),
    ("Telemetry", TRACING, "accessLogging", [{"filter": {"expression": "a &&"}}], "invalid-expression"),
    ("Telemetry", TRACING, "accessLogging", [{"filter": {"expression": ""}}], "invalid-expression"),
    *(("WasmPlugin", WASM, field, value, rule) for field, value, rule in WASM_FAULTS),
    *(("TrafficExtension", {"wasm": WASM}, f"wasm.{field}", value, rule) for field, value, rule in WASM_FAULTS),
    ("WasmPlugin", WASM, "match", [{"ports": [{"number": 0}]}], "out-of-range"),
    ("TrafficExtension", {"wasm": WASM}, "match", [{"ports": [{"number": 65536}]}], "out-of-range"),
    ("TrafficExtension", {"wasm": WASM}, "lua", {"inlineCode": "a"}, "conflicting-fields"),
    ("TrafficExtension", {"lua": {"inlineCode": "a"}}, "lua.inlineCode", "", "invalid-value"),
    ("TrafficExtension", {"lua": {"inlineCode": "a"}}, "lua.inlineCode", "a" * 65537, "invalid-value"),
    ("TrafficExtension", {"lua": {"inlineCode": "a"}}, "lua", None, "missing-field"),
    ("ProxyConfig", {"concurrency": 1}, "concurrency", -1, "out-of-range"),
    ("ProxyConfig", {"concurrency": 1}, "selector", {"matchLabels": {"a": "*"}}, "wildcard-in-selector"),
    ("EnvoyFilter", FILTER, "workloadSelector", {"labels": {"a": "*"}}, "wildcard-in-selector"),
    ("EnvoyFilter", FILTER, "workloadSelector", {}, "selector-without-labels"),
    ("EnvoyFilter", FILTER, f"{PATCH}.applyTo", "INVALID", "patch-incomplete"),
    ("EnvoyFilter", FILTER, f"{PATCH}.patch", None, "patch-incomplete"),
    ("EnvoyFilter", FILTER, f"{PATCH}.patch", {"value": LUA}, "patch-incomplete"),
    ("EnvoyFilter", FILTER, f"{PATCH}.patch", {"operation": "INVALID", "value": LUA}, "patch-incomplete"),
    ("EnvoyFilter", FILTER, f"{PATCH}.patch", {"operation": "MERGE"}, "patch-incomplete"),
    ("EnvoyFilter", FILTER, f"{PATCH}.match.proxy", {"proxyVersion": "("}, "invalid-proxy-version"),
    ("EnvoyFilter", FILTER, f"{PATCH}.match.proxy", {"proxyVersion": "1" * 1025}, "invalid-proxy-version"),
    ("EnvoyFilter", FILTER, f"{PATCH}.match", {"cluster": {}}, "envoyfilter-match-of-wrong-kind"),
    ("EnvoyFilter", CLUSTER, f"{PATCH}.match", {"listener": {}}, "envoyfilter-match-of-wrong-kind"),
    ("EnvoyFilter", CLUSTER, f"{PATCH}.applyTo", "HTTP_ROUTE", "envoyfilter-match-of-wrong-kind"),
    ("EnvoyFilter", {"configPatches": [PATCHES[4]]}, FOUND, {"name": "a"}, "filter-match-without-effect"),
    ("EnvoyFilter", FILTER, FOUND, {"name": ""}, "empty-field"),
    ("EnvoyFilter", FILTER, f"{FOUND}.subFilter", {"name": ""}, "empty-field"),
    ("EnvoyFilter", FILTER, f"{FOUND}.name", "envoy.filters.network.tcp_proxy", "sub-filter-misplaced"),
    ("EnvoyFilter", {"configPatches": [PATCHES[1]]}, f"{FOUND}.subFilter", {"name": "a"}, "sub-filter-misplaced"),
    ("EnvoyFilter", FILTER, f"{FOUND}.subFilter.name", "envoy.router", "renamed-filter"),
    ("EnvoyFilter", FILTER, f"{FOUND}.subFilter.name", "envoy.ext_authz", "renamed-filter"),
    ("EnvoyFilter", CLUSTER, f"{PATCH}.patch.value.name", False, "invalid-envoy-value"),
    (
        "EnvoyFilter",
        FILTER,
        f"{PATCH}.patch.value.typed_config.@type",
        "type.googleapis.com/envoy.config.a.v2.A",
        "invalid-envoy-value",
    ),
    ("EnvoyFilter", FILTER, f"{PATCH}.patch.value", {"name": "a"}, "filter-without-config"),
    ("EnvoyFilter", FILTER, f"{PATCH}.patch.value", {"name": "a", "typed_config": {"b": 1}}, "invalid-envoy-value"),
]


@pytest.mark.parametrize(("kind", "spec", "field", "value", "rule"), FAULTS)
def test_one_fault(kind: str, spec: dict[str, Any], field: str, value: Any, rule: str) -> None:
    made = resource(kind, copy.deepcopy(spec))
    assert rules_of(made) == ({"envoyfilter-exposes-internals"} if kind == "EnvoyFilter" else set())  # which Istio says of each
    put(made["spec"], field, value)
    assert rule in rules_of(made)
