"""Rules that the configuration defines, as the command uses them."""

import json
from pathlib import Path

import pytest
from commands import FAULTY, ROOT, Process, Run

RULES = """\
custom-rules:
  - id: route-without-timeout
    title: HTTP route without a timeout
    kinds: [VirtualService]
    at: spec.http[*]
    expression: has(self.timeout)
    messageExpression: "'the route to ' + self.route[0].destination.host + ' has no timeout'"
    severity: error
    hint: set `timeout`
    examples:
      bad:
        - |
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: {name: reviews, namespace: prod}
          spec: {hosts: [reviews], http: [{route: [{destination: {host: reviews}}]}]}
      good:
        - |
          apiVersion: networking.istio.io/v1
          kind: VirtualService
          metadata: {name: reviews, namespace: prod}
          spec: {hosts: [reviews], http: [{timeout: 1s, route: [{destination: {host: reviews}}]}]}
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / ".istiolint.yaml").write_text(RULES, "utf-8")
    (tmp_path / "a.yaml").write_text(FAULTY.replace("      timeout: 1s\n      timeout: 2s\n", ""), "utf-8")
    return tmp_path


def test_they_are_reported_listed_and_explained(process: Process, tree: Path) -> None:
    found = process("--concise", ".")
    assert found.returncode == 1
    assert "a.yaml:7:7: error[route-without-timeout]: the route to reviews has no timeout" in found.stdout
    assert "route-without-timeout  custom" in process("rules", "--topic", "custom").stdout
    assert "route-without-timeout" not in process("rules", "--isolated").stdout
    explained = process("explain", "route-without-timeout").stdout
    for words in (
        "HTTP route without a timeout",
        "    has(self.timeout)\n",
        "\n\nSet `timeout`.\n",
        "Defined in .istiolint.yaml:2:5.",
    ):
        assert words in explained
    (run,) = json.loads(process("--format", "sarif", ".").stdout)["runs"]
    (sarif,) = (rule for rule in run["tool"]["driver"]["rules"] if rule["id"] == "route-without-timeout")
    assert sarif["shortDescription"]["text"] == "HTTP route without a timeout"
    assert "has(self.timeout)" in sarif["help"]["markdown"]


def test_they_are_named_as_other_rules(run: Run, tree: Path) -> None:
    assert run(".", "--ignore", "route-without-timeout").exit_code == 0
    assert run(".", "--select", "route-without-timeout").exit_code == 1
    assert run(".", "--select", "unknown-field").exit_code == 0
    assert run(".", "--isolated").exit_code == 0
    assert "did you mean `route-without-timeout`?" in run(".", "--select", "route-without-timeuot").output
    with (tree / ".istiolint.yaml").open("a", encoding="utf-8") as file:
        file.write("severity: {route-without-timeout: info}\nper-path-ignores: {b/: [custom]}\n")
    assert run(".").exit_code == 0
    assert "info[route-without-timeout]" in run(".").output


def test_those_of_a_nested_file_apply_in_its_folder(run: Run, tree: Path) -> None:
    (tree / "b").mkdir()
    (tree / ".istiolint.yaml").rename(tree / "b/.istiolint.yaml")
    (tree / "b/b.yaml").write_text((tree / "a.yaml").read_text("utf-8").replace("name: reviews", "name: b"), "utf-8")
    found = run(".").output
    assert "b/b.yaml:7:7: error[route-without-timeout]" in found
    assert found.count("route-without-timeout") == 1
    assert run("b").exit_code == 1


def test_examples_are_tests(run: Run, tree: Path) -> None:
    found = run("rules", "--test")
    assert (found.exit_code, found.output) == (0, "1 rule, 2 examples, 0 problems.\n")
    (tree / ".istiolint.yaml").write_text(RULES.replace("has(self.timeout)", "has(self.timeouts)"), "utf-8")
    found = run("rules", "--test")
    assert found.exit_code == 1
    assert ".istiolint.yaml:2:5: route-without-timeout: good example 1: reported at line 4: the route to reviews" in found.output
    (tree / ".istiolint.yaml").write_text(RULES.replace("has(self.timeout)", "self != null"), "utf-8")
    assert "bad example 1: nothing is reported" in run("rules", "--test").output
    (tree / ".istiolint.yaml").write_text(RULES.replace("kind: VirtualService", "kind: Pod"), "utf-8")
    assert "bad example 1: it contains no VirtualService" in run("rules", "--test").output
    assert (
        "Without a bad or a good example: a.\n"
        in (
            (tree / ".istiolint.yaml").write_text("custom-rules: [{id: a, kinds: [Pod], expression: 'true'}]\n", "utf-8"),
            run("rules", "--test").output,
        )[1]
    )


def test_what_cannot_be_evaluated_is_noted(process: Process, tree: Path) -> None:
    (tree / ".istiolint.yaml").write_text(RULES.replace("has(self.timeout)", "self.timeout != ''"), "utf-8")
    found = process(".")
    assert found.returncode == 0
    assert (
        "istiolint: note: route-without-timeout cannot decide about a.yaml, VirtualService prod/reviews: no such key"
        in found.stderr
    )


def test_a_broken_configuration_does_not_hide_pages(run: Run, tree: Path) -> None:
    (tree / ".istiolint.yaml").write_text("selekt: []\n", "utf-8")
    assert "Duplicate key" in run("explain", "duplicate-key").output
    assert run("rules").exit_code == 2


def test_the_rules_of_the_documentation_work(run: Run, tree: Path) -> None:
    text = (ROOT / "docs/custom-rules.md").read_text("utf-8")
    (tree / ".istiolint.yaml").write_text(text.partition("```yaml\n")[2].partition("```")[0], "utf-8")
    found = run("rules", "--test")
    assert (found.exit_code, found.output.splitlines()[-1]) == (0, "2 rules, 2 examples, 0 problems.")


OWNERS = """\
custom-rules:
  - id: owner-missing
    kinds: [Widget.acme.example.com, PersistentVolumeClaim.core]
    at: spec.owner
    expression: has(object.spec.owner)
    message: no owner
    examples:
      bad: ["{apiVersion: acme.example.com/v1, kind: Widget, metadata: {name: a}, spec: {size: 1}}"]
