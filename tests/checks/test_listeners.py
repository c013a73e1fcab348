"""Gateways and Sidecars put together by Istio's grammar are silent; each constraint, violated once, is found."""

from typing import Any

import pytest
from grammar import DURATIONS, FEW, FIVE_HUNDRED, LABELS, NAMES, PORTS, many, put, rules_of
from hypothesis import given
from hypothesis import strategies as st
from manifests import resource

from istiolint.primitives.ciphers import CIPHER_SUITES
from istiolint.primitives.ports import HTTP

HOSTS = st.one_of(st.just("*"), NAMES, NAMES.map("*.{}".format), st.ip_addresses(v=4).map(str))
COUNTS = st.integers(1, 10**6)
TCP_LIMITS = st.fixed_dictionaries(
    {}, optional={
        "maxConnections": COUNTS, "connectTimeout": DURATIONS, "maxConnectionDuration": DURATIONS,
        "idleTimeout": st.one_of(DURATIONS, st.just("0s")),
        "tcpKeepalive": st.fixed_dictionaries({}, optional={"time": DURATIONS, "interval": DURATIONS}),
    },
)  # fmt: skip
HTTP_LIMITS = st.fixed_dictionaries(
    {}, optional={
        **dict.fromkeys(("http1MaxPendingRequests", "http2MaxRequests", "maxRequestsPerConnection", "maxRetries"), COUNTS),
        "idleTimeout": DURATIONS,
        "http2KeepAlive": st.fixed_dictionaries({"interval": DURATIONS, "timeout": DURATIONS}),
    },
)  # fmt: skip
POOLS = st.fixed_dictionaries({"tcp": TCP_LIMITS}, optional={"http": HTTP_LIMITS})
"""Limits for any protocol."""
POOLS_OF_TCP = st.fixed_dictionaries({"tcp": TCP_LIMITS})
OUTBOUND = st.sampled_from([{}, {"mode": "ALLOW_ANY"}, {"mode": "REGISTRY_ONLY"}])
SCOPES = st.one_of(st.sampled_from(["*", "."]), LABELS)
TLS = st.one_of(
    st.fixed_dictionaries({"mode": st.sampled_from(["PASSTHROUGH", "AUTO_PASSTHROUGH", "ISTIO_MUTUAL"])}),
    st.fixed_dictionaries(
        {"mode": st.sampled_from(["SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"]), "credentialName": LABELS},
        optional={"cipherSuites": st.lists(st.sampled_from(sorted(CIPHER_SUITES)), min_size=1, unique=True)},
    ),
    st.fixed_dictionaries(
        {key: st.just("/etc/tls") for key in ("serverCertificate", "privateKey", "caCertificates")}
        | {"mode": st.sampled_from(["SIMPLE", "MUTUAL"])}
    ),
)


@st.composite
def gateways(draw: st.DrawFn) -> dict[str, Any]:
    """Gateways that Istio takes without a warning."""
    servers: list[dict[str, Any]] = []
    for name in draw(st.lists(LABELS, min_size=1, max_size=3, unique=True)):
        kind = draw(st.sampled_from(["http", "tls", "tcp"]))
        hosts = draw(st.lists(st.one_of(HOSTS, st.builds("{}/{}".format, SCOPES, HOSTS)), min_size=1, max_size=3, unique=True))
        protocols = {"http": sorted(HTTP), "tls": ["HTTPS", "TLS", "https"], "tcp": ["TCP", "MONGO", "MYSQL"]}
        server = {
            "port": {"number": draw(PORTS), "name": name, "protocol": draw(st.sampled_from(protocols[kind]))}, "hosts": hosts,
        }  # fmt: skip
        if kind == "tls":
            server["tls"] = draw(TLS)
        elif kind == "http" and draw(st.booleans()):
            server["tls"] = {"httpsRedirect": True}
        if draw(st.booleans()):
            server["bind"] = str(draw(st.ip_addresses()))
        servers.append(server)
    return resource("Gateway", {"selector": {"istio": "ingress"}, "servers": servers})


