"""The index of rules says what the modules say, and is not believed where they have changed."""

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from istiolint.rules import index as rule_index
from istiolint.rules import registry
from istiolint.rules.check import CHECKS, DECLARED, with_checks

ROOT = Path(__file__).parents[1]


def test_it_knows_every_rule_and_where_its_functions_are() -> None:
    registry.walk()
    index = rule_index.read()
    assert index
    assert [registry._rule(facts) for facts in index.rules] == [with_checks(rule) for _, rule in sorted(DECLARED.items())]
    for id, registered in ((id, each) for id, all_of_rule in CHECKS.items() for each in all_of_rule):
        entry = rule_index.Entry(registered.run.__module__, id, list(registered.when), list(registered.beside))
        assert all(entry in index.entries(kind) for kind in registered.kinds)


def run(source: Path, code: str) -> str:
    """What a Python prints that has the package elsewhere."""
    environment = {**os.environ, "PYTHONPATH": os.fspath(source)}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, cwd=source)
    return found.stdout.strip()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package."""
    shutil.copytree(ROOT / "src/istiolint", tmp_path / "istiolint", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "istiolint/_data").mkdir()
    for name in ("rules", "schemas"):
        (tmp_path / "istiolint/_data" / name).symlink_to(ROOT / name)
    return tmp_path


LOADED = "import sys; print(sum(name.startswith('istiolint.checks.') for name in sys.modules))"
LINT = """
from istiolint.engine.lint import lint
from istiolint.sources import Source
lint([Source('a.yaml', 'apiVersion: security.istio.io/v1\\nkind: PeerAuthentication\\nmetadata: {name: a}\\n')])
"""
KNOWN = "from istiolint.rules.registry import all_rules; print('brand-new' in all_rules())"
RULE = """

@check("brand-new", severity="info", evidence="document", kinds=["Service"])
def brand_new(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    yield from ()
"""


def test_a_run_imports_what_its_kinds_need(copy: Path) -> None:
    modules = len(list((copy / "istiolint/checks").rglob("*.py")))
    few = int(run(copy, LINT + LOADED))
    assert 0 < few < modules / 2
    (copy / "istiolint/checks/index.json").unlink()
    assert int(run(copy, LINT + LOADED)) > modules - 5


def test_a_module_that_has_changed_is_heard(copy: Path) -> None:
    module = copy / "istiolint/checks/resilience/fault_injection.py"
    index = (copy / "istiolint/checks/index.json").stat().st_mtime
    module.write_text(module.read_text("utf-8") + RULE, "utf-8")
    os.utime(module, (index, index))
    assert run(copy, KNOWN) == "False"
    os.utime(module, (index + 60, index + 60))
    assert run(copy, KNOWN) == "True"


def test_modules_that_come_and_go_are_noticed(copy: Path) -> None:
    index = (copy / "istiolint/checks/index.json").stat().st_mtime
    shutil.copy(copy / "istiolint/checks/resilience/fault_injection.py", module := copy / "istiolint/checks/resilience/more.py")
    head = module.read_text("utf-8").partition("\n\n\n")[0]
    module.write_text(head + RULE, "utf-8")
    os.utime(module, (index, index))
    assert run(copy, KNOWN) == "True"
    module.unlink()
    (copy / "istiolint/checks/resilience/fault_injection.py").unlink()
    gone = "from istiolint.rules.registry import all_rules; print('fault-injection-in-production' in all_rules())"
    assert run(copy, gone) == "False"


def test_the_index_does_not_depend_on_the_order_of_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    written = registry.index_text()
    for id, registered in CHECKS.items():
        by_module = itertools.groupby(registered, key=lambda each: each.run.__module__)
        blocks = [list(block) for _, block in by_module]
        monkeypatch.setitem(CHECKS, id, [each for block in reversed(blocks) for each in block])
    assert registry.index_text() == written