"""
WIDGETS = """\
{apiVersion: acme.example.com/v1, kind: Widget, metadata: {name: a}, spec: {size: 1}}
---
{apiVersion: acme.example.com/v1, kind: Widget, metadata: {name: b}, spec: {size: 1}}
---
{apiVersion: other.example.com/v1, kind: Widget, metadata: {name: c}, spec: {}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: d}, spec: {size: 1}}
"""


def test_they_check_kinds_of_which_nothing_else_is_known(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".istiolint.yaml").write_text(OWNERS, "utf-8")
    (tmp_path / "a.yaml").write_text(WIDGETS, "utf-8")
    found = json.loads(run("--format", "json").output)["diagnostics"]
    assert [(one["rule"], one["line"], one["resource"]["name"]) for one in found] == [
        ("owner-missing", 1, "a"), ("owner-missing", 3, "b"), ("owner-missing", 7, "d"),
    ]  # fmt: skip
    assert run("rules", "--test").exit_code == 0


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("VirtualService.networking.istio.io", "the kind `VirtualService.networking.istio.io` is called `VirtualService` here"),
        ("ConfigMap.core", "the kind `ConfigMap.core` is called `ConfigMap` here"),
        ("Widget", "unknown kind `Widget`; write other kinds with their group, as in `Certificate.cert-manager.io`"),
    ],
)
def test_kinds_have_one_name(run: Run, tmp_path: Path, kind: str, words: str) -> None:
    (tmp_path / ".istiolint.yaml").write_text(OWNERS.replace("Widget.acme.example.com", kind), "utf-8")
    assert words in " ".join(run(".").output.split())
