"""Every rule page is run: its bad examples have the findings that they announce and no others, its good ones have none."""

from pathlib import Path
from typing import Any

import pytest

from istiolint.rules.pages import pages
from istiolint.rules.registry import all_rules
from istiolint.testing import Example, Page, example_problems, fix_problems, structure_problems


def examples() -> list[Any]:
    params = []
    for page in pages().values():
        for example in page.examples():
            kind = "good" if example.good else "bad"
            params.append(pytest.param(page, example, id=f"{page.topic}/{page.rule}:{example.line}-{kind}"))
    return params


def passes(problems: list[str]) -> None:
    if problems:
        pytest.fail("\n".join(problem.replace(f"{Path.cwd()}/", "") for problem in problems), pytrace=False)


@pytest.mark.parametrize(("page", "example"), examples())
def test_example(page: Page, example: Example) -> None:
    passes(example_problems(page, example))


@pytest.mark.parametrize(("page", "example"), [param for param in examples() if param.values[1].shows_fixes])
def test_fixed(page: Page, example: Example) -> None:
    passes(fix_problems(page, example))


def test_one_page_a_rule() -> None:
    assert set(pages()) == set(all_rules())


@pytest.mark.parametrize("page", pages().values(), ids=lambda page: page.rule)
def test_page_is_complete(page: Page) -> None:
    passes(structure_problems(page))


def test_rules_folder_holds_only_pages() -> None:
    strangers = [path for path in Path(pages()[next(iter(pages()))].path).parents[1].glob("*/*") if path.suffix != ".md"]
    assert not strangers
