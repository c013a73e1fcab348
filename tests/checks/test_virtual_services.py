"""VirtualServices put together by Istio's grammar are silent; each constraint, violated once, is found."""

import copy
from typing import Any

import pytest
from grammar import DURATIONS, FEW, FIVE_HUNDRED, LABELS, NAMES, PORTS, errors, findings, many, put, rules_of
from hypothesis import given
from hypothesis import strategies as st
from manifests import resource

Spec = dict[str, Any]


def optional(fields: dict[str, st.SearchStrategy[Any]], **required: st.SearchStrategy[Any]) -> st.SearchStrategy[Spec]:
    return st.fixed_dictionaries(required, optional=fields)


PERCENTAGES = st.one_of(st.integers(0, 100), st.floats(0.0001, 100)).map(lambda value: {"value": value})
COPIES = st.floats(0, 100).map(lambda value: {"value": value})
PATHS = LABELS.map("/{}".format)
REGEXES = st.sampled_from([".*", "(?i)a[bc]{1,1000}", r"^/v\d+/(.*)$", r"\z", "a+?|b*"])
NAMESPACED = st.one_of(LABELS, st.tuples(LABELS, LABELS).map("/".join))
FORMS = st.one_of(
    st.fixed_dictionaries({"exact": st.one_of(LABELS, st.just(""))}),
    st.fixed_dictionaries({"prefix": LABELS}),
    st.fixed_dictionaries({"regex": REGEXES}),
)
CONDITIONS = st.one_of(FORMS, st.just({}))
URIS = st.one_of(
    st.fixed_dictionaries({"exact": PATHS}),
    st.fixed_dictionaries({"prefix": st.one_of(PATHS, st.just("/"), st.just(""))}),
    st.fixed_dictionaries({"regex": REGEXES}),
)
HEADERS = st.from_regex(r"[A-Za-z][-A-Za-z0-9_.]{0,12}", fullmatch=True).filter(lambda name: name.lower() != "host")
CLAIMS = st.one_of(LABELS.map("@request.auth.claims.{}".format), LABELS.map("@request.auth.claims[{}]".format))
VALUES = st.sampled_from(
    ["", "a b", "50%%", "%PROTOCOL%", "a %REQ(x-user?:path)% b", '%UPSTREAM_METADATA(["a", "b"])%', "%START_TIME(%Y-%m)%", "\t"]
)
LABELLED = st.dictionaries(st.sampled_from(["app", "example.com/tier", "version"]), st.sampled_from(["", "v1", "A_b.c-1"]))
SUBNETS = st.lists(st.sampled_from(["10.0.0.0/8", "10.1.2.3/8", "192.0.2.1", "2001:db8::/32", "::1"]), max_size=2)
EDITS = optional(
    {
        "request": optional(
            {
                "set": st.dictionaries(HEADERS, VALUES, max_size=2), "add": st.dictionaries(HEADERS, VALUES, max_size=2),
                "remove": st.lists(HEADERS, max_size=2),
            }
        ),
        "response": optional(
            {
                "set": st.dictionaries(HEADERS, VALUES, max_size=2), "add": st.dictionaries(HEADERS, VALUES, max_size=2),
                "remove": st.lists(HEADERS, max_size=2),
            }
        ),
    }
)  # fmt: skip
HOSTS = st.one_of(NAMES, LABELS, NAMES.map("*.{}".format))
DESTINATIONS = optional({"subset": LABELS, "port": st.fixed_dictionaries({"number": PORTS})}, host=HOSTS)
WEIGHTED = st.lists(optional({"headers": EDITS}, destination=DESTINATIONS, weight=st.integers(1, 100)), min_size=1, max_size=3)
UNWEIGHTED = st.lists(optional({}, destination=DESTINATIONS, weight=st.integers(1, 100)), min_size=1, max_size=2)
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"]
CORS = optional(
    {
        "allowMethods": st.lists(st.sampled_from(METHODS)),
        "allowHeaders": st.lists(st.one_of(HEADERS, st.just("*")), max_size=2), "exposeHeaders": st.lists(HEADERS, max_size=2),
        "maxAge": st.integers(1, 10**5).map("{}s".format), "allowCredentials": st.booleans(),
        "unmatchedPreflights": st.sampled_from(["FORWARD", "IGNORE"]),
    },
    allowOrigins=st.lists(
        st.one_of(
            st.fixed_dictionaries({"exact": st.one_of(st.just("*"), NAMES.map("https://{}".format))}),
            st.fixed_dictionaries({"prefix": st.just("https://")}), st.fixed_dictionaries({"regex": REGEXES}),
        ), max_size=2,
    ),
)  # fmt: skip
ABORTS = st.one_of(
    optional({"percentage": PERCENTAGES}, httpStatus=st.integers(200, 600)),
    optional({"percentage": PERCENTAGES}, grpcStatus=st.sampled_from(["OK", "UNAVAILABLE", "DATA_LOSS", "DEADLINE_EXCEEDED"])),
)
DELAYS = optional({"percentage": PERCENTAGES}, fixedDelay=DURATIONS)
FAULTS = st.one_of(optional({"abort": ABORTS}, delay=DELAYS), optional({}, abort=ABORTS))
CONDITION_LISTS = st.lists(
    st.sampled_from(["5xx", "gateway-error", "reset", "connect-failure", "retriable-4xx", "503", "404", "unavailable"]),
    max_size=4, unique=True,
).map(",".join)  # fmt: skip
RETRIES = st.one_of(
    st.just({"attempts": 0}),
    optional(
        {
            "perTryTimeout": DURATIONS, "backoff": DURATIONS, "retryOn": CONDITION_LISTS, "retryRemoteLocalities": st.booleans(),
            "retryIgnorePreviousHosts": st.booleans(),
        },
        attempts=st.integers(1, 5),
    ),
)  # fmt: skip
REWRITES = st.one_of(
    optional({"authority": NAMES}, uri=PATHS),
    optional({}, authority=NAMES),
    st.fixed_dictionaries({"uriRegexRewrite": st.just({"match": r"^/a/(\d+)$", "rewrite": r"/b/\1"})}),
)
REDIRECTS = st.one_of(
    optional({"authority": NAMES, "redirectCode": st.integers(300, 399), "port": PORTS}, uri=PATHS),
    optional(
        {"derivePort": st.sampled_from(["FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT"])}, scheme=st.sampled_from(["http", "https"])
    ),
    optional({"redirectCode": st.just(0)}, port=PORTS),
)
ANSWERS = optional(
    {
        "body": st.one_of(
            st.fixed_dictionaries({"string": st.text(max_size=20)}), st.fixed_dictionaries({"bytes": st.just("aGVsbG8=")})
        )
    },
    status=st.integers(200, 600),
)


