"""tools/build_schemas.py over small bundles of our own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import build_schemas
import pytest

ROOT = Path(__file__).parents[2]
BUNDLE = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: proxyconfigs.networking.istio.io}
spec:
  group: networking.istio.io
  names: {kind: ProxyConfig}
  versions:
    - name: v1beta1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              description: left out
              properties: {PROPERTIES}
---
apiVersion: v1
kind: Namespace
metadata: {name: not-a-crd}
"""
LONG = {letter * 30: {"type": "string"} for letter in "abcd"}
FIRST: dict[str, Any] = {
    "concurrency": {"type": "integer", "format": "int32", "nullable": True},
    "mode": {"type": "string", "enum": ["A", "B"]},
    "old": {"type": "string"},
    "left": {"type": "object", "properties": LONG},
    "right": {"type": "object", "properties": LONG},
    "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    "ports": {
        "type": "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
        "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
    },
}
SECOND = {name: field for name, field in FIRST.items() if name != "old"} | {
    "mode": {"type": "string", "enum": ["A", "B", "C"]},
    "new": {"type": "boolean"},
    "ports": FIRST["ports"] | {"items": {"type": "object", "properties": {"name": {"type": "string"}}}},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    bundle(tmp_path, "1.40", FIRST)
    bundle(tmp_path, "1.41", SECOND)
    return tmp_path


def bundle(folder: Path, release: str, properties: dict[str, Any]) -> Path:
    file = folder / f"istio-{release}.yaml"
    file.write_text(BUNDLE.replace("{PROPERTIES}", json.dumps(properties)), "utf-8")
    return file


def build(folder: Path, *releases: str, fresh: bool = False) -> subprocess.CompletedProcess[str]:
    files = [str(folder / f"istio-{release}.yaml") for release in releases]
    command = [
        sys.executable,
        ROOT / "tools/build_schemas.py",
        "--schemas",
        folder / "out",
        *(["--fresh"] if fresh else []),
        *files,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def built(folder: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((folder / "out/ProxyConfig.json").read_text("utf-8"))
    return made


def test_history(folder: Path) -> None:
    assert build(folder, "1.41", "1.40").returncode == 0
    spec = built(folder)["properties"]["spec"]["properties"]
    assert spec["new"] == {"type": "boolean", "x-since": "1.41"}
    assert spec["old"] == {"type": "string", "x-removed": "1.41"}
    assert spec["mode"] == {"type": "string", "enum": ["A", "B", "C"], "x-enum-since": {"C": "1.41"}}
    assert spec["ports"]["items"]["x-required-until"] == {"name": "1.41"}
    assert built(folder)["x-versions"] == {"v1beta1": {}}


def test_conversion(folder: Path) -> None:
    build(folder, "1.40")
    whole = built(folder)
    spec = whole["properties"]["spec"]
    assert spec["additionalProperties"] is False
    fields = spec["properties"]
    assert fields["concurrency"] == {"type": ["integer", "null"], "minimum": -(2**31), "maximum": 2**31 - 1}
    assert fields["ports"]["x-list-map-keys"] == {"name": None}
    assert "additionalProperties" not in fields["open"]
    assert fields["left"] == fields["right"] == {"$ref": "#/$defs/left"}
    assert whole["$defs"]["left"]["additionalProperties"] is False
    assert "left out" not in json.dumps(whole)


def test_step_by_step_is_the_same_as_at_once(folder: Path) -> None:
    build(folder, "1.40", "1.41")
    at_once = (folder / "out/ProxyConfig.json").read_bytes()
    build(folder, "1.40", fresh=True)
    assert "written" in build(folder, "1.41").stdout
    assert (folder / "out/ProxyConfig.json").read_bytes() == at_once
    assert "unchanged" in build(folder, "1.41").stdout
    assert (folder / "out/ProxyConfig.json").read_bytes() == at_once


def test_older_release_is_refused(folder: Path) -> None:
    build(folder, "1.41")
    refused = build(folder, "1.40")
    assert refused.returncode == 1
    assert "1.40 is older than 1.41" in refused.stderr


def test_unknown_rule_is_refused(folder: Path) -> None:
    rule = {"rule": "self != 'a'", "message": "no a"}
    bundle(folder, "1.42", SECOND | {"new": {"type": "string", "x-kubernetes-validations": [rule]}})
    refused = build(folder, "1.42")
    assert refused.returncode == 1
    assert "ProxyConfig spec.new: self != 'a'" in refused.stderr


def test_every_constraint_is_on_a_field() -> None:
    """A constraint of our table that stands on no field of its kind is misspelt."""
    from crds.table import table

    for constraint in table():
        schemas = [json.loads((ROOT / f"schemas/{kind}.json").read_text("utf-8")) for kind in constraint.kinds]
        texts = [json.dumps(schema, separators=(",", ":"), sort_keys=True) for schema in schemas]
        for keyword, value in constraint.schema.items():
            written = f"{json.dumps(keyword)}:{json.dumps(value, separators=(',', ':'), sort_keys=True)}"
            assert any(written in text for text in texts), (constraint.kinds, constraint.fields, keyword)


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").glob("*.json")), ids=lambda path: path.stem)
def test_a_change_of_a_schema_shows_as_lines(path: Path) -> None:
    """Schemas of kinds have a property on a line, sorted, as the tool writes them."""
    text = path.read_text("utf-8")
    schema = json.loads(text)
    if "x-versions" in schema:
        assert text == build_schemas.text_of(schema)
