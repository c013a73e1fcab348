"""DestinationRules put together by Istio's grammar are silent; each constraint, violated once, is found."""

import copy
from typing import Any

import pytest
from grammar import DURATIONS, FEW, FIVE_HUNDRED, LABELS, NAMES, PORTS, errors, many, put, rules_of
from hypothesis import given
from hypothesis import strategies as st
from manifests import resource

COUNTS = st.integers(1, 10**6)
SHARES = st.integers(0, 100)
REGIONS = st.lists(LABELS, min_size=2, max_size=4, unique=True)
TABLES = st.sampled_from([2, 3, 7, 101, 65537, 4999999])


def optional(fields: dict[str, st.SearchStrategy[Any]], **required: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=fields)


LIMITS = ("http1MaxPendingRequests", "http2MaxRequests", "maxRequestsPerConnection", "maxRetries")
POOLS = st.one_of(
    optional(
        {
            "http": optional(
                {
                    **dict.fromkeys(LIMITS, COUNTS),
                    "idleTimeout": DURATIONS,
                    "h2UpgradePolicy": st.sampled_from(["DEFAULT", "DO_NOT_UPGRADE", "UPGRADE"]),
                    "http2KeepAlive": st.fixed_dictionaries({"interval": DURATIONS, "timeout": DURATIONS}),
                }
            )
        },
        tcp=optional(
            {
                "maxConnections": COUNTS, "connectTimeout": DURATIONS, "maxConnectionDuration": DURATIONS,
                "idleTimeout": st.one_of(DURATIONS, st.just("0s")),
                "tcpKeepalive": optional({"time": DURATIONS, "interval": DURATIONS}),
            }
        ),
    ),
)  # fmt: skip
OUTLIERS = optional(
    {
        "consecutive5xxErrors": COUNTS, "consecutiveGatewayErrors": COUNTS, "interval": DURATIONS, "baseEjectionTime": DURATIONS,
        "maxEjectionPercent": SHARES, "minHealthPercent": SHARES,
    },
    splitExternalLocalOriginErrors=st.just(True), consecutiveLocalOriginFailures=COUNTS,
)  # fmt: skip
TLS = st.one_of(
    st.fixed_dictionaries({"mode": st.sampled_from(["DISABLE", "ISTIO_MUTUAL"])}),
    optional({"sni": NAMES, "subjectAltNames": st.lists(NAMES)}, mode=st.just("SIMPLE"), caCertificates=st.just("/etc/ca.pem")),
    st.fixed_dictionaries({"mode": st.just("SIMPLE"), "insecureSkipVerify": st.just(True)}),
    st.fixed_dictionaries({"mode": st.just("MUTUAL"), "clientCertificate": st.just("/c.pem"), "privateKey": st.just("/k.pem")}),
    st.fixed_dictionaries({"mode": st.sampled_from(["SIMPLE", "MUTUAL"]), "credentialName": LABELS}),
    st.fixed_dictionaries({"mode": st.just("SIMPLE"), "credentialName": LABELS.map("configmap://shop/{}".format)}),
)
HASHES = st.one_of(
    st.fixed_dictionaries({"httpHeaderName": LABELS, "maglev": st.fixed_dictionaries({"tableSize": TABLES})}),
    st.fixed_dictionaries({"useSourceIp": st.just(True), "ringHash": st.fixed_dictionaries({"minimumRingSize": COUNTS})}),
    st.fixed_dictionaries(
        {"httpCookie": optional({"ttl": st.just("0s"), "attributes": st.just([{"name": "a"}, {"name": "b"}])}, name=LABELS)}
    ),
)


@st.composite
def localities(draw: st.DrawFn) -> dict[str, Any]:
    """A setting by shares, or one by failover."""
    regions = draw(REGIONS)
    if draw(st.booleans()):
        share = draw(st.integers(1, 99))
        to = {regions[0]: share, f"{regions[1]}/{draw(st.sampled_from(['*', 'a', 'a/b', 'a/*']))}": 100 - share}
        return {"distribute": [{"from": f"{regions[0]}/a/*", "to": to}, {"from": f"{regions[1]}/*", "to": {"*": 100}}]}
    return {"enabled": True, "failover": [{"from": regions[0], "to": regions[1]}]}