def http_matches(gateways: list[str]) -> st.SearchStrategy[Spec]:
    """Matches of HTTP; those by claims only where no sidecar takes them."""
    names = st.one_of(HEADERS, st.sampled_from([":method", ":path", ":status"]))
    keys = st.one_of(names, CLAIMS) if gateways and "mesh" not in gateways else names
    without = st.one_of(CONDITIONS, st.just({"regex": "*"}))
    return optional(
        {
            "uri": URIS, "scheme": CONDITIONS, "method": CONDITIONS, "authority": CONDITIONS,
            "port": st.one_of(PORTS, st.just(0)),
            "headers": st.dictionaries(keys, CONDITIONS, max_size=2),
            "withoutHeaders": st.dictionaries(keys, without, max_size=2),
            "queryParams": st.dictionaries(st.text(max_size=5), CONDITIONS, max_size=2), "ignoreUriCase": st.booleans(),
            "sourceLabels": LABELLED, "sourceNamespace": LABELS, "statPrefix": LABELS, "name": LABELS,
            "gateways": st.lists(NAMESPACED, max_size=2),
        }
    )  # fmt: skip


@st.composite
def http_routes(draw: st.DrawFn, gateways: list[str], has_hosts: bool) -> Spec:
    """A route that does one of the things that routes do."""
    does = draw(st.sampled_from(["route", "route", "redirect", "directResponse", *(["delegate"] if has_hosts else [])]))
    route = draw(
        optional({"name": LABELS, "match": st.lists(http_matches(gateways), max_size=2), "headers": EDITS, "corsPolicy": CORS})
    )
    if does == "route":
        route |= draw(
            optional(
                {
                    "fault": FAULTS, "retries": RETRIES, "rewrite": REWRITES, "timeout": DURATIONS,
                    "mirrors": st.lists(optional({"percentage": COPIES}, destination=DESTINATIONS), max_size=2),
                },
                route=WEIGHTED,
            )
        )  # fmt: skip
        if not route.get("mirrors"):
            route |= draw(st.one_of(st.just({}), optional({"mirrorPercentage": COPIES}, mirror=DESTINATIONS)))
    elif does == "delegate":
        route["delegate"] = draw(optional({"namespace": LABELS}, name=LABELS))
    else:
        route[does] = draw(REDIRECTS if does == "redirect" else ANSWERS)
    return route


