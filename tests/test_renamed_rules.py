"""Former ids of rules: they work wherever ids do, and a run reports once which of them are used."""

import json
from pathlib import Path

import pytest

from istiolint import Settings, Source, lint
from istiolint.comparison.baseline import load
from istiolint.rules.check import declare
from istiolint.rules.registry import all_rules, matching, rule_of
from istiolint.rules.renamed import RENAMED, notice
from istiolint.settings import PathIgnore

FORMER, CURRENT = "keys-over-plain-http", "jwks-over-plain-http"
POLICY = """\
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: a
  namespace: b{annotation}
spec:
  jwtRules:
    - issuer: a.example.com
      jwksUri: http://a.example.com/jwks{comment}
"""


def run(settings: Settings | None = None, *, annotation: str = "", comment: str = "") -> tuple[set[str], tuple[str, ...]]:
    text = POLICY.format(annotation=annotation and f"\n  annotations: {{{annotation}}}", comment=comment)
    report = lint([Source("a.yaml", text)], settings or Settings())
    return {one.rule for one in report.diagnostics}, report.former_ids


@pytest.mark.parametrize("name", sorted(RENAMED))
def test_each_former_id_means_one_rule(name: str) -> None:
    assert name not in all_rules()
    assert [rule.id for rule in matching(name)] == [RENAMED[name]]
    found = rule_of(name)
    assert found
    assert found.id == RENAMED[name]


def test_without_former_ids_nothing_is_reported() -> None:
    found, former = run()
    assert CURRENT in found
    assert former == ()
    assert notice(former) == ""


@pytest.mark.parametrize(
    "settings",
    [
        Settings(ignore=(FORMER,)),
        Settings(select=("unknown-field",), extend_select=("missing-field",), ignore=(FORMER,)),
        Settings(severity=((FORMER, "off"),)),
        Settings(per_path_ignores=(PathIgnore("", "a.yaml", (FORMER,)),)),
    ],
)
def test_settings(settings: Settings) -> None:
    found, former = run(settings)
    assert CURRENT not in found
    assert former == (FORMER,)


def test_a_severity_by_former_id_is_as_close_as_one_by_id() -> None:
    assert CURRENT in run(Settings(severity=(("security", "error"),)))[0]
    assert CURRENT not in run(Settings(severity=((FORMER, "off"), ("security", "error"))))[0]


@pytest.mark.parametrize(
    "suppression",
    [
        {"comment": f"  # istiolint: ignore[{FORMER}]"},
        {"annotation": f"istiolint.io/ignore: {FORMER}"},
    ],
)
def test_suppressions(suppression: dict[str, str]) -> None:
    found, former = run(**suppression)  # type: ignore[arg-type]
    assert not found & {CURRENT, "unknown-suppression", "unused-suppression"}
    assert former == (FORMER,)


def test_baselines(tmp_path: Path) -> None:
    entry = {"path": "a.yaml", "resource": "", "rule": FORMER, "field": "spec", "message": "words"}
    (tmp_path / "baseline.json").write_text(json.dumps({"version": 1, "findings": [entry]}), "utf-8")
    assert {one.rule for one in load(tmp_path / "baseline.json").entries} == {CURRENT}


def test_new_rules_cannot_take_a_former_id() -> None:
    with pytest.raises(ValueError, match=f"a former id of {CURRENT}"):
        declare(FORMER, severity="info", topic="acme")


def test_the_notice_names_old_and_new() -> None:
    assert notice([FORMER]) == f"renamed rules: `{FORMER}` is now `{CURRENT}`; the old ids still work"
