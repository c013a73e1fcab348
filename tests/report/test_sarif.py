"""SARIF: the official schema, and what code scanning at GitHub demands on top of it."""

import json
import os
import re
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, FormatChecker
from reports import at, diagnostic, report

from istiolint.findings.finding import ResourceName, Span
from istiolint.report import Report, addresses, sarif
from istiolint.rules.pages import pages
from istiolint.rules.registry import all_rules
from istiolint.sources import Source

OFFICIAL = os.environ.get("ISTIOLINT_SARIF_SCHEMA", "")
"""A copy of OASIS's sarif-schema-2.1.0.json, which is not ours to keep in this repository."""


def rendered(made: Report) -> Any:
    (run,) = json.loads(sarif.render(made))["runs"]
    return run


@pytest.fixture(scope="module")
def run(everything: Report) -> Any:
    return rendered(everything)


def validate(made: Report) -> None:
    schema = json.loads(Path(OFFICIAL).read_text("utf-8"))
    Draft4Validator(schema, format_checker=FormatChecker()).validate(json.loads(sarif.render(made)))


@pytest.mark.skipif(not OFFICIAL, reason="ISTIOLINT_SARIF_SCHEMA does not name the schema of OASIS")
def test_official_schema(everything: Report) -> None:
    validate(everything)
    source = Source("a.yaml", trouble="unreadable")
    validate(report(diagnostic(source, related=((Span(source, 0, 0), "x"),)), internal_errors=["it failed"]))
    validate(report())


def test_head(everything: Report) -> None:
    log = json.loads(sarif.render(everything))
    assert log.keys() == {"$schema", "version", "runs"}
    assert log["$schema"] == "https://json.schemastore.org/sarif-2.1.0.json"
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run["tool"]["driver"]["name"] == "istiolint"
    assert run["columnKind"] == "utf16CodeUnits"
    assert run["automationDetails"] == {"id": "istiolint/"}


def test_rules_as_github_demands(run: Any) -> None:
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({result["ruleId"] for result in run["results"]})
    for rule in rules:
        assert 0 < len(rule["name"]) <= 255
        assert rule["name"] != rule["id"]
        assert rule["help"]["text"] != rule["help"]["markdown"]
        assert "## Good" not in rule["help"]["markdown"]
        assert "# error: " not in rule["help"]["markdown"]
        for field in ("shortDescription", "fullDescription"):
            assert 0 < len(rule[field]["text"].strip()) <= 1024
        assert rule["help"]["text"].strip()
        assert rule["help"]["markdown"].strip()
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        properties = rule["properties"]
        assert 0 < len(properties["tags"]) <= 20
        assert properties["precision"] in ("very-high", "high", "medium", "low")
        assert properties["problem.severity"] in ("error", "warning", "recommendation")
        security = properties.get("security-severity")
        assert (security is not None) == ("security" in all_rules()[rule["id"]].tags)
        assert security is None or 0 < float(security) <= 10


def test_results_as_github_demands(run: Any) -> None:
    rules = run["tool"]["driver"]["rules"]
    assert run["results"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"].endswith((".", "?", "!"))
        (location,) = result["locations"]
        related = result.get("relatedLocations", [])
        for place in (location, *related):
            assert_place(place["physicalLocation"])
        links = {int(number) for number in re.findall(r"\]\((\d+)\)", result["message"]["text"])}
        assert links == {place["id"] for place in related}
        assert re.fullmatch(r"[0-9a-f]+:\d+", result["partialFingerprints"]["primaryLocationLineHash"])
        assert result.keys().isdisjoint({"kind", "codeFlows", "suppressions", "baselineState"})


def assert_place(place: Any) -> None:
    uri, region = place["artifactLocation"]["uri"], place["region"]
    assert re.fullmatch(r"[A-Za-z0-9._~%/-]+", uri)
    assert not uri.startswith(("/", "./"))
    assert ".." not in uri.split("/")
    begins, ends = (region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"])
    assert (1, 1) <= begins < ends
    assert region["startColumn"] >= 1
    assert region["endColumn"] >= 1


def test_fingerprints_tell_results_apart(run: Any) -> None:
    hashes = [
        (result["ruleId"], result["partialFingerprints"]["primaryLocationLineHash"], result["message"]["text"])
        for result in run["results"]
    ]
    assert len(set(hashes)) > len(hashes) * 0.9


def test_one_result() -> None:
    other = Source("b.yaml", "b: 1\n")
    made = at("spec:\n  timout: 1s\n", "timout", hint="write `timeout`", related=((Span(other, 0, 1), "meant here"),))
    (result,) = rendered(made)["results"]
    assert result["message"]["text"] == "It is wrong. Write `timeout`. See: [meant here](1)."
    (location,) = result["locations"]
    assert location == {
        "physicalLocation": {
            "artifactLocation": {"uri": "a.yaml"},
            "region": {"startLine": 2, "startColumn": 3, "endLine": 2, "endColumn": 9, "snippet": {"text": "timout"}},
        },
        "logicalLocations": [{"fullyQualifiedName": "prod/VirtualService/reviews", "kind": "resource"}],
    }
    assert result["relatedLocations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "b.yaml"}


def test_levels() -> None:
    levels = {
        severity: rendered(at("a", "a", severity=severity))["results"][0]["level"] for severity in ("error", "warning", "info")
    }
    assert levels == {"error": "error", "warning": "warning", "info": "note"}


def test_columns_count_utf16_units() -> None:
    (result,) = rendered(at("é😀😀x😀y", "x😀"))["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startColumn"], region["endColumn"]) == (6, 9)


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a.yaml", "a.yaml"),
        ("./a b/ü%.yaml", "a%20b/%C3%BC%25.yaml"),
        ("sub/../m/x.yaml", "m/x.yaml"),
        ("a:b.yaml", "a%3Ab.yaml"),
        ("c:/a\\b.yaml", "c%3A/a%5Cb.yaml"),
        ("<stdin>", "%3Cstdin%3E"),
        ("\udce9.yaml", "%E9.yaml"),
    ],
)
def test_uris_are_relative(path: str, uri: str) -> None:
    assert sarif.uri(path) == uri


