"""`--help` shows every option once, under what it is about."""

import re

import pytest
from commands import Run

from istiolint.cli.help import REST, SECTIONS
from istiolint.cli.lint import lint


@pytest.mark.parametrize("arguments", [["--help"], ["lint", "--help"]])
def test_every_option_is_shown_once_in_its_section(run: Run, arguments: list[str]) -> None:
    text = run(*arguments).output
    for title in (*SECTIONS, REST):
        assert f"\n{title}:\n" in text
    for parameter in lint.params:
        for option in (name for name in parameter.opts if name.startswith("--")):
            assert len(re.findall(rf"^  (?:-\w, )?{option}\b", text, re.MULTILINE)) == 1
    assert "[PATH]...\n" in text.splitlines(keepends=True)[0]
    assert "\n  [PATH]" not in text


def test_sections_name_options_that_exist() -> None:
    named = [name for names in SECTIONS.values() for name in names]
    assert len(named) == len(set(named))
    assert set(named) <= {parameter.name for parameter in lint.params}
