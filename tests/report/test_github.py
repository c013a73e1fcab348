"""Annotations of GitHub Actions."""

import re

from hypothesis import given
from hypothesis import strategies as st
from reports import at, diagnostic, report

from istiolint.findings.finding import ResourceName
from istiolint.report import github
from istiolint.sources import Source

COMMAND = re.compile(r"::(error|warning|notice) title=[^,:]+,file=[^,:]*,line=\d+,endLine=\d+(,col=\d+,endColumn=\d+)?::")


def test_a_command_and_the_total() -> None:
    made = at("spec:\n  timout: 1s\n", "timout", hint="write `timeout`")
    assert github.render(made).splitlines() == [
        "::error title=istiolint duplicate-key,file=a.yaml,line=2,endLine=2,col=3,endColumn=9::it is wrong (write `timeout`)",
        "1 error in 1 file.",
    ]


def test_severities_and_places_over_several_lines() -> None:
    made = at("a:\n  b\n", "a:\n  b", severity="info")
    assert github.render(made).startswith("::notice title=istiolint duplicate-key,file=a.yaml,line=1,endLine=2::")
    assert github.render(at("a", "a", severity="warning")).startswith("::warning ")


def test_marks_are_escaped() -> None:
    (command, _) = github.render(at("a", "a", path="a,b:c%.yaml", message="100%: a,\r\nb")).splitlines()
    assert ",file=a%2Cb%3Ac%25.yaml," in command
    assert command.endswith("::100%25: a,\\r\\nb")


ANY = st.text(st.characters(codec=None), max_size=40) | st.sampled_from(["\n::error::x", "::stop-commands::x", "\r::debug::x"])


@given(ANY, ANY, st.none() | ANY, ANY)
def test_no_command_can_be_injected(path: str, message: str, hint: str | None, name: str) -> None:
    resource = ResourceName(name, name, name, name)
    one = diagnostic(Source(path, "a: 1\n"), 0, 1, message=message, hint=hint, resource=resource)
    written = github.render(report(one, one))
    first, second, total, end = written.split("\n")
    assert COMMAND.match(first)
    assert first == second
    assert re.sub(r"%(25|3A|2C)", "", first[len("::") :]).count("%") == 0
    assert total == "2 errors in 1 file."
    assert end == ""
    assert all(character == "\n" or character.isprintable() for character in written)