BALANCERS = st.one_of(
    optional(
        {"warmup": optional({"minimumPercent": SHARES, "aggression": st.sampled_from([0.5, 1, 2])}, duration=DURATIONS)},
        simple=st.sampled_from(["ROUND_ROBIN", "LEAST_REQUEST"]),
    ),
    optional({"localityLbSetting": localities()}, simple=st.sampled_from(["ROUND_ROBIN", "RANDOM", "PASSTHROUGH"])),
    st.fixed_dictionaries({"consistentHash": HASHES}),
)
OF_A_PORT = optional({"loadBalancer": BALANCERS, "tls": TLS, "connectionPool": POOLS}, outlierDetection=OUTLIERS)


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Any]:
    """Traffic policies with settings for ports."""
    policy = draw(OF_A_PORT)
    ports = draw(st.lists(PORTS, max_size=2, unique=True))
    if ports:
        policy["portLevelSettings"] = [{"port": {"number": port}, **draw(OF_A_PORT)} for port in ports]
    if draw(st.booleans()):
        policy["tunnel"] = {
            "protocol": draw(st.sampled_from(["CONNECT", "POST"])),
            "targetHost": draw(NAMES),
            "targetPort": draw(PORTS),
        }
    elif draw(st.booleans()):
        policy["proxyProtocol"] = {"version": "V2"}
    return policy


@st.composite
def destination_rules(draw: st.DrawFn) -> dict[str, Any]:
    """DestinationRules that Istio takes."""
    host = draw(st.one_of(st.just("*"), NAMES, LABELS, NAMES.map("*.{}".format)))
    names = draw(st.lists(LABELS, max_size=3, unique=True))
    spec: dict[str, Any] = {"host": host, "trafficPolicy": draw(policies())}
    spec["subsets"] = [{"name": name, "labels": {"version": name}, "trafficPolicy": draw(policies())} for name in names]
    if draw(st.booleans()):
        spec["exportTo"] = draw(st.sampled_from([["."], ["*"], ["a", "b"]]))
    return resource("DestinationRule", spec)


@FIVE_HUNDRED
@given(many(destination_rules()))
def test_sound_ones_are_silent(made: list[dict[str, Any]]) -> None:
    assert errors(made) == []


