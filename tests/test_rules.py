"""Every rule page is run: what its bad examples announce is found there and nothing else, its good ones stay silent."""

from pathlib import Path
from typing import Any

import pytest

from istiolint.engine.lint import lint
from istiolint.fix import mend
from istiolint.rules.pages import Example, Page, pages, without_announcements
from istiolint.rules.registry import all_rules
from istiolint.settings import Settings
from istiolint.sources import Source
from istiolint.sources.decode import source_of


def examples() -> list[Any]:
    params = []
    for page in pages().values():
        for example in page.examples():
            kind = "good" if example.good else "bad"
            params.append(pytest.param(page, example, id=f"{page.topic}/{page.rule}:{example.line}-{kind}"))
    return params


def settings_of(page: Page, example: Example) -> Settings:
    rule = all_rules()[page.rule]
    select = () if rule.default else (*(known.id for known in all_rules().values() if known.default), rule.id)
    return Settings(
        select=select,
        upgrade_to=example.settings.get("upgrade-to"),
        istio_version=example.settings.get("istio-version", Settings().istio_version),
        whole_mesh="whole-mesh" in example.settings,
    )


@pytest.mark.parametrize(("page", "example"), examples())
def test_example(page: Page, example: Example) -> None:
    encoding = example.settings.get("encoding", "utf-8")
    sources = [source_of(name, text.encode(encoding)) for name, text in example.files.items()]
    for source in sources if "clusters" in example.settings else ():
        source.cluster = source.path.partition("/")[0]
    report = lint(sources, settings_of(page, example))
    assert not report.internal_errors
    unexpected = [
        f"{d.span.source.path}:{d.span.begins.line} {d.severity}: {d.rule} {d.message} {d.hint or ''}" for d in report.diagnostics
    ]
    missing = []
    for expected in example.expected():
        for index, d in enumerate(report.diagnostics):
            if (
                unexpected[index]
                and (d.span.source.path, d.span.begins.line, d.severity, d.rule)
                == (expected.file, expected.line, expected.severity, expected.rule)
                and expected.words in f"{d.message} {d.hint or ''}"
            ):
                unexpected[index] = ""
                break
        else:
            missing.append(expected)
    assert not missing, f"{page.path}: not found: {missing}; found besides: {[u for u in unexpected if u]}"
    assert not any(unexpected), f"{page.path}: not announced: {[u for u in unexpected if u]}"
    if example.good:
        assert not example.expected()


@pytest.mark.parametrize(("page", "example"), [param for param in examples() if param.values[1].fixed is not None])
def test_fixed(page: Page, example: Example) -> None:
    ((name, text),) = example.files.items()
    texts = mend([Source(name, text)], settings_of(page, example), unsafe=True).texts
    assert without_announcements(texts[name]) == without_announcements(example.fixed or "")


def test_one_page_a_rule() -> None:
    assert set(pages()) == set(all_rules())


@pytest.mark.parametrize("page", pages().values(), ids=lambda page: page.rule)
def test_page_is_whole(page: Page) -> None:
    found = list(page.examples())
    bad = [example for example in found if not example.good]
    assert bad, "no bad example"
    assert all(any(expected.rule == page.rule for expected in example.expected()) for example in bad)
    assert any(example.good for example in found), "no good example"
    assert page.text.startswith("# ")
    assert "## Mend" in page.text
    if all_rules()[page.rule].fixable:
        assert any(example.fixed for example in bad), "the rule is fixable, but no block shows the fix"


def test_rules_folder_holds_only_pages() -> None:
    strangers = [path for path in Path(pages()[next(iter(pages()))].path).parents[1].glob("*/*") if path.suffix != ".md"]
    assert not strangers
