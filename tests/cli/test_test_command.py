"""`istiolint test`, and what `istiolint trace` writes and compares."""

import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
from commands import FAULTY, ROOT, Run
from ruamel.yaml import YAML

from istiolint.data import folder

HEALTHY, BROKEN = (str(ROOT / "fixtures/shop" / state) for state in ("healthy", "broken"))
TESTS = str(ROOT / "fixtures/shop/requests.istiotest.yaml")


def test_the_shop(run: Run) -> None:
    found = run("test", HEALTHY, "--tests", TESTS, "--coverage")
    assert found.exit_code == 0
    assert found.stdout.splitlines()[0].endswith(" 0 failed")
    assert "not tested: AuthorizationPolicy istio-ingress/office-only" in found.stdout
    found = run("test", BROKEN, "--tests", TESTS)
    assert found.exit_code == 1
    assert "FAILED customers search" in found.stdout


def test_files_are_found_by_their_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.istiotest.yaml").write_text(
        "tests: [{request: {url: 'http://a.example'}, expect: {outcome: no-listener}}]", "utf-8"
    )
    assert run("test", ".").stdout == "1 request: 1 passed, 0 failed\n"
    assert run("test", "--format", "tap", "--output", "out.tap", ".").exit_code == 0
    assert (tmp_path / "out.tap").read_text("utf-8").startswith("TAP version 14\n1..1\nok 1 - ")
    assert run("lint", ".").exit_code == 0