def test_uris_of_absolute_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert sarif.uri(str(tmp_path / "sub/a.yaml")) == "sub/a.yaml"
    assert sarif.uri("/elsewhere/a b.yaml") == "file:///elsewhere/a%20b.yaml"
    assert sarif.uri("../a.yaml") == (tmp_path.parent / "a.yaml").as_uri()


def test_more_results_than_code_scanning_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 3)
    source = Source("a.yaml", "abcdef")
    severities = ("info", "error", "warning", "info", "error")
    made = report(*(diagnostic(source, at, at + 1, severity=severity) for at, severity in enumerate(severities)))
    run = rendered(made)
    assert [result["level"] for result in run["results"]] == ["error", "warning", "error"]
    (notice,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notice["message"]["text"].startswith("2 results of the lowest severity are omitted")


def test_the_limit_is_the_one_of_github() -> None:
    assert sarif.MOST_RESULTS == 25_000


def test_failures_are_reported() -> None:
    (invocation,) = rendered(report(internal_errors=["a rule failed"]))["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"] == [{"level": "error", "message": {"text": "a rule failed"}}]
    assert rendered(report())["invocations"] == [{"executionSuccessful": True}]


def test_a_rule_without_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "pages", dict)
    monkeypatch.setattr(sarif, "rule_page", lambda _: "")
    (rule,) = rendered(at("a: 1\n", "a"))["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == rule["help"]["text"] == "duplicate-key"
    assert "helpUri" not in rule


def test_one_finding_makes_a_small_file() -> None:
    assert len(sarif.render(at("a: 1\n", "a"))) < 10_000


@pytest.mark.parametrize(
    ("urls", "information", "help_"),
    [
        ([], None, None),
        (
            ["Repository, https://git.example/o/r"],
            "https://git.example/o/r",
            "https://git.example/o/r/blob/main/rules/yaml/{id}.md",
        ),
        (
            ["Homepage, https://lint.example", "Documentation, https://docs.example/", "Repository, https://git.example"],
            "https://lint.example",
            "https://docs.example/rules/yaml/{id}/",
        ),
    ],
)
def test_addresses_are_those_of_the_package(
    monkeypatch: pytest.MonkeyPatch, urls: list[str], information: str | None, help_: str | None
) -> None:
    package = Message()
    for url in urls:
        package["Project-URL"] = url
    monkeypatch.setattr("importlib.metadata.metadata", lambda name: package)
    addresses._project_urls.cache_clear()
    try:
        driver = rendered(at("a: 1\n", "a"))["tool"]["driver"]
    finally:
        addresses._project_urls.cache_clear()
    topic = pages()["duplicate-key"].topic
    expected = help_.format(id="duplicate-key").replace("/yaml/", f"/{topic}/") if help_ else None
    assert (driver.get("informationUri"), driver["rules"][0].get("helpUri")) == (information, expected)


def test_long_descriptions_are_cut() -> None:
    assert len(sarif._cut("a" * 2000)) == 1024
    assert sarif._cut("a" * 1024) == "a" * 1024


ANY = st.text(st.characters(codec=None), min_size=1, max_size=40) | st.sampled_from(["[a](1)", "](9)", "[", "]", "\\](3)"])


PATHS = st.binary(min_size=1, max_size=40).map(os.fsdecode)


@given(path=PATHS, message=ANY, words=ANY, name=ANY, hint=st.none() | ANY, content=ANY)
def test_any_text_gives_one_whole_result(
    *, path: str, message: str, words: str, name: str, hint: str | None, content: str
) -> None:
    source = Source(path, content)
    resource = ResourceName(name, name, name, name)
    one = diagnostic(source, 0, 1, message=message, hint=hint, resource=resource, related=((Span(source, 0, 1), words),))
    written = sarif.render(report(one))
    (result,) = json.loads(written)["runs"][0]["results"]
    assert written.isascii()
    written.encode("utf-8")
    json.loads(written, strict=True)
    assert re.findall(r"\]\(([^)]*)\)", result["message"]["text"]) == ["1"]
    assert re.search(r"\[[^\[\]]*\]\(1\)\.$", result["message"]["text"])
    for text in re.findall(r'"text": "((?:[^"\\]|\\.)*)"', written):
        json.loads(f'"{text}"').encode("utf-8")  # no half of a character