@st.composite
def l4_routes(draw: st.DrawFn, hosts: list[str], protocol: str) -> Spec:
    """A route of TLS, whose SNI hosts are parts of the hosts, or of TCP."""
    fields = {
        "port": st.one_of(PORTS, st.just(0)), "destinationSubnets": SUBNETS, "sourceLabels": LABELLED, "sourceNamespace": LABELS,
        "gateways": st.lists(NAMESPACED, max_size=2),
    }  # fmt: skip
    names = st.lists(st.sampled_from(hosts).map(lambda host: host.replace("*", "a")), min_size=1, max_size=2)
    matches = optional(fields, **({"sniHosts": names} if protocol == "tls" else {}))
    return {
        "match": draw(st.lists(matches, min_size=1 if protocol == "tls" else 0, max_size=2)),
        "route": draw(UNWEIGHTED),
    }


@st.composite
def virtual_services(draw: st.DrawFn) -> Spec:
    """VirtualServices that Istio takes, delegates among them."""
    if draw(st.integers(0, 5)) == 0:
        return resource("VirtualService", {"http": draw(st.lists(http_routes([], False), min_size=1, max_size=2))})
    gateways = draw(st.sampled_from([[], ["mesh"], ["mesh", "edge/shop"], ["shop"], ["edge/shop", "shop"]]))
    hosts = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    if draw(st.booleans()):
        hosts = [f"a{index}.{host}.example" for index, host in enumerate(hosts)] + ["*.example.com", "10.0.0.1"]
    spec: Spec = {"hosts": hosts}
    if gateways:
        spec["gateways"] = gateways
    if draw(st.booleans()):
        spec["exportTo"] = draw(st.sampled_from([["."], ["*"], ["a", "b"]]))
    kinds = draw(st.lists(st.sampled_from(["http", "tls", "tcp"]), min_size=1, max_size=3, unique=True))
    names = [host for host in hosts if host != "10.0.0.1"]
    for kind in kinds:
        routes = http_routes(gateways, True) if kind == "http" else l4_routes(names, kind)
        spec[kind] = draw(st.lists(routes, min_size=1, max_size=2))
    return resource("VirtualService", spec)


@FIVE_HUNDRED
@given(many(virtual_services()))
def test_sound_ones_are_silent(made: list[Spec]) -> None:
    assert errors(made) == []


