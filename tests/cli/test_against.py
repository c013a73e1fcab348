"""`--against`: what is new since a git revision or another folder."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from commands import FAULTY, ROOT, Run
from manifests import IN_MESH, OUTSIDE, as_text, deployment, namespace, peer_authentication, service

SCHEMA = json.loads((ROOT / "schemas/istiolint-mtls-changes.schema.json").read_text("utf-8"))
MESH = as_text(
    namespace("shop", **IN_MESH),
    namespace("legacy", **OUTSIDE),
    service("payments"),
    deployment("payments"),
    deployment("batch", "legacy", calls="http://payments.shop"),
)
STRICT = as_text(peer_authentication("STRICT"))
Git = Callable[..., None]

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """`git ARGUMENTS` in a new repository in the current folder."""
    identity = {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}

    def run_git(*arguments: str) -> None:
        environment = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        subprocess.run(["git", *arguments], cwd=tmp_path, env=environment, check=True, capture_output=True)

    run_git("init", "--quiet", "--initial-branch=main")
    return run_git


@pytest.fixture
def committed(git: Git, tmp_path: Path) -> Git:
    """A repository with a faulty file and a mesh committed."""
    (tmp_path / "faulty.yaml").write_text(FAULTY, "utf-8")
    (tmp_path / "mesh").mkdir()
    (tmp_path / "mesh/mesh.yaml").write_text(MESH, "utf-8")
    git("add", ".")
    git("commit", "--quiet", "--message", "first")
    return git


def rules(run: Run, *arguments: str) -> list[str]:
    return [found["rule"] for found in json.loads(run("--format", "json", *arguments).stdout)["diagnostics"]]


@needs_git
def test_lint_leaves_out_what_is_there_already(run: Run, committed: Git, tmp_path: Path) -> None:
    assert rules(run, "faulty.yaml") == ["duplicate-key"]
    (tmp_path / "faulty.yaml").write_text("# moved down\n" + FAULTY, "utf-8")
    found = run("--against", "main", "faulty.yaml")
    assert found.exit_code == 0
    assert "hidden: 1 finding already present at `main`" in found.stderr
    (tmp_path / "faulty.yaml").write_text("# moved down\n" + FAULTY.replace("  hosts:", "  hostz: [a]\n  hosts:"), "utf-8")
    assert rules(run, "--against", "HEAD", "faulty.yaml") == ["unknown-field"]


@needs_git
def test_a_moved_file_brings_nothing_new(run: Run, committed: Git, tmp_path: Path) -> None:
    text = FAULTY + "  typo: 1\n"
    (tmp_path / "faulty.yaml").write_text(text, "utf-8")
    committed("commit", "--quiet", "--all", "--message", "second")
    (tmp_path / "faulty.yaml").rename(tmp_path / "elsewhere.yaml")
    assert {"duplicate-key", "unknown-field"} <= {*rules(run)}
    assert rules(run, "--against", "HEAD") == []


@needs_git
def test_a_second_fault_of_the_same_kind_is_new(run: Run, committed: Git, tmp_path: Path) -> None:
    (tmp_path / "faulty.yaml").write_text(FAULTY + "  typo: 1\n", "utf-8")
    committed("commit", "--quiet", "--all", "--message", "second")
    (tmp_path / "faulty.yaml").write_text(FAULTY + "  typo: 1\n  tipo: 1\n", "utf-8")
    assert rules(run, "--against", "HEAD") == ["unknown-field"]


@needs_git
def test_mtls_names_who_breaks(run: Run, committed: Git, tmp_path: Path) -> None:
    assert run("mtls", "--against", "main").stdout == "This change breaks no call that the files show.\n"
    (tmp_path / "mesh/strict.yaml").write_text(STRICT, "utf-8")
    found = run("mtls", "mesh", "--against", "main")
    first, second = found.stdout.splitlines()
    assert found.exit_code == 0
    assert first == "this change turns Deployment shop/payments port 8080 from PERMISSIVE to STRICT:"
    assert second.startswith("  Deployment legacy/batch: it sends plaintext, because namespace `legacy` is labeled")


@needs_git
def test_mtls_as_json(run: Run, committed: Git, tmp_path: Path) -> None:
    (tmp_path / "mesh/strict.yaml").write_text(STRICT, "utf-8")
    value = json.loads(run("mtls", "mesh", "--against", "main", "--format", "json").stdout)
    jsonschema.validate(value, SCHEMA)
    assert [(change["before"], change["after"]) for change in value["broken"]] == [("PERMISSIVE", "STRICT")]


def test_mtls_against_a_folder(run: Run, tmp_path: Path) -> None:
    for name, texts in (("old", [MESH]), ("new", [MESH, STRICT])):
        (tmp_path / name).mkdir()
        for number, text in enumerate(texts):
            (tmp_path / name / f"{number}.yaml").write_text(text, "utf-8")
    assert "from PERMISSIVE to STRICT" in run("mtls", "new", "--against", "./old").stdout
    assert "breaks no call" in run("mtls", "old", "--against", "./new").stdout
    assert "breaks no call" in run("mtls", "new", "--against", "./new").stdout


def test_lint_against_a_folder(run: Run, tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "faulty.yaml").write_text(FAULTY, "utf-8")
    assert rules(run, "new", "--against", "./old") == []
    assert run("new", "old", "--against", "./old").exit_code == 2


@needs_git
def test_nothing_of_the_repository_is_executed(run: Run, committed: Git, tmp_path: Path) -> None:
    """Filters, textconv, hooks and the file system monitor would leave a trace if they ran."""
    trace = tmp_path / "trace"
    script = tmp_path / "run.sh"
    script.write_text(f"#!/bin/sh\ntouch {trace}\ncat\n", "utf-8")
    script.chmod(0o755)
    (tmp_path / ".gitattributes").write_text("*.yaml filter=evil diff=evil\n", "utf-8")
    committed("add", ".gitattributes")
    committed("commit", "--quiet", "--message", "attributes")
    for key in ("filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv", "core.fsmonitor", "core.pager"):
        committed("config", key, str(script))
    hook = tmp_path / ".git/hooks/post-index-change"
    hook.parent.mkdir(exist_ok=True)
    shutil.copy(script, hook)
    assert run("faulty.yaml", "--against", "HEAD").exit_code == 0
    assert not trace.exists()
    committed("status")
    assert trace.exists(), "git itself runs them"


@needs_git
@pytest.mark.parametrize("name", ["nowhere", "--output=x", "HEAD:mesh", "", "HEAD^9"])
def test_a_revision_that_there_is_not(run: Run, committed: Git, name: str) -> None:
    found = run("faulty.yaml", f"--against={name}")
    assert found.exit_code == (2 if name else 1)
    assert "Traceback" not in found.stderr


@needs_git
def test_paths_outside_the_repository(run: Run, committed: Git, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    found = run("faulty.yaml", "--against", "main", "--context", str(other))
    assert (found.exit_code, "is not in the git repository" in found.stderr) == (2, True)
    (other / "a.yaml").write_text(FAULTY, "utf-8")
    found = run(str(other), "--against", "main")
    assert (found.exit_code, "not a git repository" in found.stderr) == (2, True)


@needs_git
def test_the_repository_is_that_of_the_path(
    run: Run, committed: Git, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a folder of no repository, from one inside the repository, and in a hook of another repository."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for folder in (elsewhere, tmp_path / "mesh"):
        monkeypatch.chdir(folder)
        for path in (str(tmp_path), os.path.relpath(tmp_path), str(tmp_path / "faulty.yaml")):
            assert rules(run, path, "--against", "HEAD") == []
    monkeypatch.chdir(elsewhere)
    (tmp_path / "faulty.yaml").write_text(FAULTY + "      timout: 1s\n", "utf-8")
    assert rules(run, str(tmp_path), "--against", "main") == ["unknown-field"]
    monkeypatch.setenv("GIT_DIR", ".git")
    assert rules(run, str(tmp_path), "--against", "main") == ["unknown-field"]
    assert run("mtls", str(tmp_path), "--against", "main").exit_code == 0


@needs_git
def test_a_path_that_is_new(run: Run, committed: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "new/deep").mkdir(parents=True)
    (tmp_path / "new/deep/a.yaml").write_text(FAULTY, "utf-8")
    monkeypatch.chdir(tmp_path.parent)
    assert rules(run, f"{tmp_path.name}/new/deep/a.yaml", "--against", "HEAD") == ["duplicate-key"]


def test_without_git(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yaml").write_text("", "utf-8")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = run("a.yaml", "--against", "main")
    assert (found.exit_code, "takes git" in found.stderr) == (2, True)


@needs_git
def test_names_that_are_odd(run: Run, committed: Git, tmp_path: Path) -> None:
    """Spaces, line ends and non-ASCII in names; hidden files and links are not looked at."""
    for name in ("a b.yaml", "c\nd.yaml", "é.yaml", ".hidden.yaml"):
        (tmp_path / name).write_text(FAULTY, "utf-8")
    (tmp_path / "link.yaml").symlink_to("/etc/passwd")
    committed("add", ".")
    committed("commit", "--quiet", "--message", "odd")
    assert rules(run, "--against", "HEAD") == rules(run, "mesh/mesh.yaml", "--against", "HEAD") == []


@needs_git
def test_what_a_change_breaks_in_other_files_is_new(run: Run, committed: Git, tmp_path: Path) -> None:
    """A subset is renamed in one file; the route to it is in another."""
    rule = (
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: payments, namespace: shop}\n"
        "spec: {host: payments, subsets: [{name: v1, labels: {version: v1}}]}\n"
    )
    route = (
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: payments, namespace: shop}\n"
        "spec: {hosts: [payments], http: [{route: [{destination: {host: payments, subset: v1}}]}]}\n"
    )
    (tmp_path / "rule.yaml").write_text(rule, "utf-8")
    (tmp_path / "route.yaml").write_text(route, "utf-8")
    committed("add", ".")
    committed("commit", "--quiet", "--message", "routes")
    (tmp_path / "rule.yaml").write_text(rule.replace("name: v1", "name: v2"), "utf-8")
    assert "route-to-missing-subset" in rules(run, "--against", "HEAD")
    (tmp_path / "rule.yaml").unlink()
    assert "route-to-missing-subset" in rules(run, "--against", "HEAD")


@needs_git
def test_nothing_is_linted_if_no_file_has_changed(run: Run, committed: Git) -> None:
    found = run("--against", "HEAD")
    assert found.stdout == "Nothing found in 2 files.\nNo file has changed, so none was linted.\n"
    assert found.exit_code == 0
    assert rules(run, "--against", "HEAD") == []


@needs_git
def test_before_the_first_commit_everything_is_new(run: Run, git: Git, tmp_path: Path) -> None:
    (tmp_path / "faulty.yaml").write_text(FAULTY, "utf-8")
    assert rules(run, "--against", "HEAD") == ["duplicate-key"]
    assert run("--against", "HEAD~1").exit_code == 2


@needs_git
def test_head_is_what_pre_commit_compares_with(run: Run, committed: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "second.yaml").write_text(FAULTY, "utf-8")
    committed("add", ".")
    committed("commit", "--quiet", "--message", "second")
    assert rules(run, "--against", "HEAD") == []
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "HEAD~1")
    assert rules(run, "--against", "HEAD") == ["duplicate-key"]
    assert rules(run, "--against", "main") == []