POOL, OUTLIER, BALANCER = "connectionPool", "outlierDetection", "loadBalancer"
RING = {"useSourceIp": True}
OF_POLICIES: list[tuple[str, Any, str]] = [
    (f"{OUTLIER}.baseEjectionTime", "0s", "invalid-duration"),
    (f"{OUTLIER}.interval", "1500us", "invalid-duration"),
    (f"{OUTLIER}.consecutiveErrors", 5, "deprecated-field"),
    (f"{OUTLIER}.splitExternalLocalOriginErrors", False, "local-errors-not-split"),
    (f"{OUTLIER}.maxEjectionPercent", 101, "invalid-percentage"),
    (f"{OUTLIER}.minHealthPercent", -1, "invalid-percentage"),
    (POOL, {}, "connection-pool-without-limits"),
    *(
        (POOL, {"http": {name: -1}}, "negative-limit")
        for name in (
            "http1MaxPendingRequests",
            "http2MaxRequests",
            "maxRequestsPerConnection",
            "maxRetries",
            "maxConcurrentStreams",
        )
    ),
    (POOL, {"http": {"idleTimeout": "1500us"}}, "invalid-duration"),
    (POOL, {"http": {"h2UpgradePolicy": "UPGRADE", "useClientProtocol": True}}, "upgrade-contradicts-client-protocol"),
    (POOL, {"http": {"http2KeepAlive": {"interval": "1s"}}}, "keep-alive-incomplete"),
    (POOL, {"http": {"http2KeepAlive": {"timeout": "1s"}}}, "keep-alive-incomplete"),
    (POOL, {"http": {"http2KeepAlive": {"timeout": "1s", "interval": "1500us"}}}, "invalid-duration"),
    (POOL, {"tcp": {"maxConnections": -1}}, "negative-limit"),
    (POOL, {"tcp": {"connectTimeout": "0s"}}, "invalid-duration"),
    (POOL, {"tcp": {"maxConnectionDuration": "1500us"}}, "invalid-duration"),
    (POOL, {"tcp": {"idleTimeout": "1500us"}}, "invalid-duration"),
    (POOL, {"tcp": {"tcpKeepalive": {"time": "1500us"}}}, "invalid-duration"),
    (POOL, {"tcp": {"tcpKeepalive": {"interval": "0s"}}}, "invalid-duration"),
    (BALANCER, {"consistentHash": {"httpCookie": {"name": ""}}}, "empty-field"),
    (BALANCER, {"consistentHash": {"httpCookie": {"name": "a", "attributes": [{"name": ""}]}}}, "empty-field"),
    (BALANCER, {"consistentHash": {"httpCookie": {"name": "a", "attributes": [{"name": "b"}, {"name": "b"}]}}}, "duplicate-name"),
    (BALANCER, {"consistentHash": {**RING, "minimumRingSize": 7}}, "deprecated-field"),
    (BALANCER, {"consistentHash": {**RING, "minimumRingSize": 7, "ringHash": {}}}, "conflicting-fields"),
    (BALANCER, {"consistentHash": {**RING, "maglev": {"tableSize": 0}}}, "invalid-hash-table"),
    (BALANCER, {"consistentHash": {**RING, "maglev": {}}}, "invalid-hash-table"),
    (BALANCER, {"consistentHash": {**RING, "maglev": {"tableSize": 5000011}}}, "invalid-hash-table"),
    (BALANCER, {"consistentHash": {**RING, "maglev": {"tableSize": 9}}}, "invalid-hash-table"),
    (BALANCER, {"localityLbSetting": {"enabled": True}, "zoneAwareLbSetting": {"enabled": True}}, "conflicting-fields"),
    (BALANCER, {"simple": "ROUND_ROBIN", "warmup": {}}, "missing-field"),
    (BALANCER, {"simple": "ROUND_ROBIN", "warmup": {"duration": "0s"}}, "invalid-duration"),
    (BALANCER, {"simple": "ROUND_ROBIN", "warmup": {"duration": "9s", "minimumPercent": 101}}, "out-of-range"),
    (BALANCER, {"simple": "ROUND_ROBIN", "warmup": {"duration": "9s", "aggression": 0}}, "out-of-range"),
    ("tls", {"mode": "SIMPLE", "credentialName": "configmap://a"}, "invalid-credential-name"),
    ("tls", {"mode": "SIMPLE", "credentialName": "configmap://other/a"}, "invalid-credential-name"),
    ("tls", {"mode": "SIMPLE", "insecureSkipVerify": True, "subjectAltNames": ["a.b"]}, "verification-contradiction"),
    (
        "tls",
        {"mode": "MUTUAL", "clientCertificate": "/c", "privateKey": "/k", "insecureSkipVerify": True, "caCertificates": "/a"},
        "verification-contradiction",
    ),
    ("tls", {"mode": "MUTUAL", "credentialName": "a", "privateKey": "/k"}, "conflicting-fields"),
    ("tls", {"mode": "MUTUAL", "privateKey": "/k"}, "client-certificate-missing"),
    ("tls", {"mode": "MUTUAL", "clientCertificate": "/c"}, "client-certificate-missing"),
]
SHARE = {"from": "a", "to": {"b": 100}}
OVER = {"from": "a", "to": "b"}
OF_LOCALITIES: list[tuple[dict[str, Any], str]] = [
    ({"distribute": [SHARE], "failover": [OVER]}, "conflicting-fields"),
    ({"failoverPriority": ["topology.kubernetes.io/zone"], "failover": [OVER]}, "conflicting-fields"),
    ({"distribute": [{"from": "a", "to": {"b": 0, "c": 100}}]}, "locality-shares-not-100"),
    ({"distribute": [{"from": "a", "to": {"b": 101}}]}, "locality-shares-not-100"),
    ({"distribute": [{"from": "a", "to": {"b": 99}}]}, "locality-shares-not-100"),
    ({"distribute": [{"from": "a", "to": {"*/*": 100}}]}, "invalid-locality"),
    ({"distribute": [{"from": "a/*/c", "to": {"b": 100}}]}, "invalid-locality"),
    ({"distribute": [{"from": "a//c", "to": {"b": 100}}]}, "invalid-locality"),
    ({"distribute": [SHARE, {"from": "a/b", "to": {"b": 100}}]}, "invalid-locality"),
    ({"distribute": [{"from": "a", "to": {"b/c/*": 50, "b/c/d": 50}}]}, "invalid-locality"),
    ({"failover": [OVER]}, "failover-without-outlier-detection"),
    ({"failoverPriority": ["version"]}, "failover-without-outlier-detection"),
    ({"failover": [{"from": "a", "to": "a"}]}, "invalid-locality"),
    ({"failover": [{"from": "a/b", "to": "c"}]}, "invalid-locality"),
    ({"failover": [{"from": "a", "to": "*"}]}, "invalid-locality"),
]
OF_HOSTS: list[tuple[str, Any, str]] = [
    ("trafficPolicy", {}, "traffic-policy-without-settings"),
    ("trafficPolicy.portLevelSettings", [{"port": {"number": 80}}], "traffic-policy-without-settings"),
    ("trafficPolicy.portLevelSettings", [{"tls": {}}], "missing-field"),
    ("trafficPolicy.tunnel", {"protocol": "GET", "targetHost": "a.b", "targetPort": 80}, "unknown-value"),
    ("trafficPolicy.tunnel", {"targetHost": "a_b", "targetPort": 80}, "invalid-host"),
    ("trafficPolicy.tunnel", {"targetHost": "a.b", "targetPort": 0}, "invalid-port"),
    ("trafficPolicy.tunnel", {"targetHost": "a.b", "targetPort": 65536}, "invalid-port"),
    ("trafficPolicy.retryBudget", {"percent": 101}, "out-of-range"),
    ("host", "10.0.0.1", "invalid-host"),
    ("host", "a.*", "invalid-host"),
    ("subsets", [{"name": "a"}, {"name": "a"}], "duplicate-name"),
    ("subsets", [{"name": ""}], "empty-field"),
    ("subsets", [{"labels": {}}], "missing-field"),
    ("subsets", [{"name": "a_b"}], "invalid-subset-name"),
    ("subsets", [{"name": "a", "labels": {"a b": "c"}}], "invalid-label"),
    ("subsets", [{"name": "a", "labels": {"a": "-"}}], "invalid-label"),
    ("exportTo", ["~"], "invalid-export-to"),
    ("exportTo", ["*", "a"], "invalid-export-to"),
]


