"""The pages of the rules are right."""

from pathlib import Path

import pytest

import istiolint_acme
from istiolint.testing import Page, pages_in, problems

PAGES = pages_in(Path(istiolint_acme.__file__).parent / "rules")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.rule)
def test_page(page: Page) -> None:
    assert problems(page) == []
