"""The formats of build servers: what their readers need, and that text from manifests stays text."""

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import RULE, at, diagnostic, report

from istiolint.findings.finding import Span
from istiolint.report import Report, azure, checkstyle, github, gitlab, junit, markdown, rdjson, sarif, teamcity, wording
from istiolint.sources import Source

ANY = st.text(st.characters())
"""Lone surrogates and control characters, too."""
NASTY = 'a "quoted" <b>&amp;</b> ]]> | `x|y` \x1b[31m ##[error] \r\n::error::x \ud800 é'


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text.encode("utf-8"))


def nasty(text: str = NASTY) -> Report:
    return at("a: 1\nb: 2\n", "b", path=f"{text or 'x'}.yaml", message=text or "x", hint=text or None, rule=RULE)


def test_gitlab(everything: Report) -> None:
    """As GitLab's documentation of the format has it: these fields, these severities, paths without `./`, unique fingerprints."""
    issues = json.loads(gitlab.render(everything))
    assert len(issues) == len(everything.diagnostics)
    for issue in issues:
        assert issue.keys() == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["description"].startswith(f"{issue['check_name']}: ")
        assert issue["location"]["lines"]["begin"] >= 1
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert json.loads(gitlab.render(report())) == []


def test_gitlab_fingerprints_know_no_lines() -> None:
    one, moved = (json.loads(gitlab.render(at(text, "b")))[0] for text in ("a: 1\nb: 2\n", "# more\na: 1\nb: 2\n"))
    assert one["fingerprint"] == moved["fingerprint"]
    assert one["location"]["lines"] != moved["location"]["lines"]


def test_gitlab_paths_are_those_of_the_repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "deploy").mkdir()
    monkeypatch.chdir(tmp_path / "deploy")
    monkeypatch.setenv("CI_PROJECT_DIR", str(tmp_path))
    assert json.loads(gitlab.render(at("b: 2\n", "b", path="./a.yaml")))[0]["location"]["path"] == "deploy/a.yaml"
    monkeypatch.delenv("CI_PROJECT_DIR")
    assert json.loads(gitlab.render(at("b: 2\n", "b", path="./a.yaml")))[0]["location"]["path"] == "a.yaml"


def test_checkstyle(everything: Report) -> None:
    root = parsed(checkstyle.render(everything))
    assert (root.tag, root.get("version")) == ("checkstyle", "4.3")
    errors = root.findall("./file/error")
    assert len(errors) == len(everything.diagnostics)
    for element, found in zip(errors, everything.diagnostics, strict=True):
        assert element.attrib.keys() == {"line", "column", "severity", "message", "source"}
        assert (element.get("severity"), element.get("source")) == (found.severity, f"istiolint.{found.rule}")
        assert int(element.get("line") or 0) == found.span.begins.line
    paths = [element.get("name") for element in root.findall("./file")]
    assert len(paths) == len(set(paths))
    assert len(parsed(checkstyle.render(report()))) == 0


def test_junit(everything: Report) -> None:
    root = parsed(junit.render(everything))
    assert root.tag == "testsuites"
    cases = root.findall("./testsuite/testcase")
    failing = [found for found in everything.diagnostics if found.severity != "info"]
    assert len(cases) == len(everything.diagnostics) == int(root.get("tests") or 0)
    assert len(root.findall("./testsuite/testcase/failure")) == len(failing) == int(root.get("failures") or 0)
    for suite in root:
        assert len(suite.findall("testcase")) == int(suite.get("tests") or 0)
        assert len(suite.findall("testcase/failure")) == int(suite.get("failures") or 0)
        assert {case.get("classname") for case in suite} == {suite.get("name")}
        names = [case.get("name") for case in suite]
        assert all(names)
        assert len(set(names)) == len(names)


