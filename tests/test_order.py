"""The same input gives the same report in any order of files and documents: tried on the examples of all rules."""

import re
from collections import Counter
from typing import Any

import pytest

from istiolint.engine.lint import lint
from istiolint.rules.pages import Example, pages
from istiolint.settings import NEWEST, Settings
from istiolint.sources import Source

_SEPARATOR = re.compile(r"^---\n", re.MULTILINE)


def found(sources: list[Source], settings: Settings) -> Counter[Any]:
    report = lint(sources, settings)
    assert not report.internal_errors
    return Counter((d.rule, d.severity, d.message, d.hint, str(d.resource), d.field_path) for d in report.diagnostics)


def backwards(text: str) -> str:
    return "---\n".join(part if part.endswith("\n") else f"{part}\n" for part in reversed(_SEPARATOR.split(text)))


def examples() -> list[Any]:
    return [
        pytest.param(example, id=f"{page.topic}/{page.rule}:{example.line}")
        for page in pages().values()
        if page.topic != "syntax"
        for example in page.examples()
        if len(example.files) > 1 or any(len(_SEPARATOR.findall(text)) > 0 for text in example.files.values())
    ]


@pytest.mark.parametrize("example", examples())
def test_order_does_not_matter(example: Example) -> None:
    settings = Settings(
        select=("ALL",), istio_version=example.settings.get("istio-version", NEWEST), whole_mesh="whole-mesh" in example.settings
    )
    forwards = found([Source(name, text) for name, text in example.files.items()], settings)
    assert found([Source(name, backwards(text)) for name, text in reversed(example.files.items())], settings) == forwards
