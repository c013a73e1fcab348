"""`istiolint trace`."""

import json
from pathlib import Path

import jsonschema
from commands import ROOT, Run

from istiolint.data import folder

HEALTHY = str(ROOT / "fixtures/shop/healthy")


def test_text(run: Run) -> None:
    found = run("trace", "--from", "storefront/web", "GET", "http://cart/", HEALTHY)
    assert found.exit_code == 0
    assert found.stdout.startswith("GET http://cart/ from storefront/web\n")
    assert "\nOutcome: " in found.stdout


def test_json(run: Run) -> None:
    value = json.loads(run("trace", "--from", "storefront/web", "http://cart/", "--format", "json", HEALTHY).stdout)
    jsonschema.validate(value, json.loads((folder("schemas") / "istiolint-trace.schema.json").read_text("utf-8")))
    assert value["results"][0]["outcome"] == "routed"
    assert value["results"][0]["steps"][0]["places"]


def test_requests_of_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(
        "requests:\n- {id: a, from: storefront/web, url: http://cart/}\n- {url: 'https://nowhere.example/'}\n", "utf-8"
    )
    value = json.loads(run("trace", "--requests", "r.yaml", "--format", "json", HEALTHY).stdout)
    assert [each["outcome"] for each in value["results"]] == ["routed", "no-listener"]


def test_wrong_usage(run: Run, tmp_path: Path) -> None:
    for arguments in (
        ("trace",),
        ("trace", "--from", "storefront/web", HEALTHY),
        ("trace", "ftp://cart/", HEALTHY),
        ("trace", "--from", "storefront/nothing", "http://cart/", HEALTHY),
        ("trace", "-H", "x", "http://cart/", HEALTHY),
        ("trace", "--jwt", "x", "http://cart/", HEALTHY),
        ("trace", "http://cart/", "nowhere"),
        ("trace", "--requests", "nowhere.json", HEALTHY),
    ):
        found = run(*arguments)
        assert found.exit_code == 2, arguments
        assert "Traceback" not in found.output


def test_files_of_several_meshes(run: Run) -> None:
    found = run("trace", "https://shop.example.com/", str(ROOT / "fixtures/shop"))
    assert "the files of `" in found.stdout
    assert "fixtures/shop/healthy` are one mesh; the trace is about it" in found.stdout
    assert "Outcome: 200: the application responds" in found.stdout
