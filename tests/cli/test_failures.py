"""Rules that crash, plugins that do not load, and errors of istiolint itself are reported, and the other rules run."""

import json
import subprocess
from pathlib import Path

import pytest
from commands import FAULTY, Process

RULE = """\
from istiolint.rules.check import check, finding
@check('acme-rule', severity='error', evidence='document', kinds=['VirtualService'])
def rule(service, mesh):
"""
Found = subprocess.CompletedProcess[str]


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    """A package with a plugin, whose module is still to be written."""
    info = tmp_path / "plugins/acme-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-mesh\nVersion: 1\n", "utf-8")
    (info / "entry_points.txt").write_text("[istiolint.checks]\nacme = acme\n", "utf-8")
    return tmp_path / "plugins"


def lint(process: Process, plugin: Path, module: str, *arguments: str) -> Found:
    (plugin / "acme.py").write_text(module, "utf-8")
    return process(*arguments, PYTHONPATH=str(plugin))


def test_a_rule_that_crashes_costs_only_its_own_findings(process: Process, plugin: Path, faulty: str) -> None:
    module = RULE + "    yield finding(service['spec'], 'found before')\n    raise RuntimeError('oh\\x1b[31m')\n"
    found = lint(process, plugin, module, "--format", "json", faulty)
    assert found.returncode == 2
    report = json.loads(found.stdout)
    assert {one["rule"] for one in report["diagnostics"]} == {"acme-rule", "duplicate-key"}
    (error,) = report["internalErrors"]
    assert error.startswith("the rule acme-rule failed on faulty.yaml, VirtualService prod/reviews (RuntimeError: oh")
    assert "a fault of the plugin with the module `acme`" in error
    assert "leave the rule out with `--ignore acme-rule` until then" in error
    assert "\033" not in found.stderr
    left_out = lint(process, plugin, module, "--ignore", "acme-rule", faulty)
    assert (left_out.returncode, left_out.stderr) == (1, "")


def test_a_rule_that_crashes_everywhere_is_reported_once(process: Process, plugin: Path, tmp_path: Path) -> None:
    text = "---\n".join(FAULTY.replace("reviews", f"reviews-{number}") for number in range(30))
    (tmp_path / "many.yaml").write_text(text, "utf-8")
    found = lint(process, plugin, RULE + "    return 1 / 0\n", "many.yaml")
    assert found.stderr.count("ZeroDivisionError") == 1
    assert "the rule acme-rule failed on 29 more of the resources" in found.stderr


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return None", "TypeError: 'NoneType' object is not iterable"),
        ("yield 'text'", "TypeError: it yields str instead of a finding"),
        ("yield finding('spec', 'text')", "TypeError: the place of its finding is str; `finding()` takes cursors"),
        ("yield finding(service, 5)", "TypeError: its finding says 5 with the severity None"),
        ("yield finding(service, 'a', severity='grave')", "with the severity 'grave'"),
        ("raise SystemExit(0)", "SystemExit: 0"),
    ],
)
def test_a_rule_that_yields_no_findings(process: Process, plugin: Path, faulty: str, body: str, words: str) -> None:
    found = lint(process, plugin, f"{RULE}    {body}\n", faulty)
    assert found.returncode == 2
    assert words in found.stderr
    assert "error[duplicate-key]" in found.stdout


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("import nowhere", "ModuleNotFoundError: No module named 'nowhere'"),
        ("def", "SyntaxError: "),
        ("raise SystemExit(0)", "SystemExit: 0"),
        (RULE.replace("acme-rule", "duplicate-key") + "    pass", "ValueError: two rules are called duplicate-key"),
        (RULE.replace("'error'", "'fatal'") + "    pass", "unknown severity `fatal`; use one of error, warning, info"),
        (
            RULE.replace("'document'", "'guess'") + "    pass",
            "unknown evidence `guess`; use one of document, contradiction, missing, heuristic",
        ),
    ],
)
def test_a_plugin_that_does_not_load(process: Process, plugin: Path, faulty: str, module: str, words: str) -> None:
    found = lint(process, plugin, module, faulty)
    assert found.returncode == 2
    assert "error[duplicate-key]" in found.stdout
    assert "the plugin acme could not be loaded (" in found.stderr
    assert words in found.stderr
    assert "its rules are missing: update the package `acme-mesh`, or uninstall it" in found.stderr


def test_a_name_that_a_plugin_would_have_brought(process: Process, plugin: Path, faulty: str) -> None:
    found = lint(process, plugin, "import nowhere", "--select", "acme-rule", faulty)
    assert found.returncode == 2
    words = " ".join(found.stderr.split())
    assert "unknown rule `acme-rule`; the plugin acme could not be loaded (ModuleNotFoundError" in words


def test_the_list_of_rules_tells_whose_are_missing(process: Process, plugin: Path) -> None:
    found = lint(process, plugin, "import nowhere", "rules")
    assert found.returncode == 0
    assert "duplicate-key" in found.stdout
    assert "istiolint: the plugin acme could not be loaded" in found.stderr


def test_a_fault_of_istiolint_is_no_finding(process: Process, plugin: Path, sound: str) -> None:
    """Exit status 1 would say that something was found."""
    module = "import istiolint.report.text as text\ndef render(report, **style): raise KeyError('oh')\ntext.render = render\n"
    found = lint(process, plugin, module, sound)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("istiolint: internal error: KeyError: 'oh'\n")
    assert f"render ({plugin}/acme.py:2)" in found.stderr
    assert "Please report it" in found.stderr