CLAIM = "@request.auth.claims.a"
SUBSET = "outbound_.80_._.a.b"
KINDS = ("http", "tls", "tcp")
TO: Spec = {"destination": {"host": "stock.example.com"}}
SOUND: Spec = {
    "hosts": ["*.example.com"],
    "gateways": ["edge/shop"],
    "http": [
        {"name": "to", "match": [{"uri": {"prefix": "/a"}}], "route": [TO]},
        {"name": "away", "match": [{"uri": {"prefix": "/b"}}], "redirect": {"uri": "/c"}},
        {"name": "self", "match": [{"uri": {"prefix": "/d"}}], "directResponse": {"status": 404}},
    ],
    "tls": [{"match": [{"sniHosts": ["a.example.com"]}], "route": [TO]}],
    "tcp": [{"match": [{"port": 9000}], "route": [TO]}],
}
BAD_EDITS: list[tuple[str, Any, str]] = [
    ("request", {"set": {":path": "/"}}, "invalid-header-name"),
    ("request", {"add": {"": "a"}}, "invalid-header-name"),
    ("request", {"remove": ["host"]}, "invalid-header-name"),
    ("request", {"remove": [""]}, "invalid-header-name"),
    ("request", {"set": {"a": "50%"}}, "invalid-header-value"),
    ("request", {"add": {"a": "a\x00"}}, "invalid-header-value"),
    ("response", {"set": {"Host": "a"}}, "invalid-header-name"),
    ("response", {"add": {":status": "200"}}, "invalid-header-name"),
    ("response", {"remove": [":status"]}, "invalid-header-name"),
    ("response", {"set": {"a": "%A"}}, "invalid-header-value"),
    ("response", {"add": {"a": "%A()%"}}, "invalid-header-value"),
]
BAD_DESTINATIONS: list[tuple[str, Any, str]] = [
    ("host", "*", "invalid-host"),
    ("host", "a_b", "invalid-host"),
    ("host", "10.0.0.1", "invalid-host"),
    ("host", "", "empty-field"),
    ("subset", "v1.2", "invalid-subset-name"),
    ("port", {}, "invalid-port"),
    ("port", {"number": 0}, "invalid-port"),
    ("port", {"number": 65536}, "invalid-port"),
    ("port", {"number": -1}, "out-of-range"),
]
BAD_GATEWAYS = ["a_b", "", "/a", "a/", "a_b/c", "a/b/c", "a/b_c"]
BAD: list[tuple[str, Any, str]] = [
    ("hosts", [], "invalid-delegate"),
    ("hosts", ["a_b.example.com", "*.example.com"], "invalid-host"),
    ("hosts", ["", "*.example.com"], "empty-field"),
    ("hosts", ["outbound_.80_.v1", "*.example.com"], "invalid-host"),
    ("hosts", ["a.example.com", "*.example.com"], "overlapping-hosts"),
    ("hosts", ["*.example.com", "*.example.com"], "overlapping-hosts"),
    ("hosts", ["*", "*.example.com"], "overlapping-hosts"),
    ("exportTo", ["~"], "invalid-export-to"),
    ("exportTo", ["*", "a"], "invalid-export-to"),
    *(("gateways", [name], "invalid-gateway-reference") for name in BAD_GATEWAYS),
    *((f"{kind}.0.match.0.gateways", [name], "invalid-gateway-reference") for name in BAD_GATEWAYS for kind in KINDS),
    *((f"{kind}.0.match.0.port", 65536, "invalid-port") for kind in KINDS),
    *((f"{kind}.0.match.0.sourceLabels", {"a b": "c"}, "invalid-label") for kind in KINDS),
    *((f"{kind}.0.match.0.sourceLabels", {"a": "-"}, "invalid-label") for kind in KINDS),
    *((f"http.0.{of}.{side}", edit, rule) for side, edit, rule in BAD_EDITS for of in ("headers", "route.0.headers")),
    *((f"{kind}.0.route.0.destination.{field}", value, rule) for field, value, rule in BAD_DESTINATIONS for kind in KINDS),
    *(("http.0.mirror", TO["destination"] | {field: value}, rule) for field, value, rule in BAD_DESTINATIONS),
    *(("http.0.mirrors", [{"destination": TO["destination"] | {field: value}}], rule) for field, value, rule in BAD_DESTINATIONS),
    *(
        (f"{kind}.0.match.0.destinationSubnets", [subnet], "invalid-address")
        for subnet in ("", "10.0.0", "10.0.0.0/33", "10.0.0.0/08", "fe80::1%eth0/64", "a.b")
        for kind in ("tls", "tcp")
    ),
    ("http.0.mirrors", [{}], "missing-field"),
    ("http.0.route.0", {"weight": 1}, "missing-field"),
    ("http.0.mirrors", [{**TO, "percentage": {"value": 101}}], "invalid-percentage"),
    ("http.0.mirrorPercentage", {"value": -1}, "invalid-percentage"),
    ("http.0.mirrorPercent", 101, "invalid-percentage"),
    *((f"http.0.match.0.{field}", {"a b": {"exact": "c"}}, "invalid-header-name") for field in ("headers", "withoutHeaders")),
    *((f"http.0.match.0.{field}", {"@request.auth.claim": {}}, "invalid-header-name") for field in ("headers", "withoutHeaders")),
    *(
        (f"http.0.match.0.{field}", condition, rule)
        for field in ("scheme", "method", "authority", "headers.a", "queryParams.a", "withoutHeaders.a")
        for condition, rule in (
            ({"prefix": ""}, "empty-field"), ({"regex": ""}, "empty-field"), ({"regex": "("}, "invalid-regex"),
            ({"regex": "a" * 1025}, "invalid-regex"),
        )
    ),
    ("http.0.match.0.uri", {"regex": ""}, "empty-field"),
    ("http.0.match.0.uri", {"regex": "(?!a)"}, "invalid-regex"),
    ("http.0.match.0.headers", {"a": {"regex": "*"}}, "invalid-regex"),
    *((f"{kind}.0.match.0.sourceNamespace", "a.b", "invalid-source-namespace") for kind in KINDS),
    ("http.0.redirect", {"uri": "/"}, "conflicting-route-actions"),
    ("http.0.directResponse", {"status": 404}, "conflicting-route-actions"),
    ("http.0.delegate", {"name": "a"}, "conflicting-route-actions"),
    ("http.0.route", [], "route-without-action"),
    ("http.0.headers.request.set", {"host": "a", ":authority": "b"}, "authority-set-twice"),
    ("http.0.corsPolicy", {"allowOrigins": [{}]}, "empty-field"),
    ("http.0.corsPolicy", {"allowOrigins": [{"exact": ""}]}, "empty-field"),
    ("http.0.corsPolicy", {"allowOrigins": [{"regex": "["}]}, "invalid-regex"),
    ("http.0.corsPolicy", {"allowMethods": ["get"]}, "unknown-value"),
    ("http.0.corsPolicy", {"allowMethods": [""]}, "unknown-value"),
    ("http.0.corsPolicy", {"allowHeaders": ["a b"]}, "invalid-header-name"),
    ("http.0.corsPolicy", {"exposeHeaders": [""]}, "invalid-header-name"),
    ("http.0.corsPolicy", {"maxAge": "1500ms"}, "invalid-duration"),
    ("http.0.corsPolicy", {"maxAge": "0s"}, "invalid-duration"),
    ("http.0.fault", {}, "fault-without-kind"),
    ("http.0.fault", {"abort": {"percentage": {"value": 1}}}, "fault-without-kind"),
    ("http.0.fault", {"delay": {"percentage": {"value": 1}}}, "fault-without-kind"),
    ("http.0.fault", {"abort": {"httpStatus": 503, "percentage": {"value": 0.00001}}}, "invalid-percentage"),
    ("http.0.fault", {"delay": {"fixedDelay": "1s", "percentage": {"value": 101}}}, "invalid-percentage"),
    ("http.0.fault", {"abort": {"grpcStatus": "Unavailable"}}, "unknown-value"),
    ("http.0.fault", {"abort": {"http2Error": "A"}}, "unsupported-fault"),
    ("http.0.fault", {"abort": {"httpStatus": 199}}, "out-of-range"),
    ("http.0.fault", {"abort": {"httpStatus": 601}}, "out-of-range"),
    ("http.0.fault", {"delay": {"fixedDelay": "0s"}}, "invalid-duration"),
    ("http.0.fault", {"delay": {"exponentialDelay": "1s"}}, "unsupported-fault"),
    ("http.0.rewrite", {}, "redirect-or-rewrite-without-target"),
    ("http.0.rewrite", {"uri": ""}, "redirect-or-rewrite-without-target"),
    ("http.0.rewrite", {"uriRegexRewrite": {"match": "a"}}, "redirect-or-rewrite-without-target"),
    ("http.0.rewrite", {"uriRegexRewrite": {"rewrite": "a"}}, "redirect-or-rewrite-without-target"),
    ("http.0.rewrite", {"uriRegexRewrite": {"match": "(", "rewrite": "a"}}, "invalid-regex"),
    ("http.0.rewrite", {"uri": "/", "uriRegexRewrite": {"match": "a", "rewrite": "b"}}, "conflicting-fields"),
    ("http.0.timeout", "0s", "invalid-duration"),
    ("http.0.timeout", "1500us", "invalid-duration"),
    ("http.0.retries", {"attempts": -1}, "out-of-range"),
    ("http.0.retries", {"attempts": 0, "retryOn": "5xx"}, "retries-without-attempts"),
    ("http.0.retries", {"retryRemoteLocalities": False}, "retries-without-attempts"),
    ("http.0.retries", {"attempts": 1, "perTryTimeout": "0s"}, "invalid-duration"),
    ("http.0.retries", {"attempts": 1, "backoff": "1500us"}, "invalid-duration"),
    *(("http.0.retries", {"attempts": 1, "retryOn": on}, "unknown-retry-condition") for on in ("5xx, reset", "5xx,", "a", "509")),
    ("http.0.route", [TO | {"weight": 0}] * 2, "weights-all-zero"),
    ("http.0.route", [TO | {"weight": -1}], "negative-weight"),
    ("http.1.redirect", {}, "redirect-or-rewrite-without-target"),
    ("http.1.redirect", {"redirectCode": 301}, "redirect-or-rewrite-without-target"),
    ("http.1.redirect", {"uri": "/", "prefixRewrite": "/a"}, "conflicting-fields"),
    ("http.1", {"match": [{"uri": {"exact": "/e"}}], "redirect": {"prefixRewrite": "/a"}}, "prefix-rewrite-without-prefix"),
    ("http.1.redirect", {"uri": "/", "redirectCode": 200}, "out-of-range"),
    ("http.1.redirect", {"scheme": "HTTPS"}, "unknown-value"),
    ("http.1.redirect", {"uri": "/", "port": 65536}, "invalid-port"),
    ("http.2.directResponse", {"status": 199}, "out-of-range"),
    ("http.2.directResponse", {}, "missing-field"),
    ("http.2.directResponse", {"status": 200, "body": {"string": "é" * 51201}}, "large-direct-response"),
    ("http.2.directResponse", {"status": 200, "body": {"bytes": "aaaa" * 349526}}, "large-direct-response"),
    ("tls.0.match", [], "empty-field"),
    ("tls.0.match.0", {}, "missing-field"),
    ("tls.0.match.0.sniHosts", [], "empty-field"),
    ("tls.0.match.0.sniHosts", ["a.*.example.com"], "invalid-host"),
    ("tls.0.match.0.sniHosts", ["10.0.0.1"], "sni-with-ip-address"),
    ("tls.0.match.0.sniHosts", ["a.example.org"], "sni-not-in-hosts"),
    ("tls.0.match.0.sniHosts", ["*.com"], "sni-not-in-hosts"),
    ("tls.0.route", [], "route-without-action"),
    ("tcp.0.route", [], "route-without-action"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "rule"), BAD)
