"""`istiolint rules` and `istiolint explain`."""

import json

import pytest
from commands import Run

from istiolint.rules.registry import all_rules


def test_rules_as_text(run: Run) -> None:
    found = run("rules")
    assert found.exit_code == 0
    head, *lines = found.output.splitlines()
    assert head.split() == ["rule", "severity", "evidence", "default", "codes", "what", "it", "is", "about"]
    assert [line.split()[0] for line in lines] == list(all_rules())
    assert "\033" not in found.output


def test_rules_as_json(run: Run) -> None:
    listed = {rule["id"]: rule for rule in json.loads(run("rules", "--format", "json").stdout)}
    assert listed.keys() == all_rules().keys()
    key = listed["duplicate-key"]
    assert key["severity"] == "error"
    assert key["category"] == "syntax"
    assert key["default"] is True
    assert key["title"].startswith("A key is written twice")


def test_explain_by_id(run: Run) -> None:
    found = run("explain", "duplicate-key")
    assert found.exit_code == 0
    assert found.output.startswith("duplicate-key (error, category syntax; on by default")
    assert "A key is written twice in one mapping" in found.output
    assert "```" not in found.output


@pytest.mark.parametrize("code", ["IST0101", "ist0101", "KIA1101"])
def test_explain_by_code(run: Run, code: str) -> None:
    found = run("explain", code)
    assert found.exit_code == 0
    assert code.upper() in found.output.splitlines()[0]


def test_explain_a_code_without_a_rule(run: Run) -> None:
    from istiolint.rules.other_tools import WITHOUT_RULE

    code = next(iter(WITHOUT_RULE))
    found = run("explain", code.lower())
    assert (found.exit_code, WITHOUT_RULE[code] in found.output) == (0, True)


def test_explain_takes_a_rule_and_no_category(run: Run) -> None:
    assert run("explain", "syntax").exit_code == 2
    assert run("explain", "ALL").exit_code == 2
    found = run("explain", "duplicate-keys")
    assert found.exit_code == 2
    assert "there is no rule `duplicate-keys`; did you mean `duplicate-key`?" in " ".join(found.output.split())
