"""Fixes in SARIF: replacements that an editor can apply make what `istiolint.fix` makes."""

import json
from typing import Any

from istiolint.documents import read
from istiolint.engine.lint import lint
from istiolint.findings.finding import Edit, Fix, Move, Path, Place, Rename, Replace
from istiolint.fix import text_edits
from istiolint.report import sarif
from istiolint.sources import Source


def replacements(text: str, kind: Any, path: Path, *rest: Any) -> list[dict[str, Any]]:
    (document,) = read(Source("a.yaml", text))
    edit: Edit = kind(Place(document, path), *rest)
    made = sarif.fixes(Fix("mend it", (edit,)))
    (fix,) = made
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"] == {"uri": "a.yaml"}
    found: list[dict[str, Any]] = change["replacements"]
    return found


def applied(text: str, found: list[dict[str, Any]]) -> str:
    """The text after the replacements, as an editor that counts UTF-16 units makes them."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode("utf-16-le")))
    content = text.encode("utf-16-le")
    for one in sorted(found, key=lambda one: one["deletedRegion"]["startLine"], reverse=True):
        region = one["deletedRegion"]
        start = starts[region["startLine"] - 1] + 2 * (region["startColumn"] - 1)
        end = starts[region["endLine"] - 1] + 2 * (region["endColumn"] - 1)
        content = content[:start] + one["insertedContent"]["text"].encode("utf-16-le") + content[end:]
    return content.decode("utf-16-le")


def test_replacement_behind_wide_characters() -> None:
    text = '{"😀": 1, b: 5}\n'
    assert applied(text, replacements(text, Replace, ("b",), "5s")) == '{"😀": 1, b: 5s}\n'
    assert applied(text, replacements(text, Rename, ("b",), "c")) == '{"😀": 1, c: 5}\n'


def test_an_insertion_deletes_nothing() -> None:
    text = "a:\n  x: 1\nb:\n  y: 2\n"
    found = replacements(text, Move, ("a", "x"), ("b", "x"))
    assert any(
        (one["deletedRegion"]["startLine"], one["deletedRegion"]["startColumn"])
        == (one["deletedRegion"]["endLine"], one["deletedRegion"]["endColumn"])
        for one in found
    )
    assert applied(text, found) == "a: {}\nb:\n  y: 2\n  x: 1\n"


def test_the_fix_of_a_finding() -> None:
    text = (
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: reviews}\nspec:\n  hosts: [reviews]\n"
        "  http:\n    - route: [{destination: {host: reviews}}]\n      timout: 3s\n"
    )
    report = lint([Source("a.yaml", text)])
    (found,) = report.diagnostics
    assert found.fix
    assert text_edits(found.fix)
    (result,) = json.loads(sarif.render(report))["runs"][0]["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    assert applied(text, change["replacements"]) == text.replace("timout", "timeout")
    assert result["fixes"][0]["description"]["text"]


def test_doubtful_fixes_say_so() -> None:
    (document,) = read(Source("a.yaml", "a: 1\n"))
    (fix,) = sarif.fixes(Fix("quote it", (Replace(Place(document, ("a",)), '"1"'),), safe=False))
    assert fix["description"]["text"] == "quote it (check what it means)"


def test_fixes_that_cannot_be_applied_are_left_out() -> None:
    (document,) = read(Source("a.yaml", "a: 1\n"))
    assert sarif.fixes(Fix("mend it", (Replace(Place(document, ("gone",)), "1"),))) == []
    assert sarif.fixes(None) == []
