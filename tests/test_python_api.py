"""The supported Python API: the examples in docs/python-api.md and docs/plugins.md work, and all exports exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import istiolint
from istiolint import Report, Settings, Source, lint

ROOT = Path(__file__).parents[1]
PLUGIN = ROOT / "examples/plugin"


def blocks(name: str, language: str = "python") -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / "docs" / name).read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", istiolint.__all__)
def test_every_exported_name_exists(name: str) -> None:
    assert getattr(istiolint, name).__name__ == name


def test_other_names_are_missing() -> None:
    with pytest.raises(AttributeError, match="has no attribute `lnit`"):
        istiolint.lnit  # noqa: B018


def test_exports_are_documented() -> None:
    text = "".join((ROOT / "docs" / name).read_text("utf-8") for name in ("python-api.md", "plugins.md"))
    assert [
        name
        for name in ("lint", "discover", "Source", "Settings", "Report", "Diagnostic", "check", "finding", "Parameter", "Fix")
        if name not in text
    ] == []


def test_import_of_the_package_loads_nothing() -> None:
    code = "import istiolint, sys; print([name for name in sys.modules if name.startswith('istiolint.')])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_lint_returns_a_report() -> None:
    report = lint([Source("a.yaml", "a: 1\na: 2\nkind: Service\napiVersion: v1\n")], Settings(select=("duplicate-key",)))
    assert isinstance(report, Report)
    assert [one.rule for one in report.diagnostics] == ["duplicate-key"]
    assert report.fails("error")


def test_the_documented_code_runs(tmp_path: Path) -> None:
    (tmp_path / "manifests").mkdir()
    (tmp_path / "base").mkdir()
    (tmp_path / "manifests/a.yaml").write_text("a: 1\na: 2\nkind: Service\napiVersion: v1\n", "utf-8")
    first, second = blocks("python-api.md")
    found = subprocess.run([sys.executable, "-c", first], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (1, "")
    assert "manifests/a.yaml:2:1: duplicate-key:" in found.stdout
    subprocess.run([sys.executable, "-c", second], cwd=tmp_path, check=True)


def test_the_documented_plugin_is_the_example() -> None:
    rule, parameters, test = blocks("plugins.md")
    code = (PLUGIN / "src/istiolint_acme/__init__.py").read_text("utf-8")
    assert rule.partition("\n\n\n")[2].strip() in code
    assert parameters.strip() in code
    assert test.strip() in (PLUGIN / "tests/test_pages.py").read_text("utf-8")
    (toml,) = blocks("plugins.md", "toml")
    assert toml in (PLUGIN / "pyproject.toml").read_text("utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the example is installed."""
    target = tmp_path_factory.mktemp("plugin")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        str(target),
        str(PLUGIN),
    ]
    subprocess.run(pip, check=True)
    return {**os.environ, "PYTHONPATH": str(target)}


def run(environment: dict[str, str], *arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_the_example_passes_its_own_tests(installed: dict[str, str]) -> None:
    found = run(installed, "pytest", "-q", "-p", "no:cacheprovider", "tests", cwd=PLUGIN)
    assert found.returncode == 0, found.stdout


def test_the_example_is_part_of_a_run(installed: dict[str, str], tmp_path: Path) -> None:
    explained = run(installed, "istiolint", "explain", "timeout-missing").stdout
    assert "HTTP route without a timeout" in explained
    assert "topic acme" in explained
    listed = run(installed, "istiolint", "rules", "--topic", "acme").stdout
    assert "timeout-missing" in listed
    assert "HTTP route without a timeout" in listed
    spec = "spec: {hosts: [a.b], http: [{route: [{destination: {host: a.b.svc.cluster.local}}]}]}\n"
    text = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a, namespace: b}\n"
    (tmp_path / "a.yaml").write_text(text + spec, "utf-8")
    assert "warning[timeout-missing]" in run(installed, "istiolint", str(tmp_path)).stdout
    assert "timeout-missing" not in run(installed, "istiolint", "--ignore", "acme", str(tmp_path)).stdout
    sarif = run(installed, "istiolint", "--format", "sarif", str(tmp_path)).stdout
    assert '"HTTP route without a timeout"' in sarif


def test_the_configuration_sets_parameters_of_plugins(installed: dict[str, str], tmp_path: Path) -> None:
    spec = "spec: {hosts: [a.b], http: [{timeout: 1s, retries: {attempts: 5}, route: [{destination: {host: a.b.example}}]}]}\n"
    text = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a, namespace: b}\n"
    (tmp_path / "a.yaml").write_text(text + spec, "utf-8")
    config = tmp_path / ".istiolint.yaml"

    def lint_with(parameters: str) -> subprocess.CompletedProcess[str]:
        config.write_text(parameters, "utf-8")
        return run(installed, "istiolint", "--select", "acme", "a.yaml", cwd=tmp_path)

    assert "5 attempts exceed the limit of 3" in lint_with("").stdout
    assert "exceed the limit of 4" in lint_with("parameters: {too-many-retries: {attempts: 4}}\n").stdout
    assert "exceed" not in lint_with("parameters: {too-many-retries: {attempts: 5}}\n").stdout
    unknown = lint_with("parameters:\n  too-many-retries: {atempts: 4}\n")
    assert (unknown.returncode, unknown.stderr.strip()) == (
        2,
        "Error: .istiolint.yaml:2:22: unknown parameter `atempts`; did you mean `attempts`?",
    )
    invalid = lint_with("parameters: {too-many-retries: {attempts: 0}}\n")
    assert ".istiolint.yaml:1:43: `attempts` must be at least 1" in invalid.stderr
    assert "attempts: 3  # Highest" in run(installed, "istiolint", "explain", "too-many-retries").stdout
