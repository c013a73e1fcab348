"""No match is said to be taken that a request could reach: held against a plain simulation of Istio's order of routes."""

import random
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from istiolint.traffic import regex
from istiolint.traffic.callers import Binding
from istiolint.traffic.http_match import HttpMatch, http_match
from istiolint.traffic.l4_match import TcpMatch, TlsMatch, tcp_match, tls_match
from istiolint.traffic.shadowing import Taken, taken

GATEWAYS = ("mesh", "shop/public", "shop/private")
BINDING = Binding("shop", frozenset(GATEWAYS))
PATHS = ("/", "/api", "/api/v1", "/api/v1/x", "/API/V1", "/apis", "/login", "/api.v1")
VALUES = ("", "a", "ab", "abc", "b", "A", "ab.c")
REGEXES = (
    ".*", ".+", "/.*", "/api.*", "/api/.*", "/api/v[0-9]+", "/api(/.*)?", "/(api|login).*", "/api|/.*", "(?i)/api.*", "a.*",
    "a.+", "ab", "a|b.*", "[ab]+", r"ab\.+", r"ab\..*", "a?.*", "", "^/api.*$", r"\Qa.*", "a.*?",
)  # fmt: skip


def string_matches(texts: tuple[str, ...]) -> st.SearchStrategy[dict[str, str]]:
    text = st.sampled_from(texts)
    return st.one_of(
        st.builds(lambda t: {"exact": t}, text),
        st.builds(lambda t: {"prefix": t}, text),
        st.builds(lambda t: {"regex": t}, st.sampled_from(REGEXES)),
        st.just({}),
    )


CALLERS = {
    "gateways": st.lists(st.sampled_from(("mesh", "public", "private", "shop/public")), min_size=1, max_size=3),
    "sourceLabels": st.dictionaries(st.sampled_from(("app", "v")), st.sampled_from("ab"), max_size=2),
    "sourceNamespace": st.sampled_from(("shop", "blog")),
    "port": st.sampled_from((0, 80, 443)),
}
VALUE_MAPS = st.dictionaries(st.sampled_from(("x", "X", "y")), string_matches(VALUES), max_size=2)
CONDITIONS: dict[str, st.SearchStrategy[Any]] = {
    "uri": string_matches(PATHS),
    "ignoreUriCase": st.booleans(),
    "method": string_matches(VALUES),
    "headers": VALUE_MAPS,
    "withoutHeaders": VALUE_MAPS,
    "queryParams": VALUE_MAPS,
    "name": st.just("n"),
    **CALLERS,
}
HTTP = st.sets(st.sampled_from(sorted(CONDITIONS)), max_size=3).flatmap(
    lambda keys: st.fixed_dictionaries({key: CONDITIONS[key] for key in sorted(keys)})
)


@dataclass(frozen=True)
class Request:
    path: str
    method: str
    headers: dict[str, str]
    query: dict[str, str]
    port: int
    gateway: str
    labels: dict[str, str]
    namespace: str


def some_requests(count: int) -> list[Request]:
    """A fixed crowd: drawing each request by hypothesis would take most of the time."""
    dice = random.Random(1)

    def some(names: str, values: tuple[str, ...]) -> dict[str, str]:
        return {name: dice.choice(values) for name in names if dice.random() < 0.6}

    return [
        Request(
            path=dice.choice((*PATHS, "/apix", "/v1", "/api/v1/y", "/API", "/api/v2", "/loginx")),
            method=dice.choice(("a", "ab", "b", "abc")),
            headers=some("xy", (*VALUES, "ab.", "c")),
            query=some("xXy", (*VALUES, "c")),
            port=dice.choice((80, 443, 8080)),
            gateway=dice.choice(GATEWAYS),
            labels={name: dice.choice("abc") for name in ("app", "v") if dice.random() < 0.8},
            namespace=dice.choice(("shop", "blog", "other")),
        )
        for _ in range(count)
    ]


REQUESTS = some_requests(500)


def text_matches(condition: dict[str, str], value: str | None, *, ignore_case: bool = False) -> bool:
    if value is None:
        return False
    for form, text in condition.items():
        if form == "regex":
            return regex.matches(text, value)
        wanted, given = (text.lower(), value.lower()) if ignore_case else (text, value)
        return given == wanted if form == "exact" else given.startswith(wanted)
    return True


