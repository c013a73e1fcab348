"""The JSON report: what its schema says of it, and what the summary counts."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from istiolint.data import folder
from istiolint.engine.lint import lint
from istiolint.findings.finding import Diagnostic, ResourceName, Span
from istiolint.report import Report, Summary
from istiolint.report.json import render
from istiolint.settings import Settings
from istiolint.sources import Source, discover

SCHEMA = json.loads((folder("schemas") / "istiolint-report.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
ANY = st.text(st.characters())
"""Lone surrogates, too."""
BROKEN = Path(__file__).parents[2] / "fixtures/shop/broken"


def report_of(text: str, settings: Settings | None = None) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(render(lint([Source("a.yaml", text)], settings)))
    VALIDATOR.validate(report)
    return report


@pytest.fixture(scope="module")
def shop() -> dict[str, Any]:
    report: dict[str, Any] = json.loads(render(lint(discover([str(BROKEN)]), Settings(select=("ALL",)))))
    return report


def test_the_schema_is_one_and_refuses_what_it_does_not_know() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    report = json.loads(render(Report([], Summary(), ())))
    assert VALIDATOR.is_valid(report)
    assert not VALIDATOR.is_valid(report | {"more": 1})
    assert not VALIDATOR.is_valid({key: value for key, value in report.items() if key != "internalErrors"})


def test_the_shop_fits_the_schema(shop: dict[str, Any]) -> None:
    VALIDATOR.validate(shop)
    assert any(diagnostic["fix"] for diagnostic in shop["diagnostics"])
    assert any(diagnostic["related"] for diagnostic in shop["diagnostics"])
    assert {diagnostic["resource"] is None for diagnostic in shop["diagnostics"]} == {True, False}


def test_the_summary_counts_the_diagnostics(shop: dict[str, Any]) -> None:
    found, summary = shop["diagnostics"], shop["summary"]
    for severity in ("error", "warning", "info"):
        assert summary[severity] == sum(diagnostic["severity"] == severity for diagnostic in found) > 0
    assert summary["fixable"] == sum(diagnostic["fix"] is not None for diagnostic in found) > 0
    assert summary["kinds"]["VirtualService"] > 1
    assert summary["skipped"] == {"Helm template": 1}


def test_the_contract_field_by_field() -> None:
    report = report_of(
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: reviews}\nspec:\n  hosts: [reviews]\n"
        '  http:\n    - route: [{destination: {host: "example.com"}}]  # 𝄞é.wide\n      timout: 3s\n'
    )
    (found,) = report["diagnostics"]
    assert list(found) == SCHEMA["$defs"]["diagnostic"]["required"]
    assert (found["rule"], found["topic"], found["category"], found["severity"]) == ("unknown-field", "schema", "schema", "error")
    assert (found["path"], found["line"], found["column"], found["endLine"], found["endColumn"]) == ("a.yaml", 8, 7, 8, 13)
    assert found["fieldPath"] == "spec.http[0].timout"
    assert found["resource"] == {
        "apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "namespace": None, "name": "reviews",
    }  # fmt: skip
    (edit,) = found["fix"]["edits"]
    assert edit == {"path": "a.yaml", "line": 8, "column": 7, "endLine": 8, "endColumn": 13, "text": "timeout"}
    assert found["fix"]["safe"] is True


def test_columns_count_code_points_and_a_document_without_kind_is_no_resource() -> None:
    report = report_of('{"𝄞𝄞": 1, "𝄞𝄞": 2}\n')
    (found,) = report["diagnostics"]
    assert (found["rule"], found["line"], found["column"], found["endColumn"]) == ("duplicate-key", 1, 11, 15)
    assert found["resource"] is None


@given(ANY, st.text(st.characters(), min_size=1), ANY)
def test_any_text_makes_ascii_that_says_the_same(message: str, path: str, name: str) -> None:
    source = Source(path, name)
    of = ResourceName("v1", name, None, name)
    diagnostic = Diagnostic(
        "some-rule", ("IST0101",), "syntax", "syntax", "error", message or "-", message, Span(source, 0, len(name)), name, of,
        related=((Span(source, 0, 0), message),),
    )  # fmt: skip
    text = render(Report([diagnostic], Summary(), ("some-rule",)))
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    report = json.loads(text)
    VALIDATOR.validate(report)
    (found,) = report["diagnostics"]
    assert (found["path"], found["hint"], found["fieldPath"], found["resource"]["name"]) == (path, message, name, name)
