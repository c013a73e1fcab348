"""The configuration file, as the command uses it."""

from pathlib import Path

import pytest
from commands import FAULTY, Run


@pytest.fixture
def configured(tmp_path: Path) -> Path:
    path = tmp_path / ".istiolint.yaml"
    path.write_text("ignore: [duplicate-key]\n", "utf-8")
    return path


def test_it_is_found_upwards(run: Run, faulty: str, configured: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "deep/below").mkdir(parents=True)
    assert run(faulty).exit_code == 0
    (tmp_path / faulty).rename(tmp_path / "deep" / faulty)
    assert run(f"deep/{faulty}").exit_code == 0
    monkeypatch.chdir(tmp_path / "deep/below")
    assert run(f"../{faulty}").exit_code == 0


def test_it_is_looked_for_from_what_is_linted_and_not_from_here(
    run: Run, configured: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for folder in ("a/deep", "b"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "faulty.yaml").write_text(FAULTY, "utf-8")
    configured.rename(tmp_path / "a" / configured.name)
    assert run("a/deep/faulty.yaml").exit_code == 0
    assert run("a").exit_code == 0
    assert run("b").exit_code == 1
    assert run("a", "b").exit_code == 1  # of the two in one mesh, what holds both counts
    monkeypatch.chdir(tmp_path / "a")
    assert run("../b").exit_code == 1
    assert run("-", input=FAULTY).exit_code == 0
    assert run("nowhere/at/all").exit_code == 2


def test_it_is_not_looked_for_above_the_repository(
    run: Run, faulty: str, configured: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "repository/.git").mkdir(parents=True)
    (tmp_path / faulty).rename(tmp_path / "repository" / faulty)
    assert run(f"repository/{faulty}").exit_code == 1
    monkeypatch.chdir(tmp_path / "repository")
    assert run(faulty).exit_code == 1


def test_isolated_ignores_it(run: Run, faulty: str, configured: Path) -> None:
    assert run(faulty, "--isolated").exit_code == 1
    configured.write_text("no: [yaml", "utf-8")
    assert run(faulty, "--isolated").exit_code == 1


def test_the_command_line_wins(run: Run, faulty: str, configured: Path) -> None:
    configured.write_text("select: [yaml-syntax]\nfail-on: info\nistio-version: '1.24'\n", "utf-8")
    assert run(faulty).exit_code == 0
    assert run(faulty, "--select", "duplicate-key").exit_code == 1
    assert run(faulty, "--istio-version", "1.2").exit_code == 2


def test_a_file_can_be_named(run: Run, faulty: str, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("ignore: [duplicate-key]\n", "utf-8")
    assert run(faulty, "--config", "other.yaml").exit_code == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# mine\nselekt: [ALL]\n", ".istiolint.yaml:2:1: unknown setting `selekt`; did you mean `select`?"),
        ("fail_on: error\n", ".istiolint.yaml:1:1: unknown setting `fail_on`; did you mean `fail-on`?"),
        ("fail-on: grave\n", ".istiolint.yaml:1:10: "),
        ("ignore: [duplicate-kye]\n", "unknown rule `duplicate-kye`; did you mean `duplicate-key`?"),
        ("istio-version: '1.5'\n", "unsupported Istio version `1.5`; use 1.18 to 1.31"),
        (f"istio-version: '1.{'9' * 5000}'\n", "unsupported Istio version `1.999"),
        ("istio-version: 1.24\n", ".istiolint.yaml:1:16: "),
        ("ignore: [a\n", ".istiolint.yaml:1:"),
        ("- ignore\n", ".istiolint.yaml:1:1: "),
        ("context: base\n", ".istiolint.yaml:1:10: "),
        ("a\n", ".istiolint.yaml:1:1: "),
        ("fail-on: info\n---\nfail-on: error\n", "one document is enough"),
        ("context: [nowhere]\n", "no such file or folder: nowhere"),
    ],
)
def test_faults_are_reported_with_their_place(run: Run, sound: str, configured: Path, text: str, words: str) -> None:
    configured.write_text(text, "utf-8")
    found = run(sound)
    assert found.exit_code == 2
    assert words in " ".join(found.output.split())


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_an_empty_file_sets_nothing(run: Run, faulty: str, configured: Path, text: str) -> None:
    configured.write_text(text, "utf-8")
    assert run(faulty).exit_code == 1


def test_paths_are_relative_to_the_file(
    run: Run, faulty: str, configured: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "below").mkdir()
    configured.write_text("context: [base]\n", "utf-8")
    monkeypatch.chdir(tmp_path / "below")
    assert run(f"../{faulty}").exit_code == 1