def test_wrong_usage(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.istiotest.yaml").write_text("tests: 1", "utf-8")
    for arguments in (("test", "."), ("test", HEALTHY), ("test", HEALTHY, "--tests", "nowhere.yaml")):
        found = run(*arguments)
        assert found.exit_code == 2
        assert "Traceback" not in found.output


def test_only_what_changes(run: Run) -> None:
    found = run("trace", "--against", BROKEN, HEALTHY)
    assert found.exit_code == 0
    assert "GET http://erp.legacy.svc.cluster.local/ from warehouse/shipping\n  before: erp:80: 503 UF" in found.stdout
    value = json.loads(run("trace", "--against", BROKEN, HEALTHY, "--format", "json").stdout)
    jsonschema.validate(value, json.loads((folder("schemas") / "istiolint-trace-changes.schema.json").read_text("utf-8")))
    assert run("trace", "--against", BROKEN, HEALTHY, "--format", "markdown").stdout.count("\n| `") == len(value["changes"])
    assert run("test", HEALTHY, "--tests", TESTS, "--against", HEALTHY).stdout == "0 of 30 requests change\n"
    found = run("test", HEALTHY, "--tests", TESTS, "--against", BROKEN, "--format", "markdown")
    assert found.exit_code == 1
    assert found.stdout.count("\n| `") > 1
    assert run("test", HEALTHY, "--tests", TESTS, "--against", BROKEN, "--format", "junit").exit_code == 2
    assert run("test", HEALTHY, "--tests", TESTS, "--format", "markdown").exit_code == 2
    assert run("trace", "http://a", HEALTHY, "--format", "markdown").exit_code == 2


def test_what_is_traced_becomes_a_test(run: Run, tmp_path: Path) -> None:
    for path in ("/", "/api/search"):
        assert run("trace", f"https://shop.example.com{path}", "--write-test", "a.istiotest.yaml", HEALTHY).exit_code == 0
    found = run("test", HEALTHY, "--tests", "a.istiotest.yaml")
    assert found.stdout == "2 requests: 2 passed, 0 failed\n"


def test_init_writes_tests_that_pass(run: Run, tmp_path: Path) -> None:
    run("init", HEALTHY, "--tests", "first.istiotest.yaml", "--stdout")
    assert not (tmp_path / "first.istiotest.yaml").exists()
    folder_ = tmp_path / "shop"
    folder_.mkdir()
    (folder_ / "mesh.yaml").write_text((ROOT / "fixtures/shop/healthy/warehouse/services.yaml").read_text("utf-8"), "utf-8")
    assert run("init", "shop", "--tests", "first.istiotest.yaml").exit_code == 0
    assert run("init", "shop", "--tests", "first.istiotest.yaml").exit_code == 2
    found = run("test", "shop", "--tests", "first.istiotest.yaml")
    assert found.exit_code == 0
    assert found.stdout.endswith(" 0 failed\n")


ODD = """\
tests:
  - name: "odd # name \\\\ | <b>&\\" \\u0001 \\u2028 ]]> \\U0001F600 %0A::error::x"
    request: {url: 'http://a.example/%2F?x=1,2:3'}
    expect: {outcome: routed, flag: "%\\r\\n::warning::x"}
  - {name: same, from: no/where, request: {url: 'http://a.example'}, expect: {outcome: routed}}
  - {name: same, from: no/where, request: {url: 'http://a.example'}, expect: {outcome: routed}}
  - {name: good, request: {url: 'http://a.example'}, expect: {outcome: no-listener}}
"""


def test_junit_counts_failures_and_errors(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a,b:%.istiotest.yaml").write_text(ODD, "utf-8")
    suites = ElementTree.fromstring(run("test", ".", "--format", "junit").stdout)
    for each in (suites, suites[0]):
        assert [each.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["4", "1", "2", "0"]
        assert float(each.get("time", "")) >= 0
    found = list(suites[0])
    assert [[inner.tag for inner in each] for each in found] == [["failure"], ["error"], ["error"], []]
    assert len({each.get("name") for each in found}) == 4
    assert {each.get("file") for each in found} == {each.get("classname") for each in found} == {"a,b:%.istiotest.yaml"}
    assert [each.get("line") for each in found] == ["4", "5", "6", "7"]
    assert found[0][0].get("type") == "outcome"


def test_tap_has_yaml_blocks(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.istiotest.yaml").write_text(ODD, "utf-8")
    lines = run("test", ".", "--format", "tap").stdout.splitlines()
    assert lines[:2] == ["TAP version 14", "1..4"]
    assert [line.split(" - ")[0] for line in lines if not line.startswith("  ") and " - " in line] == [
        "not ok 1", "not ok 2", "not ok 3", "ok 4",
    ]  # fmt: skip
    begins, ends = lines.index("  ---"), lines.index("  ...")
    value = YAML(typ="safe").load("\n".join(lines[begins + 1 : ends]))
    assert value["message"] == "outcome: expected routed, actual no-listener"
    assert value["at"] == {"file": "a.istiotest.yaml", "line": 4}
    assert "flag: expected %\\r\\n::warning::x, actual none" in value["details"]


def test_workflow_commands_hold_no_other_command(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a,b:%.istiotest.yaml").write_text(ODD, "utf-8")
    lines = run("test", ".", "--format", "github").stdout.splitlines()
    assert [line.startswith("::error title=istiolint test,file=a%2Cb%3A%25.istiotest.yaml,line=") for line in lines] == (
        [True] * 3 + [False]
    )
    assert "%250A::error::x" in lines[0]


def test_traces_use_the_cache(run: Run, tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number}.yaml").write_text(FAULTY.replace("reviews", f"reviews{number}"), "utf-8")
    for arguments in (("trace", "http://a.example"), ("access",), ("mtls",)):
        cache = tmp_path / arguments[0]
        without = run(*arguments, "--no-cache", "--cache-dir", str(cache)).output
        assert not cache.exists()
        assert [run(*arguments, "--cache-dir", str(cache)).output for _ in range(2)] == [without] * 2
        assert list(cache.glob("*.pack"))


def test_what_was_unreadable_before(run: Run, tmp_path: Path) -> None:
    for state, text in (("old", "a: ["), ("new", FAULTY)):
        (tmp_path / state).mkdir()
        (tmp_path / state / "a.yaml").write_text(text, "utf-8")
    for arguments in (("trace",), ("access",), ("mtls",)):
        found = run(*arguments, "--against", "./old", "new")
        assert (found.exit_code, found.stderr) == (0, "istiolint: at ./old, new/a.yaml:1: ignored: unclosed bracket [\n")