@st.composite
def sidecars(draw: st.DrawFn) -> dict[str, Any]:
    """Sidecars that Istio takes without a warning."""
    numbers = draw(st.lists(PORTS, max_size=4, unique=True))
    egress: list[dict[str, Any]] = [
        {"port": {"number": number, "protocol": "HTTP", "name": f"egress-{number}"}} for number in numbers[::2]
    ] + [{}]
    for listener in egress:
        listener["hosts"] = draw(st.lists(st.builds("{}/{}".format, LABELS, NAMES), min_size=1, max_size=3, unique=True))
    ingress = [
        {
            "port": {"number": number, "protocol": draw(st.sampled_from(["HTTP", "tcp", "TLS"])), "name": draw(LABELS)},
            "defaultEndpoint": f"{draw(st.sampled_from(['127.0.0.1', '0.0.0.0', '[::1]', '']))}:{draw(PORTS)}",
        }
        for number in numbers[1::2]
    ]
    for listener in ingress:
        if draw(st.booleans()):
            listener["connectionPool"] = draw(POOLS if listener["port"]["protocol"] == "HTTP" else POOLS_OF_TCP)
    spec: dict[str, Any] = {"egress": egress, "ingress": ingress}
    if draw(st.booleans()):
        spec["inboundConnectionPool"] = draw(POOLS)
    if draw(st.booleans()):
        spec["outboundTrafficPolicy"] = draw(OUTBOUND)
    return resource("Sidecar", spec)


@FIVE_HUNDRED
@given(many(gateways()))
def test_sound_gateways_are_silent(made: list[dict[str, Any]]) -> None:
    assert rules_of(*made) == set()


@FIVE_HUNDRED
@given(many(sidecars()))
def test_sound_sidecars_are_silent(made: list[dict[str, Any]]) -> None:
    assert rules_of(*made) == set()


GATEWAY_FAULTS: list[tuple[str, Any, str]] = [
    ("port", None, "missing-field"),
    ("port.number", 0, "invalid-port"),
    ("port.number", 65536, "invalid-port"),
    ("port.name", "", "empty-field"),
    ("port.protocol", "", "unknown-protocol"),
    ("port.protocol", "SMTP", "unknown-protocol"),
    ("port.targetPort", 8080, "unsupported-target-port"),
    ("hosts", [], "empty-field"),
    ("hosts", ["shop"], "invalid-host"),
    ("hosts", ["shop/"], "invalid-host"),
    ("hosts", ["/shop.example.com"], "invalid-host"),
    ("hosts", ["*shop.example.com"], "invalid-host"),
    ("hosts", ["a_b/shop.example.com"], "invalid-host"),
    ("hosts", ["~/shop.example.com"], "invalid-host"),
    ("hosts", ["shop.*.com"], "invalid-host"),
    ("hosts", ["2001:db8::1::2"], "invalid-host"),
    ("bind", "0.0.0.0/0", "invalid-bind"),
    ("bind", "unix:///var/run/a.sock", "invalid-bind"),
    ("bind", "unix://relative", "invalid-bind"),
]


@FEW
@pytest.mark.parametrize(("field", "value", "rule"), GATEWAY_FAULTS)
@given(made=gateways())
def test_a_gateway_with_one_fault(made: dict[str, Any], field: str, value: Any, rule: str) -> None:
    put(made["spec"]["servers"][-1], field, value)
    assert rule in rules_of(made)


def https(tls: dict[str, Any], protocol: str = "HTTPS") -> dict[str, Any]:
    """A Gateway with one server and its TLS settings."""
    port = {"number": 443, "name": "https", "protocol": protocol}
    return resource("Gateway", {"selector": {"istio": "ingress"}, "servers": [{"port": port, "hosts": ["*"], "tls": tls}]})


