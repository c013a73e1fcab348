"""The picture as JSON, DOT and Mermaid."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from istiolint.data import folder
from istiolint.engine.lint import lint
from istiolint.graph.build import attach, picture_of
from istiolint.graph.picture import Node, Picture
from istiolint.report import picture_dot, picture_json, picture_mermaid
from istiolint.sources import discover

ROOT = Path(__file__).parents[2]
HOSTILE = 'x"];\n click a"</script><img onerror=alert(1)>\\'


@pytest.fixture(scope="module")
def shop():
    pictures = []
    report = lint(discover([str(ROOT / "fixtures/shop/broken")]), look=lambda name, mesh: pictures.append(picture_of(mesh, name)))
    attach(pictures, report.diagnostics)
    return pictures, report.diagnostics


def test_json_is_as_the_schema_says(shop) -> None:
    value = json.loads(picture_json.render(*shop))
    jsonschema.validate(value, json.loads((folder("schemas") / "istiolint-graph.schema.json").read_text("utf-8")))
    (mesh,) = value["meshes"]
    ids = {node["id"] for node in mesh["nodes"]}
    assert {edge[end] for edge in mesh["edges"] for end in ("source", "target")} <= ids
    erp = next(edge for edge in mesh["edges"] if edge["source"] == "service legacy/erp")
    assert [value["findings"][number]["rule"] for number in erp["findings"]] == ["strict-mtls-breaks-workload"]


def test_dot_and_mermaid_have_every_node_and_edge(shop) -> None:
    (picture,), _ = shop
    dot, mermaid = picture_dot.render(*shop), picture_mermaid.render(*shop)
    assert dot.count(" -> ") == len(picture.edges)
    assert len(re.findall(r"^  t0n\d+ -", mermaid, re.MULTILINE)) == len(picture.edges)
    assert len(re.findall(r"^    t0n\d+\W", mermaid, re.MULTILINE)) == len(picture.nodes)


def test_manifest_text_stays_text() -> None:
    picture = Picture("", {"a": Node("a", "service", HOSTILE, HOSTILE)})
    mermaid, dot = picture_mermaid.render([picture], []), picture_dot.render([picture], [])
    assert "<img" not in mermaid
    assert mermaid.count('"') == 4
    assert 'label="x\\"];\\\\n click' in dot


@pytest.mark.parametrize("namespaces", [1, 60, 600])
def test_mermaid_stays_within_the_limits_of_github(namespaces: int) -> None:
    picture = Picture("")
    for number in range(1200):
        picture.nodes[f"n{number}"] = Node(f"n{number}", "service", f"service-{number}", f"space-{number % namespaces}")
        picture.edge(f"n{number}", f"n{number * 7 % (number + 1)}", "call")
    text = picture_mermaid.render([picture], [])
    assert len(text) <= picture_mermaid.MOST_CHARACTERS
    assert text.count("-->") <= picture_mermaid.MOST_EDGES
    assert "Too large to draw in full" in text
