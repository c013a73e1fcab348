"""Everything that users read is plain technical English: banned phrases, and the length of titles and messages."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from istiolint.engine.lint import lint
from istiolint.findings.finding import Diagnostic
from istiolint.rules.pages import pages
from istiolint.sources import Source
from istiolint.testing import Page, settings_of

MAX_TITLE_WORDS = 7
MAX_MESSAGE = 160
HEADINGS = ["What it does", "Why it matters", "How to fix", "Example", "Not reported", "See also"]
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)


class Banned(NamedTuple):
    """A phrase, and what to write instead."""

    pattern: re.Pattern[str]
    instead: str


@cache
def banned() -> list[Banned]:
    lines = (Path(__file__).parent / "language/banned.txt").read_text("utf-8").splitlines()
    pairs = (line.split(" -> ") for line in lines if line and not line.startswith("#"))
    return [Banned(re.compile(pattern, re.IGNORECASE), instead) for pattern, instead in pairs]


def problems(text: str) -> list[str]:
    """The banned phrases in a text, code spans left out."""
    prose = _CODE.sub("``", text)
    return [f"`{found[0]}`: use {one.instead}" for one in banned() if (found := one.pattern.search(prose))]


@cache
def reported(page: Page) -> list[Diagnostic]:
    """What the examples of a page report of its rule."""
    found = []
    for example in page.examples():
        if not example.good:
            sources = [Source(name, text) for name, text in example.files.items()]
            report = lint(sources, settings_of(page, example))
            found += [one for one in report.diagnostics if one.rule == page.rule]
    return found


def test_phrases_are_found() -> None:
    assert problems("nobody listens") == ["`nobody`: use no client, a workload, any client"]
    assert problems("`nobody` is a name") == []


WRITTEN = [page for page in pages().values() if "\n## What it does\n" in page.text]
"""The pages in the present form; those in the former one are not held to it."""
ALL = pytest.mark.parametrize("page", WRITTEN, ids=lambda page: f"{page.topic}/{page.rule}")


@ALL
def test_pages(page: Page) -> None:
    assert problems(page.text) == []
    assert len(page.title.split()) <= MAX_TITLE_WORDS, page.title
    headings = [heading for heading in re.findall(r"^## (.+)$", page.text, re.MULTILINE) if heading != "When to ignore it"]
    assert headings == HEADINGS


AWAITED = frozenset((
    "condition-without-content", "conflicting-fields", "conflicting-resolution", "duplicate-item", "duplicate-name",
    "duplicate-port", "empty-field", "invalid-address", "invalid-bind", "invalid-header-name", "invalid-host", "invalid-label",
    "invalid-mesh-locality", "invalid-path-template", "invalid-percentage", "invalid-port", "invalid-port-name",
    "invalid-service-account", "invalid-subset-name", "invalid-trust-domain", "mesh-policy-contradiction", "missing-field",
    "unknown-protocol", "unknown-value", "unsupported-target-port",
))  # fmt: skip
"""Rules with messages in the former wording: checks of several topics report them. Remove each once its messages are reworded."""


@pytest.mark.parametrize(
    "page", [page for page in WRITTEN if page.rule not in AWAITED], ids=lambda page: f"{page.topic}/{page.rule}"
)
def test_messages(page: Page) -> None:
    for one in reported(page):
        for text in (one.message, one.hint or "", *(message for _, message in one.related), one.fix.title if one.fix else ""):
            assert problems(text) == [], text
        assert not one.message.endswith("."), one.message
        assert len(_CODE.sub("``", one.message)) <= MAX_MESSAGE, one.message
