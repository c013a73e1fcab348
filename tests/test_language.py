"""Everything that users and contributors read is plain technical English.

Banned phrases and spelling mistakes are data, in `language/`: add one there, with what to write instead.
"""

import ast
import io
import json
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
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
_CODE = re.compile(r"```.*?```|`[^`]*`|\[[a-z0-9-]+\]\([^)]*\)", re.DOTALL)
"""Code blocks, code spans, and links by rule id."""


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
    words = len(page.title.split())
    assert words <= MAX_TITLE_WORDS, f"{page.path}:1: the title has {words} words; use at most {MAX_TITLE_WORDS}"


@ALL
def test_messages(page: Page) -> None:
    for one in reported(page):
        for text in (one.message, one.hint or "", *(message for _, message in one.related), one.fix.title if one.fix else ""):
            assert problems(text) == [], text
        assert not one.message.endswith("."), f"a message has no full stop: {one.message}"
        length = len(_CODE.sub("", one.message))
        assert length <= MAX_MESSAGE, f"{length} characters outside backticks; use at most {MAX_MESSAGE}: {one.message}"


LINK = re.compile(r"https://(istio\.io|kubernetes\.io|gateway-api\.sigs\.k8s\.io|www\.envoyproxy\.io)/|\(\.\./\.\./docs/")


@ALL
def test_pages_have_a_link(page: Page) -> None:
    assert LINK.search(page.text.partition("## See also")[2]), "add the istio.io page on the matter below `## See also`"


ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    *sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").rglob("*.md")),
    *(ROOT / name for name in ("action.yml", "mkdocs.yml", ".pre-commit-hooks.yaml", "pyproject.toml")),
]  # fmt: skip
SCHEMAS = sorted((ROOT / "schemas").glob("istiolint-*.json"))
CODE = [file for folder in ("src", "tools") for file in sorted((ROOT / folder).rglob("*.py"))]


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", DOCUMENTS, ids=relative)
def test_documents(file: Path) -> None:
    assert problems(file.read_text("utf-8")) == []


def descriptions(value: object) -> Iterator[str]:
    """Yield the titles and descriptions of a schema."""
    if isinstance(value, dict):
        yield from (text for key in ("title", "description") if isinstance(text := value.get(key), str))
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from descriptions(item)


@pytest.mark.parametrize("file", SCHEMAS, ids=relative)
def test_schemas(file: Path) -> None:
    for text in descriptions(json.loads(file.read_text("utf-8"))):
        assert problems(text) == [], text


def strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the strings of code with their lines; f-strings as a whole."""
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            texts = (part.value if isinstance(part, ast.Constant) else "`x`" for part in node.values)
            yield node.lineno, "".join(map(str, texts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.lineno, node.value


@pytest.mark.parametrize("file", CODE, ids=relative)
def test_code(file: Path) -> None:
    """The texts of code: messages, help, descriptions of options, docstrings and comments."""
    source = file.read_text("utf-8")
    found = [f"{line}: {text}" for line, text in strings(ast.parse(source)) if " " in text.strip()]
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    found += [f"{token.start[0]}: {token.string}" for token in tokens if token.type == tokenize.COMMENT]
    wrong = [f"{relative(file)}:{text[:120]}: {problem}" for text in found for problem in problems(text)]
    assert wrong == []


def test_spelling() -> None:
    words = Path(__file__).parent / "language/words.txt"
    command = [sys.executable, "-m", "codespell_lib", "--builtin", "clear,en-GB_to_en-US", "--ignore-words", str(words)]
    paths = [*map(str, DOCUMENTS), "docs", "rules", "src", "tools"]
    result = subprocess.run(
        [*command, "--skip", "*.json,*.yaml,*.pyc,*.js,*.css", "--quiet-level", "3", *paths],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert result.stdout == ""


HAND_WRITTEN = re.compile(r"; (Istio|istiod|the API server) rejects the (\w+|\{[\w.]+\})\"")


@pytest.mark.parametrize("package", ["checks", "fields", "schema"])
def test_messages_about_rejected_resources_have_one_form(package: str) -> None:
    files = sorted((ROOT / "src/istiolint" / package).rglob("*.py"))
    found = [relative(file) for file in files if HAND_WRITTEN.search(file.read_text("utf-8"))]
    assert not found, "write `rejected(what, kind)` instead"
