"""`istiolint test`, and what `istiolint trace` writes and compares."""

import json
from pathlib import Path

import jsonschema
from commands import ROOT, Run

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