FILES = {"serverCertificate": "/etc/cert", "privateKey": "/etc/key"}
GATEWAY_TLS_FAULTS: list[tuple[dict[str, Any], str]] = [
    *(
        ({"mode": "ISTIO_MUTUAL", field: "shop"}, "certificate-contradicts-mode")
        for field in (*FILES, "caCertificates", "credentialName")
    ),
    ({"mode": "ISTIO_MUTUAL", "credentialNames": ["shop"]}, "certificate-contradicts-mode"),
    ({"mode": "ISTIO_MUTUAL", "tlsCertificates": [FILES]}, "certificate-contradicts-mode"),
    ({"mode": "PASSTHROUGH", "credentialName": "shop", "caCrl": "/etc/crl"}, "certificate-contradicts-mode"),
    ({"mode": "SIMPLE", **FILES, "caCrl": "/etc/crl"}, "certificate-contradicts-mode"),
    ({"mode": "AUTO_PASSTHROUGH", "credentialName": "shop"}, "certificate-without-effect"),
    ({"mode": "SIMPLE", **FILES, "credentialName": "shop"}, "several-certificate-sources"),
    ({"mode": "SIMPLE"}, "certificate-missing"),
    ({"mode": "SIMPLE", "privateKey": "/etc/key"}, "certificate-missing"),
    ({"mode": "SIMPLE", "serverCertificate": "/etc/cert"}, "certificate-missing"),
    ({"mode": "SIMPLE", "tlsCertificates": [FILES, {"privateKey": "/etc/key"}]}, "certificate-missing"),
    ({"mode": "MUTUAL", **FILES}, "certificate-missing"),
    ({"mode": "OPTIONAL_MUTUAL", **FILES}, "certificate-missing"),
    ({"mode": "SIMPLE", "tlsCertificates": [FILES, FILES, FILES]}, "invalid-value"),
    ({"mode": "SIMPLE", "credentialName": "shop", "minProtocolVersion": "TLSV1_1"}, "old-tls-without-ciphers"),
    ({"mode": "SIMPLE", "credentialName": "shop", "cipherSuites": ["AES"]}, "cipher-suite-ignored"),
    ({"mode": "SIMPLE", "credentialName": "shop", "cipherSuites": ["AES128-SHA", "AES128-SHA"]}, "cipher-suite-ignored"),
]


@pytest.mark.parametrize(("tls", "rule"), GATEWAY_TLS_FAULTS)
def test_tls_of_a_gateway_with_one_fault(tls: dict[str, Any], rule: str) -> None:
    assert rule in rules_of(https(tls))


@pytest.mark.parametrize("protocol", ["TCP", "MONGO", "UDP", "HTTP"])
def test_tls_on_a_protocol_without(protocol: str) -> None:
    assert rules_of(https({"mode": "SIMPLE", **FILES}, protocol)) == {"tls-contradicts-protocol"}


def test_a_redirect_to_https_on_a_server_that_speaks_it() -> None:
    made = https({"mode": "SIMPLE", "credentialName": "shop", "httpsRedirect": True})
    assert rules_of(made) == {"https-redirect-without-http"}


def test_a_server_of_https_without_tls() -> None:
    made = https({})
    del made["spec"]["servers"][0]["tls"]
    assert rules_of(made) == {"tls-contradicts-protocol"}


def test_gateways_as_a_whole() -> None:
    assert rules_of(resource("Gateway", {"selector": {"istio": "ingress"}})) == {"empty-field"}
    named = resource("Gateway", https({"mode": "PASSTHROUGH"})["spec"], name="shop.example")
    assert rules_of(named) == {"invalid-gateway-name"}
    twice = https({"mode": "PASSTHROUGH"})
    twice["spec"]["servers"] *= 2
    assert "duplicate-port" in rules_of(twice)


