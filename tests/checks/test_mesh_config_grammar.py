"""MeshConfigs and MeshNetworks put together by their grammar are silent; each constraint, violated once, is found."""

import copy
import json
from typing import Any

import pytest
from grammar import DURATIONS, FIVE_HUNDRED, LABELS, NAMES, PORTS, errors, many, put, rules_of
from hypothesis import given
from hypothesis import strategies as st

from istiolint.engine.lint import lint
from istiolint.settings import Settings
from istiolint.sources import Source

SECONDS = st.integers(1, 600).map("{}s".format)
ADDRESSES = st.builds("{}:{}".format, NAMES, PORTS) | st.just("$(HOST_IP):8126") | st.just("[2001:db8::1]:9411")
PROVIDERS = (
    "zipkin",
    "datadog",
    "skywalking",
    "opentelemetry",
    "envoyHttpAls",
    "envoyTcpAls",
    "envoyOtelAls",
    "envoyExtAuthzGrpc",
)


def config_map(**data: Any) -> dict[str, Any]:
    """The ConfigMap that istiod reads."""
    texts = {name: json.dumps(value) for name, value in data.items()}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "istio", "namespace": "istio-system"}, "data": texts}


PROXIES = st.fixed_dictionaries(
    {},
    optional={
        "discoveryAddress": ADDRESSES, "drainDuration": SECONDS, "serviceCluster": LABELS, "statusPort": PORTS,
        "proxyAdminPort": PORTS,
        "tracing": st.fixed_dictionaries({"zipkin": st.fixed_dictionaries({"address": ADDRESSES}), "sampling": st.floats(0,
        100)}),
        "statsdUdpAddress": ADDRESSES, "envoyAccessLogService": st.fixed_dictionaries({"address": ADDRESSES}),
        "controlPlaneAuthPolicy": st.sampled_from(["NONE", "MUTUAL_TLS"]), "proxyMetadata": st.dictionaries(LABELS, LABELS,
        max_size=2),
        "privateKeyProvider": st.just({"cryptomb": {"pollDelay": "10ms"}}), "concurrency": st.integers(0, 8),
        "connectionSettings": st.just({"httpIdleTimeout": "0s", "http2InitialStreamWindowSize": 65535,
        "listenerConnectionLimit": 1}),
    },
)  # fmt: skip


@st.composite
def mesh_configs(draw: st.DrawFn) -> dict[str, Any]:
    """ConfigMaps with a MeshConfig that istiod takes."""
    names = draw(st.lists(LABELS, max_size=2, unique=True))
    config = {
        "proxyListenPort": draw(PORTS), "connectTimeout": draw(SECONDS),
        "protocolDetectionTimeout": draw(DURATIONS | st.just("0s")),
        "trustDomain": draw(NAMES), "trustDomainAliases": draw(st.lists(NAMES, max_size=2)), "defaultConfig": draw(PROXIES),
        "serviceSettings": [{"settings": {"clusterLocal": True}, "hosts": [draw(NAMES), f"*.{draw(NAMES)}"]}],
        "tlsDefaults": {"ecdhCurves": draw(st.sampled_from([[], ["P-256"], ["X25519", "P-384"]]))},
        "extensionProviders": [
            {"name": name, draw(st.sampled_from(PROVIDERS)): {"service": draw(NAMES | NAMES.map("shop/{}".format)),
            "port": draw(PORTS)}}
            for name in names
        ],
        "defaultTrafficPolicy": {"connectionPool": {"tcp": {"maxConnections": 9}}, "outlierDetection": {"maxEjectionPercent": 9}},
        "localityLbSetting": draw(st.sampled_from([{"enabled": True}, {"distribute": [{"from": "a/*", "to": {"a/*": 90,
        "b/*": 10}}]}])),
    }  # fmt: skip
    return config_map(mesh=config)


@st.composite
def mesh_networks(draw: st.DrawFn) -> dict[str, Any]:
    """ConfigMaps with MeshNetworks that istiod takes."""
    gateway = draw(
        st.one_of(
            NAMES.map(lambda name: {"registryServiceName": name}),
            st.just({"address": "192.0.2.7"}),
            NAMES.map(lambda name: {"address": name}),
        )
    )
    network = {
        "endpoints": [{"fromRegistry": draw(LABELS)}, {"fromCidr": "10.0.0.0/8"}],
        "gateways": [{**gateway, "port": draw(PORTS)}],
    }
    return config_map(mesh={}, meshNetworks={"networks": {draw(LABELS): network}})


@pytest.mark.parametrize("kind", [mesh_configs, mesh_networks])
def test_sound_ones_are_silent(kind: Any) -> None:
    @FIVE_HUNDRED
    @given(many(kind()))
    def silent(made: list[dict[str, Any]]) -> None:
        assert errors(made) == []

    silent()


