"""On any mesh: a trace never fails, and agrees with the rules about routes that no request reaches."""

import json
import re
from typing import Any

import jsonschema_rs
from hypothesis import given, settings
from hypothesis import strategies as st
from manifests import resource
from strategies import resources
from traces import SHOP, tracer

from istiolint.data import folder
from istiolint.engine.lint import lint, understand
from istiolint.settings import Settings
from istiolint.sources import Source
from istiolint.trace import json as trace_json
from istiolint.trace import text
from istiolint.trace.request import request
from istiolint.trace.tracer import Tracer

KINDS = (
    "AuthorizationPolicy", "DestinationRule", "Gateway", "PeerAuthentication", "ServiceEntry", "Sidecar", "VirtualService",
    "WorkloadEntry", "HTTPRoute", "KubernetesGateway", "RequestAuthentication",
)  # fmt: skip
SOURCES = ("shop/web", "legacy/erp", "outside", "istio-system/gateway")
URLS = (
    "http://cart/", "http://cart.shop/stock?a=b", "https://cart.shop", "tcp://cart.shop:5432", "http://stock.orders:8080/x",
    "https://a.example.com/",
)  # fmt: skip
SCHEMA = jsonschema_rs.validator_for(json.loads((folder("schemas") / "istiolint-trace.schema.json").read_text("utf-8")))
TEXTS = st.sampled_from(["/", "/a", "/a/b", "/b", "/a.*", "/.*", ""])
RESOURCES = st.lists(st.sampled_from(KINDS).flatmap(resources), min_size=1, max_size=5)
PATHS, USERS = st.sampled_from(["/", "/a", "/a/b", "/b", "/ab"]), st.sampled_from(["", "a", "ab", "b"])
RULES = ("repeated-route", "route-after-catch-all", "shadowed-route")
NEVER = re.compile(r"route `r(\d+)`(?: and the (\d+|one) after it)? (?:is|are) never reached")


@given(RESOURCES, st.sampled_from(SOURCES), st.sampled_from(URLS))
@settings(max_examples=25)
def test_no_trace_fails(found: list[dict[str, Any]], source: str, url: str) -> None:
    more = "".join(f"---\n{json.dumps(each)}\n" for each in found)
    trace = tracer(more).trace(request(source, "GET", url))
    assert f"Outcome: {text.in_words(trace)}" in text.render(trace)
    value = json.loads(trace_json.render([trace]))
    SCHEMA.validate(value)
    assert [each["outcome"] for each in value["results"]] == [trace.outcome]


def matches() -> st.SearchStrategy[dict[str, Any]]:
    forms = st.sampled_from(["exact", "prefix", "regex"])
    uri = st.builds(lambda form, text: {"uri": {form: text or "/"}}, forms, TEXTS)
    header = st.builds(lambda form, text: {"headers": {"x-user": {form: text}}}, forms, st.sampled_from(["a", "ab", "b"]))
    return st.one_of(uri, header, st.builds(lambda one, other: {**one, **other}, uri, header))


@given(st.lists(st.lists(matches(), max_size=2), min_size=2, max_size=5), PATHS, USERS)
def test_a_route_that_is_never_reached_is_never_taken(found: list[list[dict[str, Any]]], path: str, user: str) -> None:
    routes = [
        {"name": f"r{index}", **({"match": each} if each else {}), "route": [{"destination": {"host": "cart"}}]}
        for index, each in enumerate(found)
    ]
    service = resource("VirtualService", {"hosts": ["cart"], "http": routes}, name="cart")
    sources = [Source("shop.yaml", SHOP), Source("routes.yaml", json.dumps(service))]
    never: set[int] = set()
    for each in lint(sources, Settings(whole_mesh=True, select=RULES)).diagnostics:
        named = NEVER.match(each.message)
        assert named, each.message
        never |= set(range(int(named[1]), int(named[1]) + (1 if named[2] == "one" else int(named[2] or 0)) + 1))
    mesh = understand(sources, Settings(whole_mesh=True)).meshes[0][1]
    trace = Tracer(mesh).trace(request("shop/web", "GET", f"http://cart{path}", {"x-user": user} if user else {}))
    assert trace.route is None or trace.route.rule.name not in never