def test_junit_names_have_no_lines() -> None:
    def names(text: str) -> list[str | None]:
        made = [diagnostic(Source("a.yaml", text), text.index("b"), text.index("b") + 1) for _ in range(2)]
        return [case.get("name") for case in parsed(junit.render(report(*made))).iter("testcase")]

    assert names("a: 1\nb: 2\n") == names("# more\n\na: 1\nb: 2\n")
    assert names("b: 2\n") == [f"{RULE}: VirtualService prod/reviews spec", f"{RULE}: VirtualService prod/reviews spec (2)"]


def test_junit_without_findings_has_a_test_that_passes() -> None:
    (case,) = parsed(junit.render(report())).findall("./testsuite/testcase")
    assert len(case) == 0
    failed = parsed(junit.render(report(internal_errors=["the rule x failed"])))
    assert failed.get("errors") == "1"
    assert [error.get("message") for error in failed.findall("./testsuite/testcase/error")] == ["the rule x failed"]


@given(ANY)
def test_xml_is_well_formed_whatever_manifests_hold(text: str) -> None:
    for module in (checkstyle, junit):
        root = parsed(module.render(nasty(text)))
        assert len(list(root.iter("error")) + list(root.iter("failure"))) == 1


def test_xml_says_what_the_manifest_says() -> None:
    (error,) = parsed(checkstyle.render(nasty('<b> "&amp;"'))).iter("error")
    assert error.get("message") == '<b> "&amp;" (<b> "&amp;")'


def cells(row: str) -> list[str]:
    """The cells of a row, as GitHub splits them: at bars without a backslash."""
    return re.split(r"(?<!\\)\|", row)[1:-1]


@given(ANY)
def test_markdown_keeps_its_rows(text: str) -> None:
    lines = markdown.render(nasty(text)).splitlines()
    table = lines[lines.index("|---|---|---|---|") + 1 :]
    assert [len(cells(row)) for row in table] == [4]


def test_markdown_holds_no_links_and_no_html() -> None:
    page = markdown.render(at("a: 1\n", "a", message="<img src=x> [click](http://x) ![p](y) *b* `<i>|</i>`"))
    assert "\\<img src=x\\> \\[click\\](http://x) \\!\\[p\\](y) \\*b\\* `<i>\\|</i>`" in page


def test_markdown_shows_the_gravest_first_and_not_too_many() -> None:
    source = Source("a.yaml", "a: 1\n")
    some = [diagnostic(source, message="m", severity="info") for _ in range(markdown.MOST_ROWS)]
    page = markdown.render(report(*some, diagnostic(source, message="grave")))
    rows = [line for line in page.splitlines() if line.startswith(("| error", "| info"))]
    assert rows[0] == f"| error | `a.yaml:1:1` | `{RULE}` | grave |"
    assert len(rows) == markdown.MOST_ROWS
    assert "1 more finding of the lowest severity left out here." in page
    assert "| Where |" not in markdown.render(report())


@pytest.mark.parametrize("module", [github, gitlab, junit, checkstyle, markdown, azure, teamcity])
def test_related_places_are_in_each_format(module: Any) -> None:
    other = Source("b.yaml", "x: 1\ny: 2\n")
    made = at("a: 1\n", "a", related=((Span(other, 5, 6), "first written here"),), hint="remove one")
    written = module.render(made).replace("\\", "").replace("%3A", ":")
    assert "remove one" in written
    assert re.search(r"see b\.yaml:2:1: first written here", written)


@pytest.mark.parametrize("module", [github, gitlab, junit, checkstyle, markdown, azure, teamcity, rdjson, sarif])
def test_targets_are_named_where_a_finding_does_not_hold_in_all(module: Any) -> None:
    partial = module.render(at("a: 1\n", "a", targets=("overlays/prod",), partial=True))
    assert "n target overlays/prod" in partial
    assert "n target" not in module.render(at("a: 1\n", "a", targets=("overlays/prod", "overlays/dev")))


