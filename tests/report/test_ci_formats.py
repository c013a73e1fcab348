"""The formats of build servers: what their readers need, and that text from manifests stays text."""

import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import RULE, at, diagnostic, report

from istiolint.report import Report, checkstyle, gitlab, junit, markdown
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
    assert "\\<img src=x\\> \\[click\\]\\(http://x\\) \\!\\[p\\]\\(y\\) \\*b\\* `<i>\\|</i>`" in page


def test_markdown_shows_the_gravest_first_and_not_too_many() -> None:
    source = Source("a.yaml", "a: 1\n")
    some = [diagnostic(source, message="m", severity="info") for _ in range(markdown.MOST_ROWS)]
    page = markdown.render(report(*some, diagnostic(source, message="grave")))
    rows = [line for line in page.splitlines() if line.startswith(("| error", "| info"))]
    assert rows[0] == f"| error | `a.yaml:1:1` | `{RULE}` | grave |"
    assert len(rows) == markdown.MOST_ROWS
    assert "1 more finding of the lowest severity left out here." in page
    assert "| Where |" not in markdown.render(report())