def test_one_fault(field: str, value: Any, rule: str) -> None:
    made = resource("VirtualService", copy.deepcopy(SOUND))
    assert rules_of(made) == set()
    put(made["spec"], field, value)
    assert rule in rules_of(made)


@pytest.mark.parametrize(
    ("spec", "rule"),
    [
        ({"hosts": ["a.b"]}, "virtual-service-without-routes"),
        ({"hosts": ["a.b"], "http": [], "tcp": None}, "virtual-service-without-routes"),
        ({"gateways": ["a"], "http": [{"route": [TO]}]}, "invalid-delegate"),
        ({"tcp": [{"route": [TO]}]}, "invalid-delegate"),
        ({"hosts": ["*"], "http": [{"route": [TO]}]}, "invalid-host"),
        ({"hosts": ["*"], "gateways": ["a", "mesh"], "http": [{"route": [TO]}]}, "invalid-host"),
        ({"hosts": ["a.b"], "tls": [{"route": [TO]}]}, "missing-field"),
        *(
            ({**to, "http": [{"match": [{field: {CLAIM: {"exact": "b"}}}], "route": [TO]}]}, "claim-match-for-sidecars")
            for field in ("headers", "withoutHeaders")
            for to in ({}, {"hosts": ["a.b"]}, {"hosts": ["a.b"], "gateways": ["a", "mesh"]})
        ),
        ({"hosts": [SUBSET], "http": [{"route": [TO]}]}, "invalid-host"),
        ({"hosts": ["a.b"], "gateways": ["mesh"], "tls": [{"match": [{"sniHosts": [SUBSET]}], "route": [TO]}]}, "invalid-host"),
        ({"hosts": ["a.b"], "http": [{"route": [TO]}, {"route": [TO]}]}, "route-after-catch-all"),
        ({"http": [{"delegate": {"name": "a"}}]}, "nested-delegate"),
    ],
)  # fmt: skip
def test_one_fault_of_a_whole(spec: Spec, rule: str) -> None:
    assert rule in rules_of(resource("VirtualService", spec))


