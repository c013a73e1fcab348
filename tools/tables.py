"""The tables in docs/: the codes of `istioctl analyze` and of Kiali, the checks of Istio's own validation that rules cover, the
misconfigurations that break meshes in practice, and what upgrades change."""

import json
from collections.abc import Iterable
from pathlib import Path

from faults_table import FAULTS
from validation_checks import FAMILIES
from validation_checks import UNSUPPORTED_CODES as WITHOUT_CHECK

from istiolint.checks.upgrade.changes import CHANGES
from istiolint.rules.check import Rule
from istiolint.rules.other_tools import UNSUPPORTED_CODES, UNSUPPORTED_KIALI_CODES
from istiolint.rules.pages import pages
from istiolint.rules.registry import all_rules
from istiolint.settings import minor

ANALYZE = "istioctl-analyze.md"
KIALI = "kiali.md"
VALIDATION = "validation.md"
FAULTS_PAGE = "faults.md"
ROOT = Path(__file__).parents[1]

VALIDATION_HEAD = """\
# Checks of Istio's own validation

Istio's admission webhook and `istioctl validate` refuse, or warn of, what the rules below report before anything is applied. The
identifiers name single checks. Of {all} checks that Istio refuses or warns for, istiolint makes {built} ({percent:.1f} %); the
others have their reason in the last table. Written by `tools/generate.py`.
"""
FAMILY_HEAD = """
## {letters}: {subject}

| check | Istio | rules |
|---|---|---|
"""
WITHOUT_HEAD = """
## Checks without a rule

| check | Istio | why |
|---|---|---|
"""

HEAD = """\
# Codes of istioctl analyze

The codes of `istioctl analyze`, and the rules of istiolint that answer for them. `istiolint explain CODE` shows the page;
`--select` and `--ignore` take codes, and so does the annotation `galley.istio.io/analyze-suppress`. Written by
`tools/generate.py`.

| code | rules | level | what it is about |
|---|---|---|---|
"""

KIALI_HEAD = """\
# Codes of Kiali

The codes of Kiali's validations, and the rules of istiolint that answer for them, or why there is none. `istiolint explain CODE`
shows the page; `--select` and `--ignore` take codes. Written by `tools/generate.py`.

| code | rules | level | what it is about |
|---|---|---|---|
"""


FAULTS_HEAD = """\
# What breaks meshes

Faults that people run into, those that are met most often first, and the rules that find them: {built} of {all}. Written by
`tools/generate.py`.

| | fault | rules | what stays untold |
|---|---|---|---|
"""


def link(rule: Rule) -> str:
    """A rule with a link to its page."""
    return f"[{rule.id}](../rules/{pages()[rule.id].topic}/{rule.id}.md)"


def row(code: str, rules: list[Rule]) -> str:
    """One line of the table of codes."""
    if not rules:
        return f"| {code} | none | | {(UNSUPPORTED_CODES | UNSUPPORTED_KIALI_CODES)[code]} |"
    names = "<br>".join(map(link, rules))
    levels = "<br>".join(rule.severity + ("" if rule.default else ", off") for rule in rules)
    return f"| {code} | {names} | {levels} | {'<br>'.join(pages()[rule.id].title for rule in rules)} |"


def analyze() -> str:
    """Every code of istioctl analyze with its rules, or the reason why it has none."""
    return HEAD + by_code("IST", UNSUPPORTED_CODES)


def kiali() -> str:
    """Every code of Kiali with its rules, or the reason why it has none."""
    return KIALI_HEAD + by_code("KIA", UNSUPPORTED_KIALI_CODES)


def by_code(letters: str, without: Iterable[str]) -> str:
    """The lines of a table of codes."""
    found: dict[str, list[Rule]] = {code: [] for code in without}
    for rule in all_rules().values():
        for code in rule.codes:
            if code.startswith(letters):
                found.setdefault(code, []).append(rule)
    return "\n".join(row(code, rules) for code, rules in sorted(found.items())) + "\n"


def by_check() -> dict[str, list[Rule]]:
    """The rules that make each check of Istio's validation."""
    found: dict[str, list[Rule]] = {}
    for rule in all_rules().values():
        for name in rule.rows:
            found.setdefault(name, []).append(rule)
    return found


def validation() -> str:
    """The checks of Istio's validation with the rules that make them, and those without with the reason."""
    rules = by_check()
    checks = {name: does for family in FAMILIES for name, does in family.checks()}
    counted = [name for name, does in checks.items() if does in ("refuses", "warns")]
    built = [name for name in counted if name in rules]
    text = VALIDATION_HEAD.format(all=len(counted), built=len(built), percent=100 * len(built) / len(counted))
    for family in FAMILIES:
        rows = [f"| {name} | {does} | {', '.join(map(link, rules[name]))} |\n" for name, does in family.checks() if name in rules]
        text += FAMILY_HEAD.format(letters=family.letters.rstrip("-"), subject=family.subject) + "".join(rows)
    rows = [
        f"| {name} | {does} | {WITHOUT_CHECK.get(name, '')} |\n" for name, does in checks.items() if does and name not in rules
    ]
    return text + WITHOUT_HEAD + "".join(rows)


def faults() -> str:
    """The faults that break meshes, each with the rules that find it or the reason why none does."""
    rules = all_rules()
    rows = [
        f"| {name} | {fault.title} | {'<br>'.join(link(rules[rule]) for rule in fault.rules)} | {fault.gap} |\n"
        for name, fault in FAULTS.items()
    ]
    return FAULTS_HEAD.format(built=sum(bool(fault.rules) for fault in FAULTS.values()), all=len(FAULTS)) + "".join(rows)


UPGRADE_HEAD = """\
# What upgrades change

`istiolint --istio-version 1.24 --upgrade-to 1.31` tells what the releases after 1.24, up to 1.31,
change for the files that it reads. Fields,
values and API versions of a release are told by `--istio-version` alone. Written by `tools/generate.py`.
"""


def upgrades() -> str:
    """What each release changes, with the rule that tells it."""
    flags = json.loads((Path(__file__).parents[1] / "schemas" / "feature-flags.json").read_text("utf-8"))
    text = UPGRADE_HEAD
    for release in sorted({change.release for change in CHANGES} | set(flags.values()), key=minor):
        text += f"\n## {release}\n\n| where | from then on | do | rule |\n|---|---|---|---|\n"
        for change in CHANGES:
            if change.release == release:
                rule = link(all_rules()["broken-by-upgrade" if change.breaks else "changed-by-upgrade"])
                kinds = (
                    "MeshConfig" if "ConfigMap" in change.kinds else "pods" if "Pod" in change.kinds else ", ".join(change.kinds)
                )
                text += f"| {kinds} | {change.what} | {change.fix} | {rule} |\n"
        if gone := [f"`{flag}`" for flag, removed in flags.items() if removed == release]:
            text += f"| flags | {', '.join(gone)} ignored | remove them | {link(all_rules()['flag-gone-after-upgrade'])} |\n"
    return text


TABLES = {"upgrades.md": upgrades, ANALYZE: analyze, KIALI: kiali, VALIDATION: validation, FAULTS_PAGE: faults}