SIDECAR_FAULTS: list[tuple[str, Any, str]] = [
    ("hosts", [], "empty-field"),
    ("hosts", ["shop.example.com"], "invalid-host"),
    ("hosts", ["/shop.example.com"], "invalid-host"),
    ("hosts", ["./"], "invalid-host"),
    ("hosts", ["a_b/shop.example.com"], "invalid-host"),
    ("hosts", ["./shop"], "invalid-host"),
    ("hosts", ["./*shop.example.com"], "invalid-host"),
    ("hosts", ["./shop.*.com"], "invalid-host"),
    ("hosts", ["./192.0.2.1"], "invalid-host"),
    ("hosts", ["./shop.example.com", "./shop.example.com"], "redundant-sidecar-host"),
    ("hosts", ["./*", "shop/a.example.com"], "redundant-sidecar-host"),
    ("hosts", ["*/*", "checkout/*"], "redundant-sidecar-host"),
    ("port", {"number": 0, "protocol": "HTTP"}, "invalid-port"),
    ("port", {"number": 65536, "protocol": "HTTP"}, "invalid-port"),
    ("port", {"number": 80, "protocol": "SMTP"}, "unknown-protocol"),
    ("port", {"number": 80, "name": "a_b"}, "invalid-port-name"),
    ("port", {"number": 80, "targetPort": 8080}, "unsupported-target-port"),
]


@FEW
@pytest.mark.parametrize(("field", "value", "rule"), SIDECAR_FAULTS)
@given(made=sidecars())
def test_a_sidecar_with_one_fault(made: dict[str, Any], field: str, value: Any, rule: str) -> None:
    put(made["spec"]["egress"][-1], field, value)
    assert rule in rules_of(made)


POOL_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({}, "connection-pool-without-limits"),
    ({"tcp": {"maxConnections": -1}}, "negative-limit"),
    ({"http": {"maxRetries": -1}}, "negative-limit"),
    ({"tcp": {"connectTimeout": "1500us"}}, "invalid-duration"),
    ({"http": {"idleTimeout": "0s"}}, "invalid-duration"),
    ({"http": {"http2KeepAlive": {"interval": "1s"}}}, "keep-alive-incomplete"),
    ({"http": {"h2UpgradePolicy": "UPGRADE", "useClientProtocol": True}}, "upgrade-contradicts-client-protocol"),
]


@pytest.mark.parametrize("where", ["inboundConnectionPool", "ingress.0.connectionPool"])
@pytest.mark.parametrize(("pool", "rule"), POOL_FAULTS)
def test_a_pool_with_one_fault(where: str, pool: dict[str, Any], rule: str) -> None:
    listener = {"port": {"number": 8080, "protocol": "HTTP", "name": "http"}, "defaultEndpoint": "127.0.0.1:8080"}
    made = resource("Sidecar", {"ingress": [listener]})
    assert rules_of(made) == set()
    put(made["spec"], where, pool)
    assert rules_of(made) == {rule}


def test_limits_for_requests_on_a_port_without_requests() -> None:
    listener = {"port": {"number": 8080, "protocol": "TCP", "name": "tcp"}, "connectionPool": {"http": {"maxRetries": 1}}}
    assert rules_of(resource("Sidecar", {"ingress": [listener]})) == {"http-settings-without-http"}


def test_a_sidecar_with_an_unknown_outbound_mode() -> None:
    assert "unknown-value" in rules_of(resource("Sidecar", {"outboundTrafficPolicy": {"mode": "ALLOW"}}))


def listener(**fields: Any) -> dict[str, Any]:
    """A Sidecar with one ingress listener, and `fields` of it."""
    port = {"number": 8080, "protocol": "HTTPS", "name": "https"}
    return resource("Sidecar", {"ingress": [{"port": port, "defaultEndpoint": "127.0.0.1:8080", **fields}]})


def port(**fields: Any) -> dict[str, Any]:
    return {"port": {"number": 8080, "protocol": "HTTP", "name": "http", **fields}}


