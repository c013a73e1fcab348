"""Test files: their content, the comparison with traces, and the reports."""

import json
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

import jsonschema
import pytest
from manifests import IN_MESH, as_text, deployment, namespace, service
from ruamel.yaml import YAML

from istiolint.data import folder
from istiolint.engine.lint import understand
from istiolint.request_tests.case import TestFileError
from istiolint.request_tests.coverage import untouched
from istiolint.request_tests.report import FORMATS, details
from istiolint.request_tests.run import Result, run
from istiolint.request_tests.writing import as_file
from istiolint.settings import Settings
from istiolint.sources import Source
from istiolint.trace.request import request
from istiolint.trace.tracer import Tracer

MESH = (
    as_text(namespace("shop", **IN_MESH), service("cart"), deployment("cart"))
    + """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart]
  http:
    - {name: old, match: [{uri: {prefix: /old}}], redirect: {uri: /new, redirectCode: 302}}
    - name: all
      timeout: 1500ms
      rewrite: {uri: /api/}
      headers: {request: {set: {x-a: b}}}
      route: [{destination: {host: cart}}]
    - {name: never, route: [{destination: {host: cart}}]}
"""
)


def tracers(mesh: str = MESH) -> list[Tracer]:
    return [Tracer(mesh) for _, mesh in understand([Source("mesh.yaml", mesh)], Settings(whole_mesh=True)).meshes]


def results(text: str) -> list[Result]:
    return list(run([Source("a.istiotest.yaml", dedent(text))], tracers()))


def case(expect: str, request: str = "{url: 'http://cart/x'}") -> str:
    return f"tests: [{{name: t, from: shop/cart, request: {request}, expect: {expect}}}]"


@pytest.mark.parametrize(
    "expect",
    [
        "{status: 200}", "{outcome: routed, allowed: true}", "{route: all}", "{route: shop/cart}", "{route: 'shop/cart:all'}",
        "{destination: cart}", "{destination: ['cart.shop.svc.cluster.local:80']}", "{workload: cart}", "{workload: shop/cart}",
        "{timeout: 1.5s, retries: 2}", "{path: /api/x, headers: {X-A: b}}", "{client-tls: mtls, mode: PERMISSIVE}",
        "{policy: [], subset: [], mirror: [], delay: none, location: none}",
    ],
)  # fmt: skip
def test_what_is_as_expected(expect: str) -> None:
    (result,) = results(case(expect))
    assert result.passed, details(result)


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ("{status: 404}", "status: expected 404, actual 200"),
        ("{route: old}", "route: expected old, actual shop/cart:all"),
        ("{destination: web}", "destination: expected web, actual cart.shop.svc.cluster.local:80"),
        ("{timeout: 2s}", "timeout: expected 2s, actual 1500ms"),
        ("{allowed: false}", "allowed: expected false, actual true"),
        ("{path: /x}", "path: expected /x, actual /api/x"),
        ("{headers: {x-a: c}}", "headers: expected x-a: c, actual x-a: b"),
        ("{policy: shop/deny}", "policy: expected shop/deny, actual none"),
    ],
)
def test_what_is_not(expect: str, words: str) -> None:
    (result,) = results(case(expect))
    assert details(result)[0] == words
    assert result.line == 1


def test_lists_are_multiplied() -> None:
    text = case("{route: old, status: 302}", "{url: [http://cart, http://cart.shop], method: [GET, PUT], path: [/old, /old/a]}")
    assert [result.passed for result in results(text)] == [True] * 8


def test_a_client_that_is_not_in_the_files() -> None:
    (result,) = results("tests: [{from: shop/nothing, request: {url: http://cart}, expect: {status: 200}}]")
    assert "no workload `shop/nothing` in the files" in result.trouble


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1", "unknown field `a` in the file"),
        ("tests: 1", "the file has no list `tests`"),
        ("tests: [{request: {url: http://a}}]", "expects nothing"),
        ("tests: [{request: {}, expect: {status: 200}}]", "needs `request.url`"),
        ("tests: [{request: {url: ftp://a}, expect: {status: 200}}]", "the scheme must be"),
        (
            "tests: [{request: {url: http://a}, expect: {statuss: 200}}]",
            "unknown field `statuss` in `expect`; did you mean `status`?",
        ),
        ("tests: [", "a.istiotest.yaml:1: "),
    ],
)
def test_wrong_files(text: str, words: str) -> None:
    with pytest.raises(TestFileError) as error:
        results(text)
    assert words in str(error.value)
    assert str(error.value).startswith("a.istiotest.yaml:1: ")


