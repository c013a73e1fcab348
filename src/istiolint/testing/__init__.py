"""Run the pages of rules as tests: those of istiolint, and those of packages with rules of their own.

from istiolint.testing import Page, pages_in, problems

@pytest.mark.parametrize("page", pages_in("rules"), ids=lambda page: page.rule)
def test_page(page: Page) -> None:
    assert not problems(page)
"""

from istiolint.rules.pages import Example, Page, pages_in
from istiolint.testing.runner import example_problems, fix_problems, problems, settings_of, structure_problems

__all__ = ["Example", "Page", "example_problems", "fix_problems", "pages_in", "problems", "settings_of", "structure_problems"]