def test_names_of_subsets_at_gateways() -> None:
    name = "outbound_.80_.v1_.a.example.com"
    spec = {"hosts": [name], "gateways": ["edge"], "tls": [{"match": [{"sniHosts": [name]}], "route": [TO]}]}
    assert rules_of(resource("VirtualService", spec)) == set()


def test_bodies_are_refused_or_warned_of() -> None:
    levels = []
    for size in (102400, 102401, 1048576, 1048577):
        route = {"directResponse": {"status": 200, "body": {"string": "a" * size}}}
        levels.append([level for _, level, _ in findings([resource("VirtualService", {"hosts": ["a.b"], "http": [route]})])])
    assert levels == [[], ["warning"], ["warning"], ["error"]]


FAULTS_ANYWHERE = [case for case in BAD if case[0].startswith(("hosts", "exportTo"))]


@FEW
@pytest.mark.parametrize(("field", "value", "rule"), FAULTS_ANYWHERE)
@given(made=virtual_services())
def test_one_fault_in_any(made: Spec, field: str, value: Any, rule: str) -> None:
    if rule == "invalid-delegate":
        made["spec"]["gateways"] = ["edge"]
    if rule == "overlapping-hosts":
        made["spec"]["gateways"] = ["edge"]
        made["spec"].pop("tls", None)
        made["spec"].setdefault("http", [{"route": [TO]}])
    put(made["spec"], field, value)
    assert rule in rules_of(made)