def test_files_of_istio_config_validator() -> None:
    text = """\
        testCases:
          - description: the cart
            wantMatch: true
            request: {authority: [cart.shop.svc.cluster.local], method: [GET, POST], uri: [/a, /b]}
            route: [{destination: {host: cart}}]
            rewrite: {uri: /api/}
          - description: not redirected
            wantMatch: false
            request: {authority: [cart.shop.svc.cluster.local], method: [GET], uri: [/a]}
            redirect: {uri: /new}
          - description: wrong
            wantMatch: true
            request: {authority: [cart.shop.svc.cluster.local], method: [GET], uri: [/a]}
            route: [{destination: {host: web}}]
          - description: a test without wantMatch wants another route
            request: {authority: cart.shop.svc.cluster.local, method: GET, uri: /a}
            route: [{destination: {host: cart}}]
          - description: all that is written must differ
            wantMatch: false
            request: {authority: [cart.shop.svc.cluster.local], uri: [/a]}
            route: [{destination: {host: cart}}]
            redirect: {uri: /new}
    """
    found = results(text)
    assert [result.passed for result in found] == [True] * 5 + [False] * 3
    assert details(found[5])[0] == "route: expected [{destination: {host: web}}], actual [{destination: {host: cart}}]"
    assert not any(line.startswith("outcome") for result in found for line in details(result))
    assert '"outcome": "routed"' not in FORMATS["json"](found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("testCases: {}", "the file has no list `testCases`"),
        ("testCases: [3]", "a test case must be a mapping"),
        ("testCases: [{reqest: {authority: [a]}}]", "unknown field `reqest` in a test case; did you mean `request`?"),
        ("testCases: [{request: [1]}]", "`request` must be a mapping"),
        ("testCases: [{request: {headers: [a]}}]", "`headers` must be a mapping"),
        ("testCases: [{request: {uri: [/]}}]", "a test case needs `request.authority`"),
        ("testCases: [{request: {authority: ['[']}}]", ""),
    ],
)
def test_wrong_files_of_istio_config_validator(text: str, words: str) -> None:
    with pytest.raises(TestFileError) as error:
        results(text)
    assert str(error.value).startswith(f"a.istiotest.yaml:1: {words}")


def test_coverage() -> None:
    found = results(case("{route: all}"))
    assert [name for name, _ in untouched(found, tracers())] == ["route shop/cart:old", "route shop/cart:never"]


def test_formats() -> None:
    found = results(case("{status: 200}") + "\n---\n" + case("{status: 404}"))
    assert FORMATS["text"](found).endswith("2 requests: 1 passed, 1 failed\n")
    assert "not ok 2 - t" in FORMATS["tap"](found)
    suite = ElementTree.fromstring(FORMATS["junit"](found))
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert FORMATS["github"](found).startswith("::error title=istiolint test,file=a.istiotest.yaml,line=3::t [GET http://cart/x")
    value = json.loads(FORMATS["json"](found))
    jsonschema.validate(value, json.loads((folder("schemas") / "istiolint-test-results.schema.json").read_text("utf-8")))
    assert (value["passed"], value["failed"]) == (1, 1)


def test_a_trace_becomes_a_test_that_passes() -> None:
    models = tracers()
    sent = [("shop/cart", "http://cart/old?a=b"), ("shop/cart", "http://cart/x"), ("outside", "https://a.example.com/")]
    traces = [models[0].trace(request(source, "GET", url, {"x-user": "true"})) for source, url in sent]
    text = as_file(traces)
    schema = json.loads((folder("schemas") / "istiolint-test.schema.json").read_text("utf-8"))
    jsonschema.validate(YAML(typ="safe").load(text), schema)
    assert [result.passed for result in results(text)] == [True] * 3


def test_the_schema_takes_the_tests_of_the_shop() -> None:
    schema = json.loads((folder("schemas") / "istiolint-test.schema.json").read_text("utf-8"))
    tests = Path(__file__).parents[2] / "fixtures/shop/requests.istiotest.yaml"
    jsonschema.validate(YAML(typ="safe").load(tests.read_text("utf-8")), schema)
