"""ServiceEntries and machines put together by Istio's grammar are silent; each constraint, violated once, is found."""

import copy
from typing import Any

import pytest
from grammar import FIVE_HUNDRED, LABELS, NAMES, PORTS, errors, many, put, rules_of
from hypothesis import given
from hypothesis import strategies as st
from manifests import resource

IPS = st.ip_addresses().map(str)
NAMED = {"HTTP": "http", "GRPC": "grpc", "TLS": "tls", "https": "https", "http2": "h2"}


@st.composite
def service_entries(draw: st.DrawFn) -> dict[str, Any]:
    """ServiceEntries that Istio takes."""
    resolution = draw(st.sampled_from([None, "NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"]))
    dynamic = resolution == "DYNAMIC_DNS"
    protocols = ["HTTP", "HTTP2", "GRPC", "TLS"] if dynamic else ["HTTP", "GRPC", "TLS", "https", "http2"]
    numbers = draw(st.lists(PORTS, min_size=1, max_size=3, unique=True))
    ports = [{"number": number, "name": f"p-{number}", "protocol": draw(st.sampled_from(protocols))} for number in numbers]
    plain = st.lists(NAMES, min_size=1, max_size=3, unique=True)
    wild = plain.map(lambda names: [f"*.{name}" for name in names])
    spec: dict[str, Any] = {
        "ports": ports,
        "hosts": draw(wild if dynamic else plain if resolution not in (None, "NONE") else plain | wild),
    }
    if resolution:
        spec["resolution"] = resolution
    if draw(st.booleans()):
        spec["location"] = draw(st.sampled_from(["MESH_EXTERNAL", "MESH_INTERNAL"]))
    if resolution in (None, "NONE", "STATIC") and draw(st.booleans()):
        spec["addresses"] = draw(
            st.lists(st.one_of(IPS, st.ip_addresses(v=4).map("{}/16".format)), min_size=1, max_size=2, unique=True)
        )
    if resolution in ("STATIC", "DNS", "DNS_ROUND_ROBIN"):
        most = 1 if resolution == "DNS_ROUND_ROBIN" else 3
        addresses = draw(st.lists(IPS if resolution == "STATIC" else NAMES | IPS, min_size=resolution == "STATIC", max_size=most))
        spec["endpoints"] = [
            {
                "address": address,
                "ports": {ports[0]["name"]: draw(PORTS)},
                "labels": {"version": draw(LABELS)},
                "weight": draw(st.integers(0, 9)),
            }
            for address in addresses
        ]
        if resolution == "STATIC" and len(ports) == 1 and draw(st.booleans()):
            spec["endpoints"].append({"address": "unix:///var/run/a"})
    if draw(st.booleans()):
        spec["exportTo"] = draw(st.sampled_from([["."], ["*"], ["~"], ["a", "."]]))
    return resource("ServiceEntry", spec)


@st.composite
def workload_entries(draw: st.DrawFn) -> dict[str, Any]:
    """WorkloadEntries that Istio takes."""
    address = draw(st.one_of(IPS, NAMES, st.just("unix:///var/run/a"), st.just("unix://@a")))
    spec: dict[str, Any] = {
        "address": address,
        "labels": {"app": draw(LABELS)},
        "serviceAccount": draw(LABELS),
        "weight": draw(PORTS),
    }
    if not address.startswith("unix"):
        spec["ports"] = draw(st.dictionaries(LABELS, PORTS, max_size=2))
    if draw(st.booleans()):
        spec |= {"network": draw(LABELS), "locality": "eu-west/a"}
    return resource("WorkloadEntry", spec)


PROBES = st.one_of(
    st.fixed_dictionaries(
        {"port": PORTS}, optional={"path": st.just("/healthz"), "scheme": st.sampled_from(["HTTP", "HTTPS"])}
    ).map(lambda probe: {"httpGet": {**probe, "httpHeaders": [{"name": "X-Probe", "value": "a"}]}}),
    PORTS.map(lambda port: {"tcpSocket": {"port": port}}),
    st.just({"exec": {"command": ["true"]}}),
)


@st.composite
def workload_groups(draw: st.DrawFn) -> dict[str, Any]:
    """WorkloadGroups that Istio takes."""
    probe = {**draw(PROBES), "periodSeconds": draw(st.integers(0, 60)), "failureThreshold": draw(st.integers(0, 9))}
    template = {"serviceAccount": draw(LABELS), "network": draw(LABELS), "ports": {draw(LABELS): 8080}}
    return resource("WorkloadGroup", {"metadata": {"labels": {"app": draw(LABELS)}}, "template": template, "probe": probe})