def absent(condition: dict[str, str], value: str | None) -> bool:
    return value is None if not condition else not text_matches(condition, value or "")


def called(match: dict[str, Any], request: Request, *, http: bool) -> bool:
    gateways = match.get("gateways", [])
    bound = not gateways or request.gateway in {g if "/" in g or g == "mesh" else f"shop/{g}" for g in gateways}
    source = match.get("sourceLabels", {}).items() <= request.labels.items() and (
        match.get("sourceNamespace", "") in ("", request.namespace)
    )
    return match.get("port", 0) in (0, request.port) and bound and (source or bool(gateways and http))


def reaches(match: dict[str, Any], request: Request) -> bool:
    """Envoy's view of a match, written down without any thought of sets."""
    return (
        called(match, request, http=True)
        and ("uri" not in match or text_matches(match["uri"], request.path, ignore_case=match.get("ignoreUriCase", False)))
        and ("method" not in match or text_matches(match["method"], request.method))
        and all(text_matches(c, request.headers.get(n.lower())) for n, c in match.get("headers", {}).items())
        and all(absent(c, request.headers.get(n.lower())) for n, c in match.get("withoutHeaders", {}).items())
        and all(text_matches(c, request.query.get(n)) for n, c in match.get("queryParams", {}).items())
    )


def shadows(routes: list[list[dict[str, Any]]], passing: list[bool] | None = None, *, joined: bool = False) -> list[Taken]:
    read = [[http_match(match, BINDING) for match in route] for route in routes]
    return list(taken(read, passing=passing or [False] * len(routes), joined=joined))


@settings(max_examples=400, deadline=None)
@given(HTTP, HTTP)
def test_what_covers_takes_every_request(first: dict[str, Any], second: dict[str, Any]) -> None:
    a, b = http_match(first, BINDING), http_match(second, BINDING)
    for mine, theirs, x, y in ((a, b, first, second), (b, a, second, first)):
        if mine and theirs and mine.covers(theirs):
            assert [r for r in REQUESTS if reaches(y, r) and not reaches(x, r)] == []


@settings(max_examples=200, deadline=None)
@given(HTTP, st.data())
def test_a_match_covers_itself_with_more_conditions(narrow: dict[str, Any], data: st.DataObject) -> None:
    kept = data.draw(st.sets(st.sampled_from(sorted(narrow)))) if narrow else set()
    if "gateways" in narrow:
        kept |= {"sourceLabels", "sourceNamespace"}  # gateways make Istio blind to these: fewer conditions, not more
    wide = {key: value for key, value in narrow.items() if key in kept or key == "ignoreUriCase"}
    a, b = http_match(wide, BINDING), http_match(narrow, BINDING)
    if a and b and not ("gateways" in narrow and "gateways" not in wide):
        assert a.covers(b)
        assert a.restates(b)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(HTTP, min_size=1, max_size=3), max_size=5))
def test_no_request_arrives_at_a_taken_match(routes: list[list[dict[str, Any]]]) -> None:
    read = [[m for m in route if http_match(m, BINDING)] for route in routes]
    lost = {(found.route, found.match) for found in shadows(read)}
    order = [(r, m, match) for r, route in enumerate(read) for m, match in enumerate(route)]
    for request in REQUESTS:
        winner = next(((r, m) for r, m, match in order if reaches(match, request)), None)
        assert winner not in lost


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(HTTP, min_size=1, max_size=3), max_size=6))
def test_the_index_misses_nothing(routes: list[list[dict[str, Any]]]) -> None:
    read = [[m for d in route if (m := http_match(d, BINDING))] for route in routes]
    kept: list[HttpMatch] = []
    expected = []
    for r, route in enumerate(read):
        for m, match in enumerate(route):
            if any(other.covers(match) for other in kept):
                expected.append((r, m))
            else:
                kept.append(match)
    assert [(f.route, f.match) for f in taken(read, passing=[False] * len(read), joined=False)] == expected


TCP = st.fixed_dictionaries(
    {}, optional={"destinationSubnets": st.lists(st.sampled_from(("10.0.0.0/8", "10.1.0.0/16")), max_size=2), **CALLERS}
)
TLS = st.builds(
    lambda sni_hosts, more: {"sniHosts": sni_hosts, **more},
    st.lists(st.sampled_from(("a.example.com", "A.example.com", "b.example.com", "*.example.com")), min_size=1, max_size=2),
    TCP,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(TCP, min_size=1, max_size=3), max_size=5))