def test_pyproject_configures_as_well(run: Run, faulty: str, tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text('[project]\nname = "shop"\n\n[tool.istiolint]\nignore = ["duplicate-key"]\n', "utf-8")
    assert run(faulty).exit_code == 0
    (tmp_path / ".istiolint.yaml").write_text("fail-on: info\n", "utf-8")
    assert run(faulty).exit_code == 1, "the file of its own counts"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[tool.istiolint]\nignore = [\n  "duplicate-kye",\n]\n', "pyproject.toml:2: unknown rule `duplicate-kye`"),
        ("[tool.istiolint]\nselekt = []\n", "pyproject.toml:2: unknown setting `selekt`; did you mean `select`?"),
        ('\n[tool.istiolint.severity]\n"duplicate-key" = "bad"\n', "pyproject.toml:3: `duplicate-key` must be one of error"),
        ("[tool.istiolint]\nfail-on = 2022-01-01\n", "pyproject.toml:2: `fail-on` must be one of"),
        ("[tool.istiolint]\nfail-on = \n", "pyproject.toml: Invalid value (at line 2"),
        ("# [tool.istiolint]\n[project]\nname = 'x'\n", ""),
    ],
)
def test_faults_in_pyproject_are_reported_with_their_line(run: Run, sound: str, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    found = run(sound)
    assert found.exit_code == (2 if words else 0)
    assert words in " ".join(found.output.split())


def test_extend_select_adds_to_what_is_on(run: Run, faulty: str, configured: Path) -> None:
    configured.write_text("extend-select: [port-without-protocol]\n", "utf-8")
    service = "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {selector: {app: a}, ports: [{name: a, port: 81}]}}\n"
    Path("service.yaml").write_text(service, "utf-8")
    output = run(".").output
    assert "duplicate-key" in output
    assert "port-without-protocol" in output
    assert "port-without-protocol" not in run(".", "--isolated").output
    assert "port-without-protocol" in run(".", "--isolated", "--extend-select", "IST0118").output


def test_rules_are_off_in_the_files_that_patterns_name(
    run: Run, configured: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for folder in ("legacy/old", "new"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.yaml").write_text(FAULTY.replace("reviews", folder.partition("/")[0]), "utf-8")
    configured.write_text('per-path-ignores: {"legacy/**": [syntax]}\n', "utf-8")
    output = run(".").output
    assert "new/a.yaml" in output
    assert "legacy" not in output
    assert run("legacy").exit_code == 0
    monkeypatch.chdir(tmp_path / "legacy")
    assert run("old").exit_code == 0
    configured.write_text('per-path-ignores: {"legacy/**": [unknown-field]}\n', "utf-8")
    assert run("old").exit_code == 1


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        ("{duplicate-key: info}", "info"),
        ("{syntax: info}", "info"),
        ("{duplicate-key: warning, syntax: info, ALL: info}", "warning"),
        ("{ALL: info, syntax: error}", "error"),
        ("{traffic: info}", "error"),
    ],
)
def test_severities_are_set_by_rule(run: Run, faulty: str, configured: Path, severity: str, level: str) -> None:
    configured.write_text(f"severity: {severity}\n", "utf-8")
    found = run(faulty)
    assert f": {level}[duplicate-key]: " in found.output
    assert found.exit_code == int(level == "error")


def test_severities_are_set_by_environment(run: Run, configured: Path, tmp_path: Path) -> None:
    faulty = FAULTY.replace("timeout: 2s", "timeuot: 2s")
    (tmp_path / "prod.yaml").write_text(faulty, "utf-8")
    (tmp_path / "other.yaml").write_text(faulty.replace("prod", "shop"), "utf-8")
    (tmp_path / "labelled.yaml").write_text(faulty.replace("prod", "shop, labels: {team: b7}").replace("reviews", "b"), "utf-8")
    configured.write_text(
        "severity: {unknown-field: warning}\n"
        "environments: {production: {severity: {schema: error}}, team: {labels: {team: b*}, severity: {ALL: info}}}\n",
        "utf-8",
    )
    output = [line.split(":") for line in run(".").output.splitlines() if "[unknown-field]" in line]
    levels = {path: level.partition("[")[0].strip() for path, _, _, level, *_ in output}
    assert levels == {"prod.yaml": "error", "other.yaml": "warning", "labelled.yaml": "info"}


def test_what_is_of_no_cluster_has_an_environment_too(run: Run, configured: Path, tmp_path: Path) -> None:
    (tmp_path / "prod.yaml").write_text(FAULTY.replace("timeout: 2s", "timeuot: 2s"), "utf-8")
    (tmp_path / "east").mkdir()
    (tmp_path / "east/other.yaml").write_text(FAULTY.replace("prod", "shop"), "utf-8")
    configured.write_text("environments: {production: {severity: {schema: info}}}\n", "utf-8")
    assert ": info[unknown-field]: " in run("--cluster", "east=east", "prod.yaml").output


def test_known_hosts_and_gateways_are_not_missed(run: Run, configured: Path, tmp_path: Path) -> None:
    text = FAULTY.replace("      timeout: 2s\n", "").replace("  http:", "  gateways: [infra/edge]\n  http:")
    (tmp_path / "route.yaml").write_text(text, "utf-8")
    configured.write_text("whole-mesh: true\n", "utf-8")
    output = run("route.yaml").output
    assert "host-not-found" in output
    assert "gateway-not-found" in output
    configured.write_text("whole-mesh: true\nknown-hosts: [reviews.prod.*]\nknown-gateways: [infra/*]\n", "utf-8")
    output = run("route.yaml").output
    assert "host-not-found" not in output
    assert "gateway-not-found" not in output
    configured.write_text("whole-mesh: true\nknown-hosts: [reviews]\nknown-gateways: [edge]\n", "utf-8")
    assert "host-not-found" in run("route.yaml").output


def test_the_trust_domain_can_be_said(run: Run, configured: Path, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(
        "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: a, namespace: shop}\n"
        "spec: {rules: [{from: [{source: {principals: [other.example/ns/shop/sa/cart]}}]}]}\n",
        "utf-8",
    )
    configured.write_text("fail-on: error\n", "utf-8")
    assert run("policy.yaml").exit_code == 0
    configured.write_text("trust-domain: shop.example\n", "utf-8")
    assert "not that of the mesh (`shop.example`)" in " ".join(run("policy.yaml").output.split())
    configured.write_text("trust-domain: other.example\n", "utf-8")
    assert run("policy.yaml").exit_code == 0
