"""Pages of rules as people read them."""

import pytest

from istiolint.rules.pages import Page, pages
from istiolint.rules.reading import MOST_LINES, WIDEST, readable, without_near_misses


@pytest.mark.parametrize("page", pages().values(), ids=lambda page: page.rule)
def test_pages_keep_their_prose_and_lose_what_is_for_the_tests(page: Page) -> None:
    shown = readable(page.text)
    assert shown.startswith(f"# {page.title}\n")
    for severity in ("error", "warning", "info"):
        assert f"# {severity}: {page.rule}" not in shown
    assert len(shown) < 15_000
    assert len(without_near_misses(page.text)) <= len(page.text)


def test_announcements() -> None:
    page = 'Words # error: x\n\n```yaml\na: 1\n  # error: some-rule "text"\nb: 2  # warning: other-rule\nc: 3  # ours\n```\n'
    assert readable(page) == "Words # error: x\n\n```yaml\na: 1\nb: 2\nc: 3  # ours\n```\n"


def test_long_examples_are_cut() -> None:
    page = "```yaml\n" + "a: 1\n" * (MOST_LINES + 7) + "```\nbehind\n"
    assert readable(page) == "```yaml\n" + "a: 1\n" * MOST_LINES + "# ... 7 more lines\n```\nbehind\n"
    assert readable("```yaml\n" + "a" * 5000 + "\n```\n") == "```yaml\n" + "a" * (WIDEST - 3) + "...\n```\n"


def test_near_misses() -> None:
    page = "# Title\n\n## Example\n\nx\n\n## Not reported\n\ny\n\n## See also\n\nz\n"
    assert without_near_misses(page) == "# Title\n\n## Example\n\nx\n\n## See also\n\nz\n"
    assert without_near_misses(page.partition("## See")[0]) == "# Title\n\n## Example\n\nx\n"
