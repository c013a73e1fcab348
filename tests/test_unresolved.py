"""Nothing is reported at text that is not final: the bad examples of all rules, with one string after another a placeholder."""

import json
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any, NamedTuple

import pytest
from replacing import places, replaced, value_at

from istiolint.documents import read
from istiolint.engine.lint import lint
from istiolint.findings.finding import Diagnostic
from istiolint.rules.pages import pages
from istiolint.settings import Settings
from istiolint.sources import Source

PLACEHOLDERS = ("${VALUE}", "{{ x }}", "$(VALUE)", "<VALUE>")
SAMPLE = 250
"""Strings that each placeholder replaces: about a sixth of them in all, always the same ones."""


class String(NamedTuple):
    """A string in an example."""

    rule: str
    documents: list[Any]
    path: tuple[Any, ...]
    settings: Settings


@cache
def strings() -> list[String]:
    """All strings in the bad examples, apart from `apiVersion` and `kind`."""
    return [string for page in pages().values() for string in _strings(page.rule)]


def _strings(rule: str) -> Iterator[String]:
    for example in pages()[rule].examples():
        texts = () if example.good else example.files.values()
        documents = [
            document.data for text in texts for document in read(Source("a.yaml", text)) if isinstance(document.data, dict)
        ]
        version = example.settings.get("istio-version", Settings().istio_version)
        settings = Settings(whole_mesh="whole-mesh" in example.settings, istio_version=version)
        for path in places(documents):
            if isinstance(value_at(documents, path), str) and path[1] not in ("apiVersion", "kind"):
                yield String(rule, documents, path, settings)


def linted(string: String, placeholder: str) -> tuple[str, list[Diagnostic]]:
    text = "\n---\n".join(json.dumps(document) for document in replaced(string.documents, string.path, placeholder))
    report = lint([Source("a.yaml", text)], string.settings)
    assert not report.internal_errors
    return text, [found for found in report.diagnostics if found.severity != "info"]


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
def test_nothing_is_reported_at_a_placeholder(placeholder: str) -> None:
    for string in Random(placeholder).sample(strings(), SAMPLE):
        text, found = linted(string, placeholder)
        at = [one for one in found if text[one.span.start : one.span.end].strip('"') == placeholder]
        assert not at, (string.rule, string.path, at)


@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("injection-label-value", ("metadata", "labels", "istio-injection")),
        ("patch-incomplete", ("spec", "configPatches", 0, "patch", "operation")),
        ("policy-without-workload", ("spec", "selector", "matchLabels", "app")),
        ("gateway-without-workload", ("spec", "selector", "istio")),
        ("subset-without-workload", ("spec", "subsets", 0, "labels", "version")),
    ],
)
def test_fields_that_decide(rule: str, path: tuple[Any, ...], placeholder: str) -> None:
    found = [string for string in strings() if string.rule == rule and string.path[1:] == path]
    reported = [[one.rule for one in linted(string, placeholder)[1]].count(rule) for string in found]
    usual = [[one.rule for one in linted(string, value_at(string.documents, string.path))[1]].count(rule) for string in found]
    assert any(now < before for now, before in zip(reported, usual, strict=True))