@pytest.mark.parametrize("kind", [service_entries, workload_entries, workload_groups])
def test_sound_ones_are_silent(kind: Any) -> None:
    @FIVE_HUNDRED
    @given(many(kind()))
    def silent(made: list[dict[str, Any]]) -> None:
        assert errors(made) == []

    silent()


BASE: dict[str, Any] = {"hosts": ["a.example.com"], "ports": [{"number": 443, "name": "tls", "protocol": "TLS"}]}
DNS = {**BASE, "resolution": "DNS"}
STATIC = {**BASE, "resolution": "STATIC", "endpoints": [{"address": "192.0.2.7"}]}
DYNAMIC = {**BASE, "hosts": ["*.example.com"], "resolution": "DYNAMIC_DNS"}
MACHINE = {"address": "192.0.2.7"}
GROUP = {"metadata": {"labels": {"a": "b"}}, "template": {"serviceAccount": "a"}}
SECOND = {"number": 80, "name": "http", "protocol": "HTTP"}
FAULTS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("ServiceEntry", DNS, {"workloadSelector": {"labels": {"a": "*"}}}, "wildcard-in-selector"),
    ("ServiceEntry", DNS, {"workloadSelector": {}}, "selector-without-labels"),
    ("ServiceEntry", STATIC, {"workloadSelector": {"labels": {"a": "b"}}}, "conflicting-fields"),
    ("ServiceEntry", DNS, {"hosts": []}, "invalid-value"),
    ("ServiceEntry", BASE, {"hosts": ["*"]}, "invalid-value"),
    ("ServiceEntry", BASE, {"hosts": ["a_b"]}, "invalid-host"),
    ("ServiceEntry", BASE, {"hosts": [""]}, "invalid-host"),
    ("ServiceEntry", BASE, {"hosts": ["192.0.2.7"]}, "invalid-host"),
    ("ServiceEntry", BASE, {"hosts": ["*a.com"]}, "wildcard-within-label"),
    ("ServiceEntry", BASE, {"addresses": ["a.com"]}, "invalid-address"),
    ("ServiceEntry", BASE, {"addresses": ["192.0.2.0/33"]}, "invalid-address"),
    ("ServiceEntry", DNS, {"addresses": ["192.0.2.0/24"]}, "conflicting-resolution"),
    ("ServiceEntry", DNS, {"ports.1": None}, "duplicate-item"),
    ("ServiceEntry", DNS, {"ports.0.targetPort": 65536}, "out-of-range"),
    ("ServiceEntry", DNS, {"ports.0.number": 0}, "out-of-range"),
    ("ServiceEntry", DNS, {"ports.0.name": "a_b"}, "invalid-port-name"),
    ("ServiceEntry", DNS, {"ports.0.name": ""}, "empty-field"),
    ("ServiceEntry", DNS, {"ports.0": {"number": 80}}, "missing-field"),
    ("ServiceEntry", DNS, {"ports.0.protocol": "SMTP"}, "unknown-protocol"),
    ("ServiceEntry", BASE, {"endpoints": [MACHINE]}, "conflicting-resolution"),
    ("ServiceEntry", BASE, {"workloadSelector": {"labels": {"a": "b"}}}, "selector-without-resolution"),
    ("ServiceEntry", STATIC, {"endpoints.0.address": "a.com"}, "invalid-address"),
    ("ServiceEntry", STATIC, {"endpoints.0.ports": {"other": 80}}, "unknown-endpoint-port"),
    (
        "ServiceEntry",
        {**STATIC, "ports": [*BASE["ports"], SECOND]},
        {"endpoints.0.address": "unix:///a"},
        "socket-needs-one-port",
    ),
    ("ServiceEntry", STATIC, {"endpoints.0.address": "unix:///a/"}, "invalid-value"),
    ("ServiceEntry", STATIC, {"endpoints.0": {"address": "unix:///a", "ports": {"tls": 80}}}, "conflicting-fields"),
    ("ServiceEntry", DNS, {"hosts": ["*.a.com"]}, "conflicting-resolution"),
    ("ServiceEntry", DNS, {"resolution": "DNS_ROUND_ROBIN", "endpoints": [MACHINE, MACHINE]}, "conflicting-resolution"),
    ("ServiceEntry", DNS, {"endpoints": [{"address": "a_b"}]}, "invalid-address"),
    ("ServiceEntry", DNS, {"endpoints": [{"address": "unix:///a"}]}, "invalid-address"),
    ("ServiceEntry", DNS, {"endpoints": [{"address": ""}]}, "empty-field"),
    ("ServiceEntry", DNS, {"endpoints": [{**MACHINE, "labels": {"a b": "c"}}]}, "invalid-label"),
    ("ServiceEntry", DNS, {"endpoints": [{**MACHINE, "ports": {"other": 80}}]}, "unknown-endpoint-port"),
    ("ServiceEntry", DNS, {"endpoints": [{**MACHINE, "ports": {"tls": 0}}]}, "out-of-range"),
    ("ServiceEntry", DNS, {"addresses": ["192.0.2.7"], "hosts": ["a.com", "b.com"]}, "hosts-share-addresses"),
    ("ServiceEntry", DYNAMIC, {"hosts": ["a.com"]}, "conflicting-resolution"),
    ("ServiceEntry", DYNAMIC, {"addresses": ["192.0.2.7"]}, "conflicting-resolution"),
    ("ServiceEntry", DYNAMIC, {"endpoints": [MACHINE]}, "conflicting-resolution"),
    ("ServiceEntry", DYNAMIC, {"ports.0.protocol": "HTTPS"}, "conflicting-resolution"),
    ("ServiceEntry", DNS, {"hosts": ["a.com", "b.com"], "ports.0.protocol": "TCP"}, "hosts-share-tcp-port"),
    ("ServiceEntry", DNS, {"exportTo": ["~", "a"]}, "invalid-export-to"),
    ("WorkloadEntry", MACHINE, {"address": ""}, "missing-field"),
    ("WorkloadEntry", MACHINE, {"address": "", "network": "a"}, "remote-endpoint-without-address"),
    ("WorkloadEntry", MACHINE, {"address": "unix://"}, "invalid-value"),
    ("WorkloadEntry", MACHINE, {"address": "unix:///a", "ports": {"a": 1}}, "conflicting-fields"),
    ("WorkloadEntry", MACHINE, {"address": "a_b"}, "invalid-address"),
    ("WorkloadEntry", MACHINE, {"ports": {"a_b": 80}}, "invalid-value"),
    ("WorkloadEntry", MACHINE, {"ports": {"a": 65536}}, "out-of-range"),
    ("WorkloadEntry", MACHINE, {"labels": {"a": "b c"}}, "invalid-label"),
    ("WorkloadGroup", GROUP, {"template": None}, "missing-field"),
    ("WorkloadGroup", GROUP, {"metadata.labels": {"a b": "c"}}, "invalid-label"),
    *(
        ("WorkloadGroup", GROUP, {"probe": {"tcpSocket": {"port": 80}, field: -1}}, "out-of-range")
        for field in ("periodSeconds", "initialDelaySeconds", "timeoutSeconds", "successThreshold", "failureThreshold")
    ),
    ("WorkloadGroup", GROUP, {"probe": {"httpGet": {"port": 0}}}, "out-of-range"),
    ("WorkloadGroup", GROUP, {"probe": {"httpGet": {"port": 80, "scheme": "http"}}}, "unknown-value"),
    (
        "WorkloadGroup",
        GROUP,
        {"probe": {"httpGet": {"port": 80, "httpHeaders": [{"name": "a_b", "value": "c"}]}}},
        "invalid-header-name",
    ),
    ("WorkloadGroup", GROUP, {"probe": {"tcpSocket": {"port": 65536}}}, "out-of-range"),
    ("WorkloadGroup", GROUP, {"probe": {"exec": {"command": []}}}, "empty-field"),
    ("WorkloadGroup", GROUP, {"probe": {}}, "workload-group-probe-without-type"),
    ("WorkloadGroup", GROUP, {"probe": {"grpc": {"port": 80}}}, "workload-group-probe-without-type"),
]


@pytest.mark.parametrize(("kind", "spec", "fields", "rule"), FAULTS)
def test_one_fault(kind: str, spec: dict[str, Any], fields: dict[str, Any], rule: str) -> None:
    made = resource(kind, copy.deepcopy(spec))
    assert rules_of(made) == set()
    for field, value in fields.items():
        if field == "ports.1":
            made["spec"]["ports"].append(made["spec"]["ports"][0])
        else:
            put(made["spec"], field, value)
    assert rule in rules_of(made)
