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
MAX_MESSAGE = 120
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


ALL = pytest.mark.parametrize("page", pages().values(), ids=lambda page: f"{page.topic}/{page.rule}")


@ALL
def test_pages(page: Page) -> None:
    assert problems(page.text) == []
    assert len(page.title.split()) <= MAX_TITLE_WORDS, page.title


@ALL
def test_messages(page: Page) -> None:
    for one in reported(page):
        for text in (one.message, one.hint or "", *(message for _, message in one.related), one.fix.title if one.fix else ""):
            assert problems(text) == [], text
        assert not one.message.endswith("."), one.message
        assert len(_CODE.sub("", one.message)) <= MAX_MESSAGE, one.message