def test_tcp_connections_never_arrive_at_a_taken_match(routes: list[list[dict[str, Any]]]) -> None:
    read = [[tcp_match(match, BINDING) for match in route] for route in routes]
    lost = {(found.route, found.match) for found in taken(read, passing=[False] * len(read), joined=False)}
    for request, address in product(REQUESTS[:50], ("10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24")):
        arrivals = (
            (r, m)
            for r, route in enumerate(routes)
            for m, match in enumerate(route)
            if called(match, request, http=False) and address in (match.get("destinationSubnets") or [address])
        )
        assert next(arrivals, None) not in lost


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(TLS, min_size=1, max_size=3), max_size=5))
def test_tls_connections_never_arrive_at_a_taken_match(routes: list[list[dict[str, Any]]]) -> None:
    read = [[tls_match(match, BINDING) for match in route] for route in routes]
    lost = {(found.route, found.match) for found in taken(read, passing=[False] * len(read), joined=False)}
    for request, sni in product(REQUESTS[:50], ("a.example.com", "*.example.com")):
        # Envoy picks the most specific subnet, then the same SNI before a wildcard, whatever the order of the routes.
        for subnets in ([], ["10.0.0.0/8"], ["10.1.0.0/16"], ["10.0.0.0/8", "10.1.0.0/16"]):
            arrivals = (
                (r, m)
                for r, route in enumerate(routes)
                for m, match in enumerate(route)
                if called(match, request, http=False)
                and sni in [host.lower() for host in match["sniHosts"]]
                and sorted(set(match.get("destinationSubnets", []))) == subnets
            )
            assert next(arrivals, None) not in lost


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ({"uri": {"prefix": "/"}}, {}),
        ({"uri": {"prefix": "/"}}, {"uri": {"regex": ".*/items"}}),
        ({"uri": {"regex": ".*"}}, {"uri": {"regex": "(a|/)b"}}),
        ({"uri": {"regex": "/api/.*"}}, {"uri": {"prefix": "/api/v1"}}),
        ({"uri": {"regex": "/api/v[0-9]+/.*"}}, {"uri": {"exact": "/api/v1/items"}}),
        ({"uri": {"regex": "/api/v[0-9]+/.*"}}, {"uri": {"prefix": "/api/v1/items"}}),
        ({"uri": {"prefix": "/api"}}, {"uri": {"regex": "/api/(v1|v2)/.*"}}),
        ({"uri": {"prefix": "/API"}, "ignoreUriCase": True}, {"uri": {"exact": "/api/v1"}}),
        ({"headers": {"X-User": {}}}, {"headers": {"x-user": {"exact": "a"}}}),
        ({"withoutHeaders": {"x": {"exact": "ab"}}}, {"withoutHeaders": {"x": {"prefix": "a"}}}),
        ({"gateways": ["mesh", "public", "private"], "sourceLabels": {"a": "b"}}, {}),
        ({"headers": {":method": {"exact": "GET"}}}, {"method": {"exact": "GET"}}),
    ],
)
def test_covers(wide: dict[str, Any], narrow: dict[str, Any]) -> None:
    a, b = http_match(wide, BINDING), http_match(narrow, BINDING)
    assert a
    assert b
    assert a.covers(b)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"uri": {"prefix": "/api/"}}, {"uri": {"prefix": "/api"}}),
        ({"uri": {"exact": "/api"}}, {"uri": {"prefix": "/api"}}),
        ({"uri": {"prefix": "/api"}}, {"uri": {"prefix": "/api"}, "ignoreUriCase": True}),
        ({"uri": {"regex": r"/api\.+"}}, {"uri": {"prefix": "/api.v1"}}),
        ({"uri": {"regex": r"/api\.*"}}, {"uri": {"prefix": "/api"}}),
        ({"uri": {"regex": "/a|/b.*"}}, {"uri": {"prefix": "/a"}}),
        ({"uri": {"regex": "/a$.*"}}, {"uri": {"prefix": "/a"}}),
        ({"uri": {"regex": r"/a\b.*"}}, {"uri": {"prefix": "/a"}}),
        ({"uri": {"regex": "/api"}}, {"uri": {"prefix": "/api"}}),
        ({"method": {"exact": "GET"}}, {"method": {"exact": "get"}}),
        ({"queryParams": {"x": {"exact": "a"}}}, {"queryParams": {"X": {"exact": "a"}}}),
        ({"withoutHeaders": {"x": {"prefix": "a"}}}, {"withoutHeaders": {"x": {"exact": "ab"}}}),
        ({"withoutHeaders": {"x": {"exact": "ab"}}}, {"withoutHeaders": {"x": {}}}),
        ({"sourceLabels": {"app": "a"}}, {"gateways": ["public"], "sourceLabels": {"app": "a"}}),
        (
            {"headers": {"@request.auth.claims.group": {"prefix": "a"}}},
            {"headers": {"@request.auth.claims.group": {"exact": "ab"}}},
        ),
    ],
)
def test_does_not_cover(first: dict[str, Any], second: dict[str, Any]) -> None:
    a, b = http_match(first, BINDING), http_match(second, BINDING)
    assert a
    assert b
    assert not a.covers(b)


