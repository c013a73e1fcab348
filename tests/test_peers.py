"""Every code of istioctl analyze has rules or a reason; the tables in docs/ are those of today."""

import importlib.util
from pathlib import Path
from types import ModuleType

from istiolint.rules.other_tools import UNSUPPORTED_CODES, UNSUPPORTED_KIALI_CODES
from istiolint.rules.registry import all_rules

ROOT = Path(__file__).parents[1]
NEWEST_CODE = 177
KIALI_CODES = {
    0: range(2, 6), 100: (1, 2, *range(4, 11)), 200: range(1, 13), 300: (1, 2), 400: (1,), 500: (1, 5, 6), 600: (1, 2), 700: (1,),
    1000: (4, 6, 7), 1100: (1, 2, *range(4, 18)), 1200: (11, 12), 1300: (1, *range(11, 18)), 1400: (1, 2), 1500: range(1, 5),
    1600: (1,), 1700: (1, 2),
}  # fmt: skip
"""The last two digits of Kiali's codes, by hundred."""


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answered() -> set[str]:
    return {code for rule in all_rules().values() for code in rule.codes}


def test_every_code_of_istioctl_has_a_rule_or_a_reason() -> None:
    codes = {"IST0001", "IST0002", *(f"IST0{number}" for number in range(101, NEWEST_CODE + 1))}
    assert codes <= answered() | set(UNSUPPORTED_CODES)


def test_every_code_of_kiali_has_a_rule_or_a_reason() -> None:
    codes = {f"KIA{first + number:04}" for first, numbers in KIALI_CODES.items() for number in numbers}
    assert codes <= answered() | set(UNSUPPORTED_KIALI_CODES)
    assert all(reason.endswith(".") for reason in UNSUPPORTED_KIALI_CODES.values())


def test_no_code_has_both() -> None:
    assert not answered() & set(UNSUPPORTED_CODES)


def test_rules_name_checks_that_there_are() -> None:
    known = {name for family in tool("validation_checks").FAMILIES for name, _ in family.checks()}
    assert {name for rule in all_rules().values() for name in rule.rows} <= known


def test_every_fault_has_rules_or_a_reason() -> None:
    faults = tool("faults_table").FAULTS
    assert list(faults) == [f"A{number}" for number in range(1, len(faults) + 1)]
    assert {rule for fault in faults.values() for rule in fault.rules} <= set(all_rules())
    assert all(fault.rules or fault.gap for fault in faults.values())


def test_every_check_of_validation_has_a_rule_or_a_reason() -> None:
    checks = tool("validation_checks")
    built = {name for rule in all_rules().values() for name in rule.rows}
    counted = {name for family in checks.FAMILIES for name, does in family.checks() if does in ("refuses", "warns")}
    assert counted - built <= set(checks.UNSUPPORTED_CODES)
    assert not built & set(checks.UNSUPPORTED_CODES)
    assert len(counted & built) >= 0.98 * len(counted)
