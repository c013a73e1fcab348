"""Suppressions in comments and annotations: the lines that they apply to, lookalikes, and their removal."""

import json
from pathlib import Path

import click
import pytest

from istiolint.engine.lint import lint
from istiolint.fix import fix_all
from istiolint.report import Report
from istiolint.settings import Settings
from istiolint.sources import Source

FIRST = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
spec:
  hosts: [reviews]
  http:
    - timout: 3s
      retrys: 5
      route: [{destination: {host: reviews}}]
"""
SECOND = FIRST.replace("reviews", "ratings")
BOTH = f"{FIRST}---\n{SECOND}"
LINES = [8, 9, 19, 20]


def report(text: str, path: str = "a.yaml", **settings: object) -> Report:
    return lint([Source(path, text)], Settings(**settings))  # type: ignore[arg-type]


def found(text: str) -> list[str]:
    """The lines and rules of findings, the text of each line in place of its number."""
    return [f"{d.span.source.line(d.span.begins.line).split('#')[0].strip()} {d.rule}" for d in report(text).diagnostics]


ALL = ["- timout: 3s unknown-field", "retrys: 5 unknown-field"] * 2


def test_nothing_is_suppressed_without_comments() -> None:
    assert found(BOTH) == ALL


@pytest.mark.parametrize("name", ["unknown-field", "schema", "wrong-type, unknown-field", " unknown-field ,wrong-type"])
def test_by_id_and_topic(name: str) -> None:
    text = FIRST.replace("3s", f"3s  # istiolint: ignore[{name}] why")
    assert "- timout: 3s unknown-field" not in found(text)
    assert "retrys: 5 unknown-field" in found(text)


@pytest.mark.parametrize("comment", ["# istiolint: ignore[unknown-field]", "#istiolint:ignore[unknown-field]: asked for"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_own_line_is_for_the_next_line_with_content(comment: str, end: str) -> None:
    text = FIRST.replace("      retrys", f"      {comment}\n\n      # and why\n      retrys").replace("\n", end)
    assert found(text) == ["- timout: 3s unknown-field"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"# istiolint: ignore[unknown-field]\n{BOTH}", ALL[:2]),
        (f"# ours\n# istiolint: ignore[unknown-field]\n\n---\n# the first\n{BOTH}", ALL[:2]),
        (BOTH.replace("---", "---  # istiolint: ignore[unknown-field]"), ALL[:2]),
        (BOTH.replace("---\n", "---\n# istiolint: ignore[unknown-field]\n"), ALL[:2]),
        (BOTH.replace("---\n", "# istiolint: ignore[unknown-field]\n---\n"), ALL[:2]),
        (f"# istiolint: ignore-file[unknown-field] old\n{BOTH}", []),
        (BOTH.replace("3s", "3s  # istiolint: ignore-file[unknown-field]", 1), []),
        (f"{BOTH}# istiolint: ignore-file[unknown-field]", []),
    ],
)
def test_document_and_file(text: str, left: list[str]) -> None:
    assert found(text) == left


@pytest.mark.parametrize(
    "text",
    [
        FIRST.replace("name: reviews", "name: reviews\n  annotations:\n    a: |\n      # istiolint: ignore-file[unknown-field]"),
        FIRST.replace(
            "name: reviews", "name: reviews\n  annotations:\n    a: >-\n\n      # istiolint: ignore-file[unknown-field]"
        ),
        FIRST.replace("name: reviews", "name: reviews\n  annotations:\n    a: ' # istiolint: ignore-file[unknown-field]'"),
        FIRST.replace(
            "name: reviews", 'name: reviews\n  annotations:\n    a: "b\n      # istiolint: ignore-file[unknown-field]"'
        ),
        FIRST.replace("name: reviews", "name: reviews\n  annotations:\n    ' # istiolint: ignore-file[unknown-field]': a"),
        FIRST.replace("name: reviews", "name: reviews\n  annotations:\n    a: b#istiolint:ignore-file[unknown-field]"),
    ],
)
def test_text_in_strings_is_no_comment(text: str) -> None:
    assert found(text)[-2:] == ALL[:2]


def test_comment_behind_the_mark_of_a_block() -> None:
    block = "name: reviews\n  annotations:\n    a: |  # istiolint: ignore-file[unknown-field]\n      b"
    assert found(FIRST.replace("name: reviews", block)) == []


def test_annotation_is_for_its_resource() -> None:
    annotated = FIRST.replace("name: reviews", "name: reviews\n  annotations: {istiolint.io/ignore: 'unknown-field: old'}")
    assert found(f"{annotated}---\n{SECOND}") == ALL[2:]
    listed = f"apiVersion: v1\nkind: List\nitems:\n- {annotated.replace(chr(10), chr(10) + '  ').rstrip()}\n"
    assert found(listed + "- " + SECOND.replace("\n", "\n  ")) == ALL[2:]


def test_reasons_are_kept() -> None:
    made = report(FIRST.replace("3s", "3s  # istiolint: ignore[unknown-field] until the upgrade # ours"))
    assert [(one.diagnostic.rule, one.reason) for one in made.suppressed] == [("unknown-field", "until the upgrade")]
    assert made.summary.suppressed == {"unknown-field": 1}


def test_a_broken_document_is_silenced_by_a_comment_on_its_own_line() -> None:
    assert found("# istiolint: ignore-file[yaml-syntax] made by a tool\na: [\n") == []
    assert found("a: [  # istiolint: ignore-file[yaml-syntax]\n") != []


def test_what_may_be_used_elsewhere_is_not_called_unused() -> None:
    text = FIRST.replace("timout", "timeout").replace("retrys: 5\n      ", "")
    crossing = text.replace("hosts: [reviews]", "hosts: [reviews]  # istiolint: ignore[gateway-not-found]")
    assert not report(crossing).diagnostics
    assert [d.rule for d in report(crossing, whole_mesh=True).diagnostics if "suppression" in d.rule] == ["unused-suppression"]
    assert not report(text + "# istiolint: ignore[unknown-field]", select=("wrong-type", "unused-suppression")).diagnostics
    assert not report("# istiolint: ignore-file[unknown-field]\n{{ if .Values.a }}\n{{ end }}\n" + text).diagnostics[1:]


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("timeout: 3s  # istiolint: ignore[unknown-field] why", "timeout: 3s"),
        ("timeout: 3s # three # istiolint: ignore[unknown-field] # more", "timeout: 3s # three # more"),
        ("timeout: 3s #istiolint:ignore[wrong-type,no-such]", "timeout: 3s"),
        ("timeout: 3s", "timeout: 3s"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_unused_and_unknown_ones_are_removed(line: str, left: str, end: str) -> None:
    text = FIRST.replace("retrys: 5", "retries: {attempts: 2}")
    own = "      # istiolint: ignore[wrong-type]\n      # other\n      timout"
    source = Source(
        "a.yaml", text.replace("- timout: 3s", f"- {line}").replace("      retries", f"{own[:-6]}retries").replace("\n", end)
    )
    wanted = text.replace("- timout: 3s", f"- {left}").replace("      retries", "      # other\n      retries").replace("\n", end)
    result = fix_all([source])
    assert result.texts == {"a.yaml": wanted}
    assert not result.report.diagnostics


def test_annotation_loses_its_names() -> None:
    text = FIRST.replace(
        "name: reviews", "name: reviews\n  annotations:\n    istiolint.io/ignore: 'wrong-type, unknown-field: old'"
    )
    assert fix_all([Source("a.yaml", text)]).texts == {
        "a.yaml": text.replace("'wrong-type, unknown-field: old'", '"unknown-field: old"')
    }  # fmt: skip


def test_sarif_and_json_list_them_when_asked_to() -> None:
    from jsonschema import Draft202012Validator

    from istiolint.data import folder
    from istiolint.report import json as as_json
    from istiolint.report import sarif, text

    made = report(FIRST.replace("3s", "3s  # istiolint: ignore[unknown-field] asked for"))
    results = json.loads(sarif.render(made))["runs"][0]["results"]
    assert [result["suppressions"] for result in results] == [
        [], [{"kind": "inSource", "status": "accepted", "justification": "asked for"}]
    ]  # fmt: skip
    written = json.loads(as_json.render(made))
    Draft202012Validator(json.loads((folder("schemas") / "istiolint-report.schema.json").read_text("utf-8"))).validate(written)
    assert [(one["reason"], one["diagnostic"]["line"]) for one in written["suppressed"]] == [("asked for", 8)]
    assert "a.yaml:8:7: suppressed[unknown-field]:" in click.unstyle(text.render(made))


def test_only_texts_that_speak_of_istiolint_are_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("istiolint.suppression.comments.comments", fail)
    assert found(BOTH) == ALL