@pytest.mark.parametrize(
    "data",
    [
        None, "uri", {"url": {"prefix": "/"}}, {"uri": "/"}, {"uri": None}, {"uri": {"prefix": 1}},
        {"uri": {"prefix": "/", "exact": "/"}}, {"uri": {"regex": "(?!a)"}}, {"headers": []}, {"headers": {"x": None}},
        {"port": "80"}, {"port": True}, {"gateways": "mesh"},
        {"sourceLabels": {"a": 1}}, {"sourceNamespace": 1}, {"headers": {":method": {}}, "method": {"exact": "GET"}},
        {"headers": {"x": {}, "X": {}}}, {"uri": {}},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_left_alone(data: object) -> None:
    assert http_match(data, BINDING) is None


@pytest.mark.parametrize(
    "data", [None, [], {"sniHosts": []}, {"sniHosts": [1]}, {"sniHosts": "a"}, {"port": 1}, {"sniHosts": ["a"], "x": 1}]
)
def test_tls_matches_that_cannot_be_read(data: object) -> None:
    assert tls_match(data, BINDING) is None


@pytest.mark.parametrize(
    "data", [None, [], {"destinationSubnets": "10.0.0.0/8"}, {"port": "1"}, {"sourceSubnet": 1}, {"uri": {}}]
)
def test_tcp_matches_that_cannot_be_read(data: object) -> None:
    assert tcp_match(data, BINDING) is None


def test_requests_of_a_delegating_route_may_go_on() -> None:
    route = [{"uri": {"prefix": "/api"}}]
    assert shadows([route, route], [True, False]) == []
    assert shadows([route, route], [False, True]) == [Taken(1, 0, 0, 0, True)]


def test_in_a_delegate_only_conditions_that_are_restated_cover() -> None:
    """Joined with `prefix: /api`, a `prefix: /` contradicts and is dropped: the later route gets the requests."""
    assert shadows([[{"uri": {"prefix": "/"}}], [{"uri": {"prefix": "/api/v1"}}]], joined=True) == []
    narrow = {"uri": {"prefix": "/api"}, "method": {"exact": "GET"}}
    assert shadows([[{"uri": {"prefix": "/api"}}], [narrow]], joined=True) == [Taken(1, 0, 0, 0, False)]


def test_a_match_is_taken_by_the_earliest_that_covers_it() -> None:
    routes = [
        [{"headers": {"x": {"exact": "a"}}}],
        [{"uri": {"prefix": "/api"}}],
        [{"uri": {"exact": "/api"}, "headers": {"x": {"exact": "a"}}}],
    ]
    assert shadows(routes) == [Taken(2, 0, 0, 0, False)]


def test_taking_everything() -> None:
    assert HttpMatch().takes_everything
    assert TcpMatch().takes_everything
    assert not TcpMatch(port=80).takes_everything
    assert not TlsMatch(frozenset({"a.example.com"})).takes_everything
    read = http_match({"uri": {"regex": ".*"}, "ignoreUriCase": True, "statPrefix": "all"}, BINDING)
    assert read
    assert read.takes_everything