PROVIDER = {"name": "a", "zipkin": {"service": "a.b", "port": 9411}}
MESH: dict[str, Any] = {"defaultConfig": {"tracing": {}}, "extensionProviders": [PROVIDER]}
PROXY, FIRST = "defaultConfig", "extensionProviders.0"
FAULTS: list[tuple[str, Any, str]] = [
    ("trustDomian", "a", "unknown-mesh-setting"),
    (f"{PROXY}.tracing.zipkn", {}, "unknown-mesh-setting"),
    ("dnsRefreshRate", "5", "invalid-duration"),
    ("proxyListenPort", 0, "invalid-port"),
    ("connectTimeout", "0s", "invalid-duration"),
    ("connectTimeout", "2h", "invalid-duration"),
    ("connectTimeout", "1500us", "invalid-duration"),
    ("protocolDetectionTimeout", "1500us", "invalid-duration"),
    ("localityLbSetting", {"distribute": [{"from": "a", "to": {"b": 1}}]}, "invalid-mesh-locality"),
    ("localityLbSetting", {"failover": [{"from": "a", "to": "a"}]}, "invalid-mesh-locality"),
    ("localityLbSetting", {"distribute": [{"from": "a", "to": {"b": 100}}], "failover": [{"from": "a", "to": "b"}]},
    "conflicting-fields"),
    ("serviceSettings", [{"hosts": ["a.*"]}], "invalid-host"),
    ("trustDomain", "", "invalid-trust-domain"),
    ("trustDomain", "spiffe://a", "invalid-trust-domain"),
    ("trustDomainAliases", ["a_b"], "invalid-trust-domain"),
    ("meshMTLS", {"ecdhCurves": ["P-256"]}, "curves-for-mesh-mtls"),
    ("tlsDefaults", {"ecdhCurves": ["P-1"]}, "unknown-curve"),
    ("tlsDefaults", {"ecdhCurves": ["P-256", "P-256"]}, "unknown-curve"),
    ("defaultTrafficPolicy", {"outlierDetection": {"maxEjectionPercent": 101}}, "invalid-percentage"),
    ("defaultTrafficPolicy", {"outlierDetection": {"consecutiveLocalOriginFailures": 1}}, "mesh-policy-contradiction"),
    ("defaultTrafficPolicy", {"connectionPool": {}}, "mesh-policy-contradiction"),
    ("defaultTrafficPolicy", {"connectionPool": {"http": {"maxRetries": -1}}}, "mesh-policy-contradiction"),
    ("defaultInboundHttpRetryPolicy", {"attempts": -1}, "mesh-policy-contradiction"),
    ("defaultInboundHttpRetryPolicy", {"attempts": 0, "backoff": "1s"}, "mesh-policy-contradiction"),
    *(
        ("defaultInboundHttpRetryPolicy", {"attempts": 1, name: value}, "ignored-inbound-retries")
        for name, value in (("perTryTimeout", "1s"), ("retryRemoteLocalities", True), ("retryIgnorePreviousHosts", True))
    ),
    *((f"{PROXY}.{name}", "", "empty-field") for name in ("configPath", "binaryPath", "serviceCluster", "discoveryAddress")),
    (f"{PROXY}.drainDuration", "0s", "invalid-duration"),
    (f"{PROXY}.drainDuration", "1500ms", "invalid-duration"),
    (f"{PROXY}.discoveryAddress", "istiod", "invalid-address"),
    (f"{PROXY}.tracing.lightstep", {"address": "a:0", "accessToken": "a"}, "invalid-address"),
    (f"{PROXY}.tracing.lightstep", {"address": "a:1", "accessToken": ""}, "empty-field"),
    (f"{PROXY}.tracing.zipkin", {"address": "::1:9411"}, "invalid-address"),
    (f"{PROXY}.tracing.datadog", {"address": "a_b:1"}, "invalid-address"),
    *((f"{PROXY}.{name}", "a", "invalid-address") for name in ("statsdUdpAddress", "envoyMetricsServiceAddress")),
    *((f"{PROXY}.{name}", {"address": "a:b"}, "invalid-address") for name in ("envoyMetricsService", "envoyAccessLogService")),
    (f"{PROXY}.proxyMetadata", {"ISTIO_META_DNS_AUTO_ALLOCATE": "true"}, "dns-auto-allocate-flag"),
    (f"{PROXY}.proxyAdminPort", 65536, "invalid-port"),
    (f"{PROXY}.statusPort", 0, "invalid-port"),
    (f"{PROXY}.controlPlaneAuthPolicy", "TLS", "unknown-value"),
    (f"{PROXY}.privateKeyProvider", {}, "missing-field"),
    (f"{PROXY}.privateKeyProvider", {"qat": {}}, "missing-field"),
    (f"{PROXY}.privateKeyProvider", {"cryptomb": {"pollDelay": "0s"}}, "invalid-duration"),
    (f"{PROXY}.connectionSettings", {"httpIdleTimeout": "-1s"}, "invalid-duration"),
    *(
        (f"{PROXY}.connectionSettings", {name: value}, "out-of-range")
        for name, value in (
            ("listenerPerConnectionBufferLimitBytes", -1), ("clusterPerConnectionBufferLimitBytes", -1),
            ("httpMaxConcurrentStreams", 0),
            ("http2InitialStreamWindowSize", 65534), ("http2InitialConnectionWindowSize", 1), ("listenerConnectionLimit", 0),
            ("globalDownstreamConnectionLimit", 0),
        )
    ),
    (f"{FIRST}.name", "", "empty-field"),
    ("extensionProviders", [PROVIDER, PROVIDER], "duplicate-name"),
    ("extensionProviders", [{"name": "a"}], "missing-field"),
    (f"{FIRST}.zipkin.port", 0, "invalid-port"),
    (f"{FIRST}.zipkin.service", "", "missing-field"),
    (f"{FIRST}.zipkin.service", "a_b", "invalid-host"),
    (f"{FIRST}.zipkin.service", "a_b/c.d", "invalid-host"),
    ("extensionProviders", [{"name": "a", "envoyExtAuthzHttp": {"service": "a", "port": 1, "statusOnError": "9"}}],
    "provider-setting-ignored"),
    ("extensionProviders", [{"name": "a", "envoyExtAuthzHttp": {"service": "a", "port": 1, "pathPrefix": "b"}}],
    "provider-setting-ignored"),
    ("extensionProviders", [{"name": "a", "lightstep": {"service": "a", "port": 1, "accessToken": ""}}], "empty-field"),
    ("extensionProviders", [{"name": "a", "opentelemetry": {"service": "a", "port": 1, "grpc": {}, "http": {}}}],
    "conflicting-fields"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "rule"), FAULTS)
