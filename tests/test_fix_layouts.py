"""Safe fixes in files as people write them: with comments on every line, tabs before them, and line ends of other systems."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_fix_all import BAD, errors, sources_of

from istiolint.engine.lint import lint
from istiolint.fix import fix_all
from istiolint.rules.pages import Example, Page
from istiolint.sources import Source
from istiolint.testing import settings_of

PARAMS = [param.values for param in BAD if param.values[1].shows_fixes]
_COMMENT = re.compile(r"\s+# kept-\d+$")


def laid_out(text: str, gap: str, end: str) -> str:
    """The text with a comment on each line that can have one, and other line ends."""
    lines = []
    for number, line in enumerate(text.split("\n")):
        plain = line.strip() and not line.startswith(("---", "...")) and line.count('"') % 2 == 0 and line.count("'") % 2 == 0
        lines.append(f"{line}{gap}# kept-{number}" if plain else line)
    return end.join(lines)


@settings(max_examples=60)
@given(st.sampled_from(PARAMS), st.sampled_from([" ", "\t", "   \t"]), st.sampled_from(["\n", "\r\n", "\r"]))
def test_comments_and_line_ends_stay(found: tuple[Page, Example], gap: str, end: str) -> None:
    page, example = found
    if "encoding" in example.settings or any("\r" in text for text in example.files.values()):
        return
    chosen = settings_of(page, example)
    sources = [source for source in sources_of(example) if not source.trouble]
    for source in sources:
        source.text = laid_out(source.text, gap, end)
    result = fix_all(sources, chosen)
    assert result.settled
    assert errors(result.report) <= errors(lint(sources, chosen))
    for source in sources:
        after = result.texts.get(source.path, source.text)
        assert set(re.findall(r"\r\n|\r|\n", after)) <= {end}
        kept = {_COMMENT.sub("", line).strip() for line in after.split(end)}
        lost = [
            line for line in source.text.split(end)
            if (match := re.search(r"# kept-\d+$", line)) and not re.search(rf"{match[0]}\b", after)
        ]  # fmt: skip
        assert not [line for line in lost if _COMMENT.sub("", line).strip() in kept and source.text.count(line) == 1]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_a_fix_writes_the_line_ends_of_the_file(end: str) -> None:
    text = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec:\n  hosts: [a]\n  http:\n"
    text = (text + "    - timout: 1s  # slow\n      route: [{destination: {host: a}}]\n").replace("\n", end)
    assert fix_all([Source("a.yaml", text)]).texts == {"a.yaml": text.replace("timout", "timeout")}
