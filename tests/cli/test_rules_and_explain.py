"""`istiolint rules` and `istiolint explain`."""

import json

import pytest
from commands import Run

from istiolint.rules.registry import all_rules


def test_rules_as_text(run: Run) -> None:
    found = run("rules")
    assert found.exit_code == 0
    head, *lines = found.output.splitlines()
    assert head.split() == ["rule", "topic", "severity", "evidence", "default", "codes", "what", "it", "is", "about"]
    assert [line.split()[0] for line in lines] == list(all_rules())
    assert "\033" not in found.output


def test_rules_as_json(run: Run) -> None:
    listed = {rule["id"]: rule for rule in json.loads(run("rules", "--format", "json").stdout)}
    assert listed.keys() == all_rules().keys()
    key = listed["duplicate-key"]
    assert key["severity"] == "error"
    assert (key["topic"], key["category"]) == ("syntax", "syntax")
    assert key["default"] is True
    assert key["title"].startswith("Duplicate key")


def ids(run: Run, *options: str) -> list[str]:
    found = run("rules", "--format", "json", *options)
    assert found.exit_code == 0
    return [rule["id"] for rule in json.loads(found.stdout)]


def test_rules_are_searched(run: Run) -> None:
    found = ids(run, "--search", "DUPLICATE")
    assert "duplicate-key" in found
    assert len(found) < len(all_rules())
    assert set(ids(run, "--search", "duplicate", "--search", "key")) < set(found)
    assert "route-to-missing-subset" in ids(run, "--search", "ist0101")
    nothing = run("rules", "--search", "zyzzyva")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "no rule matches" in nothing.stderr
    assert ids(run, "--search", "zyzzyva") == []


def test_rules_are_filtered(run: Run) -> None:
    rules = all_rules().values()
    assert ids(run, "--severity", "error") == [rule.id for rule in rules if rule.severity == "error"]
    assert ids(run, "--kind", "virtualservice") == [rule.id for rule in rules if "VirtualService" in rule.kinds]
    assert ids(run, "--topic", "routing") == [rule.id for rule in rules if rule.is_in("routing")]
    assert ids(run, "--code", "IST0101") == [rule.id for rule in rules if "IST0101" in rule.codes]
    assert ids(run, "--fixable") == [rule.id for rule in rules if rule.fixable]
    both = ids(run, "--severity", "error", "--severity", "info", "--fixable")
    assert both == [rule.id for rule in rules if rule.severity != "warning" and rule.fixable]
    text = run("rules", "--topic", "routing", "--severity", "info").output.splitlines()
    assert len(text) == 1 + len(ids(run, "--topic", "routing", "--severity", "info"))


def test_filters_that_no_rule_has(run: Run) -> None:
    assert "no rule has the topic `ruoting`; did you mean `routing`?" in " ".join(
        run("rules", "--topic", "ruoting").output.split()
    )
    assert run("rules", "--kind", "Widget").exit_code == 2


def test_explain_by_id(run: Run) -> None:
    found = run("explain", "duplicate-key")
    assert found.exit_code == 0
    assert found.output.startswith("duplicate-key (error, topic syntax; on by default")
    assert "Duplicate key" in found.output
    assert "```" not in found.output


@pytest.mark.parametrize("code", ["IST0101", "ist0101", "KIA1101"])
def test_explain_by_code(run: Run, code: str) -> None:
    found = run("explain", code)
    assert found.exit_code == 0
    assert code.upper() in found.output.splitlines()[0]


def test_explain_a_code_without_a_rule(run: Run) -> None:
    from istiolint.rules.other_tools import UNSUPPORTED_CODES

    code = next(iter(UNSUPPORTED_CODES))
    found = run("explain", code.lower())
    assert (found.exit_code, UNSUPPORTED_CODES[code] in found.output) == (0, True)


@pytest.mark.parametrize("topic", ["security", "Routing"])
def test_explain_a_topic_lists_its_rules(run: Run, topic: str) -> None:
    found = run("explain", topic)
    assert found.exit_code == 0
    listed = [line.split()[0] for line in found.output.splitlines() if line.startswith("  ")]
    expected = [rule.id for rule in all_rules().values() if topic.lower() in rule.groups]
    assert listed == expected
    assert "did you mean" not in found.output


def test_explain_shows_nothing_that_is_for_the_tests(run: Run) -> None:
    found = run("explain", "large-direct-response").output
    assert len(found) < 5_000
    assert "\nLong examples are shortened; the entire page is " in found
    assert "# warning: " not in found
    assert "# error: " not in run("explain", "duplicate-key").output


def test_explain_names_the_options_that_fix_an_example(run: Run) -> None:
    text = run("explain", "unknown-field").stdout
    assert "    # after --fix\n" in text
    assert "    # after --fix --unsafe-fixes\n" in text


def test_explain_an_unknown_rule(run: Run) -> None:
    assert run("explain", "ALL").exit_code == 2
    found = run("explain", "duplicate-keys")
    assert found.exit_code == 2
    assert "unknown rule `duplicate-keys`; did you mean `duplicate-key`?" in " ".join(found.output.split())


def test_former_ids(run: Run) -> None:
    found = run("explain", "keys-over-plain-http")
    assert "jwks-over-plain-http (" in found.stdout
    assert found.stderr == (
        "istiolint: renamed rules: `keys-over-plain-http` is now `jwks-over-plain-http`; the old ids still work\n"
    )