def test_one_fault(field: str, value: Any, rule: str) -> None:
    config = copy.deepcopy(MESH)
    assert rules_of(config_map(mesh=config)) == set()
    put(config, field, value)
    assert rule in rules_of(config_map(mesh=config))


@pytest.mark.parametrize(
    ("network", "rule"),
    [
        ({"endpoints": [{"fromCidr": "a"}]}, "invalid-address"),
        ({"endpoints": [{"fromRegistry": "a_b"}]}, "invalid-registry-name"),
        ({"gateways": [{"registryServiceName": "*.a", "port": 1}]}, "invalid-host"),
        ({"gateways": [{"address": "a_b", "port": 1}]}, "invalid-address"),
        ({"gateways": [{"address": "a.b", "port": 0}]}, "invalid-port"),
        ({"gatways": []}, "unknown-mesh-setting"),
    ],
)
def test_networks_with_one_fault(network: dict[str, Any], rule: str) -> None:
    assert rule in rules_of(config_map(mesh={}, meshNetworks={"networks": {"north": network}}))


IN_A_BLOCK = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio}\ndata:\n  mesh: |-\n    # said\n    proxyListenPort: 0\n"
SOURCES = {
    "ConfigMap": (IN_A_BLOCK, 7, 22),
    "IstioOperator": (
        "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nmetadata: {name: a}\nspec:\n"
        "  meshConfig: {proxyListenPort: 0}\n",
        5, 33,
    ),
    "Istio": (
        "apiVersion: sailoperator.io/v1\nkind: Istio\nmetadata: {name: a}\nspec:\n  version: v1.30.0\n  namespace: istio-system\n"
        "  values:\n    meshConfig:\n      proxyListenPort: 0\n",
        9, 24,
    ),
    "Helm values": ("pilot: {}\nmeshConfig:\n  proxyListenPort: 0\n", 3, 20),
    "quoted": ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio-1-30}\ndata: {mesh: 'proxyListenPort: 0'}\n", 4, 32),
    "annotation": (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    proxy.istio.io/config: |\n      tracing: {}\n    "
        "  statusPort: 0\n"
        "spec: {containers: [{name: a, image: a}]}\n",
        8, 19,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line", "column"), SOURCES.values(), ids=SOURCES)
def test_it_is_found_wherever_it_hides(text: str, line: int, column: int) -> None:
    report = lint([Source("mesh.yaml", text)], Settings(select=("invalid-port",)))
    assert [found.span.begins for found in report.diagnostics] == [(line, column)]


def test_an_option_may_name_it(tmp_path: Any) -> None:
    file = tmp_path / "mesh.yaml"
    file.write_text("proxyListenPort: 0\n", "utf-8")
    report = lint([], Settings(select=("invalid-port",), mesh_config=str(file)))
    assert [(found.span.source.path, found.span.begins) for found in report.diagnostics] == [(str(file), (1, 18))]
