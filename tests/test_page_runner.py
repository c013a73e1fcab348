"""The page runner: problems name the line of the page."""

from pathlib import Path

import pytest

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import CHECKS, DECLARED, check
from istiolint.rules.pages import pages
from istiolint.testing import Page, problems

BAD = """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a, namespace: a}
spec:
  hosts: [a]
  http:
    - timout: 2s%s
      route: [{destination: {host: a}}]
"""
GOOD = BAD.replace("timout", "timeout") % ""
MARK = "  # error: unknown-field"


def page(bad: str, good: str = GOOD, *, fixed: str = GOOD) -> Page:
    text = (
        "# Unknown field\n\n## What it does\n\nX.\n\n## Why it matters\n\nX.\n\n## How to fix\n\nRename.\n\n## Example\n\n"
        f"```yaml\n{bad}```\n\n```yaml fixed\n{fixed}```\n\n## Not reported\n\n```yaml\n{good}```\n\n## See also\n\nx\n"
    )
    return Page("unknown-field", "schema", Path("rules/schema/unknown-field.md"), text)


def test_a_valid_page() -> None:
    assert problems(page(BAD % MARK)) == []


@pytest.mark.parametrize(("old", "new", "words"), [
    ("## How to fix", "## Good", "no section `## How to fix`"),
    ("## How to fix", "## Good", "unknown section `## Good`"),
    ("## See also", "## When to ignore it\n\n## See also", ""),
    ("## See also", "## See also\n\n## When to ignore it", "the sections are not in this order"),
])  # fmt: skip
def test_sections(old: str, new: str, words: str) -> None:
    text = page(BAD % MARK).text.replace(old, new)
    found = problems(Page("unknown-field", "schema", Path("a.md"), text))
    assert any(words in one for one in found) if words else not found


def test_summary_is_the_first_paragraph() -> None:
    assert page(BAD % MARK).summary == "X."


def test_a_corrected_form_below_example_is_good() -> None:
    text = page(BAD % MARK).text.replace("```yaml fixed", "```yaml")
    bad, corrected, near = Page("unknown-field", "schema", Path("a.md"), text).examples()
    assert (bad.good, corrected.good, near.good) == (False, True, True)


def test_a_finding_that_is_not_announced() -> None:
    found = problems(page(BAD % MARK, good=BAD % ""))
    assert len(found) == 1
    assert found[0].startswith("rules/schema/unknown-field.md:")
    assert "unexpected error: unknown-field" in found[0]
    number = int(found[0].split(":")[1])
    assert "timout" in page(BAD % MARK, good=BAD % "").text.splitlines()[number - 1]


def test_an_announcement_without_a_finding() -> None:
    wrong = page(BAD % '  # error: unknown-field "something else"')
    first, second, third = problems(wrong)
    assert 'not reported: error: unknown-field "something else"' in first
    assert "reported: error: unknown-field" in second
    assert "unexpected error" in third


def test_another_result_of_the_fix_is_shown_as_a_difference() -> None:
    (found,) = problems(page(BAD % MARK, fixed=GOOD.replace("2s", "3s")))
    assert "-    - timeout: 3s" in found
    assert "+    - timeout: 2s" in found
    assert len(found.splitlines()) < 12


def test_an_example_without_a_fix() -> None:
    (found,) = problems(page(BAD.replace("timout", "bogusField") % MARK))
    assert "no finding of this example has a fix" in found


@pytest.mark.parametrize(("rule", "old", "new", "words"), [
    ("delegate-not-found", "```yaml fixed unsafe", "```yaml fixed", "all fixes are unsafe; call the block ```yaml fixed unsafe"),
    ("unknown-field", "```yaml fixed unsafe", "```yaml ignored", "some fixes are unsafe; add a block ```yaml fixed unsafe"),
    ("unknown-field", "```yaml fixed\n", "```yaml fixed unsafe\n", "all fixes are safe; call the block ```yaml fixed"),
    ("unknown-field", "    portLevelSettings:", "    portLevelSetting:", "another result than the block ```yaml fixed unsafe"),
])  # fmt: skip
def test_blocks_of_safe_and_unsafe_fixes(rule: str, old: str, new: str, words: str) -> None:
    text = pages()[rule].text
    assert old in text
    found = problems(Page(rule, pages()[rule].topic, Path("a.md"), text.replace(old, new)))
    assert any(words in one for one in found)


def test_a_page_without_a_rule() -> None:
    (found,) = problems(Page("no-such-rule", "schema", Path("rules/schema/no-such-rule.md"), "# T\n"))
    assert "no rule is called no-such-rule" in found


def test_an_empty_page() -> None:
    found = problems(Page("unknown-field", "schema", Path("a.md"), "Title\n"))
    assert len(found) == 10


@pytest.mark.parametrize(("facts", "words"), [
    ({"kinds": ["VirtualServices"]}, "unknown kind `VirtualServices`; did you mean `VirtualService`?"),
    ({"kinds": ["Gateway"], "topic": "Traffic"}, "invalid topic `Traffic`"),
])  # fmt: skip
def test_unknown_facts_are_refused_at_declaration(facts: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match="rule some-rule: ") as caught:
        check("some-rule", severity="info", evidence="document", **facts)(lambda resource, mesh: ())  # type: ignore[arg-type]
    assert words in str(caught.value)
    CHECKS.pop("some-rule", None)
    DECLARED.pop("some-rule", None)


def test_packages_of_checks_are_topics() -> None:
    def run(resource: Resource, mesh: Mesh) -> list[Finding]:
        return []

    run.__module__ = "istiolint.checks.acme.gold"
    with pytest.raises(ValueError, match=r"istiolint\.checks\.acme\.gold is not a topic"):
        check("some-rule", severity="info", evidence="document", kinds=["Gateway"])(run)