@pytest.mark.parametrize("where", ["trafficPolicy", "trafficPolicy.portLevelSettings.0", "subsets.0.trafficPolicy"])
@pytest.mark.parametrize(("field", "value", "rule"), OF_POLICIES)
def test_a_policy_with_one_fault(where: str, field: str, value: Any, rule: str) -> None:
    settings = {"outlierDetection": {"splitExternalLocalOriginErrors": True, "consecutiveLocalOriginFailures": 3}}
    policy = {**copy.deepcopy(settings), "portLevelSettings": [{"port": {"number": 80}, **copy.deepcopy(settings)}]}
    made = resource(
        "DestinationRule",
        {"host": "a.example.com", "trafficPolicy": policy, "subsets": [{"name": "a", "trafficPolicy": settings}]},
    )
    assert rules_of(made) == set()
    put(made["spec"], f"{where}.{field}", value)
    assert rules_of(made) == {rule} | ({"deprecated-field"} if "minimumRingSize" in str(value) else set())


@pytest.mark.parametrize("name", ["localityLbSetting", "zoneAwareLbSetting"])
@pytest.mark.parametrize(("setting", "rule"), OF_LOCALITIES)
def test_a_locality_with_one_fault(name: str, setting: dict[str, Any], rule: str) -> None:
    policy = {"loadBalancer": {name: setting}}
    if rule != "failover-without-outlier-detection":
        policy["outlierDetection"] = {"interval": "1s"}
    if "distribute" not in setting or name == "localityLbSetting":
        assert rules_of(resource("DestinationRule", {"host": "a.example.com", "trafficPolicy": policy})) == {rule}


@FEW
@pytest.mark.parametrize(("field", "value", "rule"), OF_HOSTS)
@given(made=destination_rules())
def test_a_rule_with_one_fault(made: dict[str, Any], field: str, value: Any, rule: str) -> None:
    put(made["spec"], field, value)
    assert rule in rules_of(made)