def test_many_related_places_are_cut() -> None:
    other = Source("b.yaml", "x: 1\n")
    (found,) = at("a: 1\n", "a", related=tuple((Span(other, 0, 1), f"place {number}") for number in range(9))).diagnostics
    assert len(wording.related(found)) == wording.MOST_RELATED + 1
    assert wording.related(found)[-1] == "and 4 more"


def test_rdjson(everything: Report) -> None:
    """As reviewdog's proto/rdf/reviewdog.proto has it."""
    found = json.loads(rdjson.render(everything))
    assert found["source"]["name"] == "istiolint"
    assert len(found["diagnostics"]) == len(everything.diagnostics)
    for one in found["diagnostics"]:
        assert one.keys() <= {"message", "location", "severity", "code", "suggestions", "relatedLocations"}
        assert one["severity"] in ("ERROR", "WARNING", "INFO")
        for location in (one["location"], *(each["location"] for each in one.get("relatedLocations", []))):
            begins, ends = location["range"]["start"], location["range"]["end"]
            assert (1, 1) <= (begins["line"], begins["column"]) <= (ends["line"], ends["column"])
    assert any("suggestions" in one for one in found["diagnostics"])
    assert any("relatedLocations" in one for one in found["diagnostics"])


def test_rdjson_columns_count_bytes() -> None:
    (found,) = json.loads(rdjson.render(at("a𐐀b: 1", "b")))["diagnostics"]
    assert found["location"]["range"] == {"start": {"line": 1, "column": 6}, "end": {"line": 1, "column": 7}}


@given(ANY)
def test_rdjson_is_whole_whatever_manifests_hold(text: str) -> None:
    written = rdjson.render(nasty(text))
    assert written.isascii()
    assert len(json.loads(written)["diagnostics"]) == 1


AZURE = re.compile(r"##vso\[task\.logissue (?P<properties>(?:[a-z]+=[^;\]]*;)+)\](?P<message>[^\r\n]*)")


def test_azure(everything: Report) -> None:
    *lines, total = azure.render(everything).splitlines()
    assert len(lines) == len(everything.diagnostics)
    assert " errors" in total
    for line, found in zip(lines, everything.diagnostics, strict=True):
        issue = AZURE.fullmatch(line)
        assert bool(issue) == (found.severity != "info")
        if issue:
            properties = dict(pair.split("=", 1) for pair in issue["properties"].strip(";").split(";"))
            assert properties.keys() == {"type", "sourcepath", "linenumber", "columnnumber", "code"}
            assert properties["type"] == found.severity
            assert int(properties["linenumber"]) == found.span.begins.line


@given(ANY)
def test_azure_text_from_manifests_is_no_command(text: str) -> None:
    first, *rest = azure.render(nasty(text)).split("\n")
    assert AZURE.fullmatch(first)
    assert "##" not in first[2:].replace("#\\x23", "") or not re.search(r"##\w*\[", first[2:])
    assert not re.search(r"%(?!AZP25|3B|5D)", first)
    assert len(rest) == 2


TEAMCITY = re.compile(r"##teamcity\[(?P<name>\w+)(?P<attributes>(?: \w+='(?:[^'|\[\]\r\n]|\|['|\[\]]|\|0x[0-9a-f]{4})*')+)\]")


def test_teamcity(everything: Report) -> None:
    *lines, total = teamcity.render(everything).splitlines()
    messages = [message for line in lines if (message := TEAMCITY.fullmatch(line))]
    assert len(messages) == len(lines)
    types = [message for message in messages if message["name"] == "inspectionType"]
    assert len(types) == len({one.rule for one in everything.diagnostics})
    assert messages[: len(types)] == types
    assert len([message for message in messages if message["name"] == "inspection"]) == len(everything.diagnostics)
    assert " errors" in total
    assert "internal error: it failed" in teamcity.render(report(internal_errors=["it failed"]))


@given(ANY)
def test_teamcity_text_from_manifests_is_no_message(text: str) -> None:
    lines = teamcity.render(nasty(text)).splitlines()
    assert [bool(TEAMCITY.fullmatch(line)) for line in lines] == [True, True, False]
