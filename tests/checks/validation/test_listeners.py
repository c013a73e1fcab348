"""Gateways and Sidecars put together by Istio's grammar are silent; each constraint, violated once, is found."""

from typing import Any

import pytest
from grammar import DURATIONS, FEW, FIVE_HUNDRED, LABELS, NAMES, PORTS, many, put, resource, told
from hypothesis import given
from hypothesis import strategies as st

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
    assert told(*made) == set()


@FIVE_HUNDRED
@given(many(sidecars()))
def test_sound_sidecars_are_silent(made: list[dict[str, Any]]) -> None:
    assert told(*made) == set()


GATEWAY_FAULTS: list[tuple[str, Any, str]] = [
    ("port.number", 0, "invalid-port"),
    ("port.number", 65536, "invalid-port"),
    ("port.name", "", "empty-field"),
    ("port.protocol", "SMTP", "unknown-protocol"),
    ("port.targetPort", 8080, "unsupported-target-port"),
    ("hosts", [], "empty-field"),
    ("hosts", ["shop"], "invalid-host"),
    ("hosts", ["*shop.example.com"], "invalid-host"),
    ("hosts", ["a_b/shop.example.com"], "invalid-host"),
    ("hosts", ["shop.*.com"], "invalid-host"),
    ("bind", "0.0.0.0/0", "invalid-bind"),
    ("bind", "unix:///var/run/a.sock", "invalid-bind"),
]


@FEW
@pytest.mark.parametrize(("field", "value", "rule"), GATEWAY_FAULTS)
@given(made=gateways())
def test_a_gateway_with_one_fault(made: dict[str, Any], field: str, value: Any, rule: str) -> None:
    put(made["spec"]["servers"][-1], field, value)
    assert rule in told(made)


SIDECAR_FAULTS: list[tuple[str, Any, str]] = [
    ("hosts", [], "empty-field"),
    ("hosts", ["shop.example.com"], "invalid-host"),
    ("hosts", ["./shop"], "invalid-host"),
    ("hosts", ["./192.0.2.1"], "invalid-host"),
    ("hosts", ["./*", "shop/a.example.com"], "redundant-sidecar-host"),
    ("port", {"number": 0, "protocol": "HTTP"}, "invalid-port"),
    ("port", {"number": 80, "protocol": "SMTP"}, "unknown-protocol"),
    ("port", {"number": 80, "name": "a_b"}, "invalid-port-name"),
]


@FEW
@pytest.mark.parametrize(("field", "value", "rule"), SIDECAR_FAULTS)
@given(made=sidecars())
def test_a_sidecar_with_one_fault(made: dict[str, Any], field: str, value: Any, rule: str) -> None:
    put(made["spec"]["egress"][-1], field, value)
    assert rule in told(made)


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
    assert told(made) == set()
    put(made["spec"], where, pool)
    assert told(made) == {rule}


def test_limits_for_requests_on_a_port_without_requests() -> None:
    listener = {"port": {"number": 8080, "protocol": "TCP", "name": "tcp"}, "connectionPool": {"http": {"maxRetries": 1}}}
    assert told(resource("Sidecar", {"ingress": [listener]})) == {"http-settings-without-http"}


def test_a_sidecar_with_an_unknown_outbound_mode() -> None:
    assert "unknown-value" in told(resource("Sidecar", {"outboundTrafficPolicy": {"mode": "ALLOW"}}))