INGRESS_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"port": None}, "missing-field"),
    (port(targetPort=80), "unsupported-target-port"),
    (port(name="a_b"), "invalid-port-name"),
    (port(protocol="SMTP"), "unknown-protocol"),
    (port(number=0), "invalid-port"),
    (port(number=65536), "invalid-port"),
    ({"bind": "unix:///var/run/a.sock"}, "invalid-bind"),
    ({"bind": "shop.example.com"}, "invalid-bind"),
    *(
        ({"defaultEndpoint": text}, "invalid-default-endpoint")
        for text in ("unix://a", "127.0.0.1", "192.0.2.1:80", "127.0.0.1:http", "127.0.0.1:65536")
    ),
    *(
        ({"tls": {"mode": "SIMPLE", **FILES, **tls}}, "tls-setting-not-for-sidecars")
        for tls in (
            {"subjectAltNames": ["a"]}, {"httpsRedirect": True}, {"credentialName": "shop"}, {"credentialNames": ["shop"]},
            {"tlsCertificates": [FILES]}, {"mode": "ISTIO_MUTUAL"}, {"mode": "AUTO_PASSTHROUGH"},
        )
    ),
    ({"tls": {"mode": "SIMPLE", **FILES}, **port()}, "tls-contradicts-protocol"),
    ({"tls": {"mode": "MUTUAL", **FILES}}, "certificate-missing"),
]  # fmt: skip


def test_a_sound_ingress_listener_is_silent() -> None:
    assert rules_of(listener(tls={"mode": "SIMPLE", **FILES})) == set()


@pytest.mark.parametrize(("fields", "rule"), INGRESS_FAULTS)
def test_an_ingress_listener_with_one_fault(fields: dict[str, Any], rule: str) -> None:
    assert rule in rules_of(listener(**fields))


HERE = {"hosts": ["./*"]}
SOCKET = {"port": {"number": 0, "protocol": "HTTP"}, "bind": "unix:///var/run/a.sock", **HERE}
PROXY = {"host": "egress.istio-system.svc.cluster.local", "port": {"number": 443}}
WHOLE_SIDECAR_FAULTS: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"sidecar-without-content"}),
    ({"workloadSelector": {"labels": {"app": "*"}}, "egress": [HERE]}, {"wildcard-in-selector"}),
    ({"workloadSelector": {}, "egress": [HERE]}, {"selector-without-labels"}),
    ({"ingress": [port(), port()]}, {"duplicate-port"}),
    ({"egress": [{**HERE, **port()}, {**HERE, **port()}]}, {"duplicate-port"}),
    ({"egress": [SOCKET, SOCKET]}, {"duplicate-port"}),
    ({"egress": [HERE, {**HERE, **port()}]}, {"listener-without-port-not-last"}),
    ({"egress": [{**SOCKET, "bind": "unix://a"}]}, {"invalid-bind"}),
    ({"egress": [{**SOCKET, "captureMode": "IPTABLES"}]}, {"capture-mode-on-socket"}),
    ({"egress": [{**HERE, **port(), "bind": "a.example.com"}]}, {"invalid-bind"}),
    ({"outboundTrafficPolicy": {"egressProxy": PROXY}}, {"egress-proxy-without-allow-any"}),
    ({"outboundTrafficPolicy": {"mode": "ALLOW_ANY", "egressProxy": {**PROXY, "host": "*.example.com"}}}, {"invalid-host"}),
    ({"outboundTrafficPolicy": {"mode": "ALLOW_ANY", "egressProxy": {**PROXY, "port": {"number": 0}}}}, {"invalid-port"}),
    ({"outboundTrafficPolicy": {"mode": "ALLOW_ANY", "egressProxy": {"host": PROXY["host"]}}}, {"invalid-port"}),
    ({"outboundTrafficPolicy": {"mode": "ALLOW_ANY", "egressProxy": {**PROXY, "subset": "a_b"}}}, {"invalid-subset-name"}),
]


@pytest.mark.parametrize(("spec", "rules"), WHOLE_SIDECAR_FAULTS)
def test_sidecars_as_a_whole(spec: dict[str, Any], rules: set[str]) -> None:
    assert rules_of(resource("Sidecar", spec)) - {"deprecated-field"} == rules  # the egress proxy is deprecated
