"""The rule that CONTRIBUTING.md shows is a rule: its page passes as those in rules/ do."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from istiolint.engine.lint import lint
from istiolint.rules import check as rules
from istiolint.rules import registry
from istiolint.rules.pages import Page
from istiolint.settings import Settings
from istiolint.sources import Source

TEXT = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text("utf-8")


@pytest.fixture
def rule(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of the example's rule, which is known during the test."""
    name = "too-many-retries"
    registry.walk()
    monkeypatch.setattr(registry, "_index", lambda: None)
    code = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert code
    exec(code[1], {"__name__": "istiolint.checks.resilience.retries"})
    registry._with_code.cache_clear()
    yield name
    del rules.DECLARED[name], rules.CHECKS[name]
    registry._with_code.cache_clear()


def test_example(rule: str) -> None:
    found = re.search(r"````markdown\n(.*?)````", TEXT, re.DOTALL)
    assert found
    bad, good = Page(rule, "resilience", Path("rules/resilience/too-many-retries.md"), found[1]).examples()
    for example in (bad, good):
        report = lint([Source(name, text) for name, text in example.files.items()], Settings())
        announced = [(expected.line, expected.severity, expected.rule) for expected in example.expected()]
        assert [(d.span.begins.line, d.severity, d.rule) for d in report.diagnostics] == announced
    assert not bad.good
    assert good.good
