"""The report for people."""

import unicodedata

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import at, diagnostic, report

from istiolint.findings.finding import ResourceName, Span
from istiolint.findings.report import Chart, Report
from istiolint.report import text, worst
from istiolint.report.text import WIDEST
from istiolint.sources import Source


def lines(made: object) -> list[str]:
    return click.unstyle(text.render(made, quiet=True)).splitlines()  # type: ignore[arg-type]


def test_place_message_excerpt_and_proposal() -> None:
    made = at("spec:\n  timout: 1s\n", "timout", hint="write `timeout`")
    made.summary.resources["a.yaml"] = 1
    assert lines(made) == [
        "a.yaml:2:3: error[duplicate-key]: it is wrong",
        "2 |   timout: 1s",
        "  |   ^^^^^^",
        "  = help: write `timeout`",
    ]


def test_the_other_side() -> None:
    source = Source("a.yaml", "a: 1\na: 2\n")
    made = report(diagnostic(source, 5, 6, related=((Span(source, 0, 1), "first written here"),)))
    assert lines(made)[-1] == "  = note: a.yaml:1:1: first written here"


def columns(line: str) -> int:
    """Columns of a terminal that a line takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)


@pytest.mark.parametrize(
    "before", ["", "  ", "\t", "a\tb", "見出し ", "\U0001f600 ", "\x1b[31m", "\u202e", "é", "\U000e0001", "\ud800", "\xa0"]
)
@pytest.mark.parametrize("wrong", ["x", "wrong", "間違い", "\tx", "\x07x"])
def test_carets_stand_under_the_place(before: str, wrong: str) -> None:
    _, line, carets = lines(at(f"{before}{wrong} behind", wrong))
    shown = line.removeprefix("1 | ").removesuffix(" behind")
    under = carets.removeprefix("  | ")
    assert columns(under) == columns(shown)
    assert set(under.strip()) == {"^"}
    start = columns(under) - under.count("^")
    assert columns(shown) - start == columns(_only(wrong))


def _only(wrong: str) -> str:
    return lines(at(wrong, wrong))[1].removeprefix("1 | ")


def test_long_lines_are_cut_around_the_place() -> None:
    for before, behind in ((0, 5000), (5000, 5000), (5000, 0), (70, 5000), (5000, 30)):
        _, line, carets = lines(at("a" * before + "WRONG" + "b" * behind, "WRONG"))
        assert "WRONG" in line
        assert len(line) <= WIDEST + 10
        assert carets.index("^") == line.index("WRONG")
        assert carets.count("^") == 5


def test_long_places_are_cut() -> None:
    _, line, carets = lines(at("a: " + "b" * 5000, "b" * 5000))
    assert len(carets) <= len(line) <= WIDEST + 10


def test_places_over_several_lines() -> None:
    _, line, carets = lines(at("a:\n  - b: 1\n    c: 2\n", "- b: 1\n    c: 2"))
    assert (line, carets) == ("2 |   - b: 1", "  |   ^^^^^^ ... to line 3")


def test_files_without_text_have_no_excerpt() -> None:
    source = Source("a.yaml", trouble="the file is not read")
    assert lines(report(diagnostic(source, resource=None))) == ["a.yaml:1:1: error[duplicate-key]: it is wrong"]


def test_summary() -> None:
    source = Source("a.yaml", "a: 1\n")
    made = report(diagnostic(source, 0, 1), diagnostic(source, 0, 1, severity="warning"), diagnostic(source, 3, 4))
    made.summary.kinds["Service"] = 1200
    made.summary.other_kinds["Widget"] = 1
    made.summary.skipped["Helm template"] = 2
    made.summary.skipped["Kustomize patch"] = 1
    made.summary.unchecked["host-not-found"] = 3
    made.summary.suppressed["host-not-found"] = 1
    _, _, summary = click.unstyle(text.render(made)).rpartition("\n\n")
    assert summary.splitlines() == [
        "2 errors and 1 warning in 1 file.",
        "Read 1,200 resources: 1,200 Service.",
        "Ignored 1 resource of kinds that do not affect the mesh: 1 Widget.",
        "Skipped 2 Helm templates and 1 Kustomize patch.",
        "Suppressed 1 finding by comments and annotations; --show-suppressed lists them.",
        "Not checked: 3 references to resources outside these files. Add them with --context PATH, set --whole-mesh if there are "
        "no others, or list the references with --show-unchecked.",
    ]


def test_many_kinds_are_summed_up() -> None:
    made = report(diagnostic(Source("a.yaml", "a: 1\n"), 0, 1))
    for number in range(12):
        made.summary.kinds[f"Kind{number:02}"] = 1
    listed = click.unstyle(text.render(made)).splitlines()[-1]
    assert "Kind07, 4 of other kinds." in listed


ANY = st.text(st.characters(codec=None), max_size=40)


@given(path=ANY, message=ANY, hint=st.none() | ANY, name=ANY, content=ANY, start=st.integers(0, 60), length=st.integers(0, 60))
def test_nothing_from_manifests_reaches_the_terminal_raw(
    *, path: str, message: str, hint: str | None, name: str, content: str, start: int, length: int
) -> None:
    source = Source(path, content)
    start = min(start, len(content))
    span = Span(source, start, min(start + length, len(content)))
    made = report(diagnostic(
        source, span=span, message=message, hint=hint, resource=ResourceName(name, name, name, name), related=((span, message),)
    ))  # fmt: skip
    made.summary.kinds[name] = made.summary.other_kinds[name] = 1
    plain = click.unstyle(text.render(made))
    assert all(character == "\n" or character.isprintable() for character in plain)
    assert text.render(made).count("\x1b") == text.render(made).count("\x1b[")
    assert len(text.render(made, quiet=True).splitlines()) <= 6


@pytest.mark.parametrize("path", ["::warning::x.yaml", " ::error::x.yaml", "::set-output name=x::y"])
def test_no_path_begins_a_line_as_a_command_of_github(path: str) -> None:
    first, *_ = lines(at("a: 1\n", "a", path=path))
    assert first == f"./{path}:1:1: error[duplicate-key]: VirtualService prod/reviews: it is wrong"


def test_commands_in_a_source_line_are_shown_as_escapes() -> None:
    _, line, carets = lines(at("a: '##[add-mask]b' # c", "# c"))
    assert line == "1 | a: '#\\x23[add-mask]b' # c"
    assert carets.index("^") == line.index("# c")


def test_a_finding_names_its_resource_where_its_file_has_several() -> None:
    made = at("a: 1\n", "a")
    made.summary.resources["a.yaml"] = 2
    assert lines(made)[0] == "a.yaml:1:1: error[duplicate-key]: VirtualService prod/reviews: it is wrong"
    made.summary.resources["a.yaml"] = 1
    assert lines(made)[0] == "a.yaml:1:1: error[duplicate-key]: it is wrong"


def many(*severities: str, **fields: object) -> Report:
    """A report of findings of one rule, each on a line of its own."""
    source = Source("a.yaml", "a: 1\n" * len(severities))
    made = [diagnostic(source, 5 * index, 5 * index + 1, severity=one, **fields) for index, one in enumerate(severities)]
    return report(*made)


def test_three_findings_of_a_rule_and_file_are_shown() -> None:
    found = lines(many(*["error"] * 15))
    assert [line.split(":")[1] for line in found if line.startswith("a.yaml:")] == ["1", "2", "3"]
    assert found[-1] == "… and 12 more duplicate-key in this file, on lines 4, 5, 6, 7, 8, ... (--all shows them)"
    assert "… and 1 more duplicate-key in this file, on line 4 (--all shows them)" in lines(many(*["error"] * 4))
    assert not [line for line in lines(many(*["error"] * 3)) if "more" in line]


def test_the_most_severe_of_a_rule_and_file_are_shown() -> None:
    found = lines(many("info", "warning", "info", "error", "warning"))
    assert [line.split(":")[1] for line in found if line.startswith("a.yaml:")] == ["2", "4", "5"]
    assert found[-1] == "… and 2 more duplicate-key in this file, on lines 1, 3 (--all shows them)"


def test_everything_and_concise_show_each_finding() -> None:
    made = many(*["error"] * 15)
    everything = click.unstyle(text.render(made, quiet=True, everything=True))
    assert everything.count("a.yaml:") == 15
    assert "more" not in everything
    concise = click.unstyle(text.render(made, quiet=True, concise=True)).splitlines()
    assert concise == [
        f"a.yaml:{line}:1: error[duplicate-key]: VirtualService prod/reviews: it is wrong" for line in range(1, 16)
    ]


def test_the_summary_of_a_long_report_begins_with_the_most_severe_rules() -> None:
    source = Source("a.yaml", "a: 1\n")
    made = report(
        *(diagnostic(source, 0, 1, rule=f"rule-{number}", severity="warning") for number in range(4)),
        *(diagnostic(source, 0, 1, rule="often", severity="error", message="x" * 500) for _ in range(3)),
        diagnostic(source, 0, 1, rule="once", severity="error"),
        diagnostic(source, 0, 1, rule="opinion", severity="info"),
    )
    _, _, summary = click.unstyle(text.render(made)).rpartition("\n\n")
    heading, first, second, third, fourth, fifth, counts, *_ = summary.splitlines()
    assert heading == "Most severe:"
    assert first.startswith("  error: a.yaml:1:1: xxx")
    assert first.endswith("x... [often, 3 findings]")
    assert len(first) <= worst.WIDEST
    assert second == "  error: a.yaml:1:1: it is wrong [once]"
    assert [line.partition("[")[2] for line in (third, fourth, fifth)] == ["rule-0]", "rule-1]", "rule-2]"]
    assert counts == "4 errors, 4 warnings and 1 info in 1 file."
    assert "Most severe" not in text.render(report(*made.diagnostics[:5]))


def test_ten_charts_are_listed() -> None:
    made = report()
    made.summary.charts = [Chart(f"chart-{number:02}") for number in range(13)]
    listed = [line for line in text.render(made).splitlines() if line.startswith("Not rendered: ")]
    assert listed[0] == "Not rendered: chart chart-00; run istiolint --helm chart-00"
    assert listed[10:] == ["Not rendered: 3 more charts (--all shows them)"]
    assert text.render(made, everything=True).count("Not rendered: chart") == 13


def test_what_a_lowest_severity_hides_is_counted() -> None:
    made = many("error", "warning", "info", "info")
    made.hide_below("warning")
    assert [one.severity for one in made.diagnostics] == ["error", "warning"]
    assert "Hidden by --severity: 2 infos." in click.unstyle(text.render(made)).splitlines()
    assert not made.hidden["warning"]


def test_targets_are_named_where_a_finding_does_not_hold_in_all() -> None:
    made = at("a: 1\n", "a", targets=("overlays/prod",), partial=True)
    made.summary.resources["a.yaml"] = 1
    assert lines(made)[-1] == "  = note: in target overlays/prod"
    concise = click.unstyle(text.render(made, quiet=True, concise=True))
    assert concise == "a.yaml:1:1: error[duplicate-key]: it is wrong (in target overlays/prod)\n"
    assert "target" not in text.render(at("a: 1\n", "a", targets=("overlays/prod", "overlays/dev")), quiet=True)
    several = at("a: 1\n", "a", targets=tuple("abcdefg"), partial=True)
    assert lines(several)[-1] == "  = note: in targets a, b, c, d, e and 2 more"
