"""What a release needs: the repository's address in one step, packages that name all dependencies, workflows without mistakes."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import check_release
import pytest
from absolute_links import absolute
from ruamel.yaml import YAML
from set_repository import PLACEHOLDER, current, files, project_urls, set_repository

from istiolint import __version__

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the files that name the repository."""
    for path in (*files(ROOT), ROOT / "CHANGELOG.md", ROOT / "src/istiolint/__init__.py"):
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return tmp_path


def test_the_repository_is_set_in_one_step(copy: Path) -> None:
    assert {"README.md", "pyproject.toml", "mkdocs.yml"} <= {path.name for path in set_repository(copy, "Mesh-Team/istiolint")}
    for path in files(copy):
        assert PLACEHOLDER not in path.read_text("utf-8"), path
    urls = tomllib.loads((copy / "pyproject.toml").read_text("utf-8"))["project"]["urls"]
    assert urls["Repository"] == "https://github.com/Mesh-Team/istiolint"
    assert urls["Documentation"] == "https://mesh-team.github.io/istiolint/"
    assert "uses: Mesh-Team/istiolint@v" in (copy / "README.md").read_text("utf-8")
    assert set_repository(copy, "Mesh-Team/istiolint") == []


def test_only_what_is_set_names_the_repository() -> None:
    """A file that is not listed would keep the placeholder, or a former repository."""
    folders = (ROOT / name for name in ("docs", "packaging", ".github", "editors", "examples", "tools", "src"))
    built = {"node_modules", "dist"}
    every = [*ROOT.glob("*"), *(path for folder in folders for path in folder.rglob("*") if built.isdisjoint(path.parts))]
    suffixes = {"", ".md", ".yml", ".yaml", ".toml", ".json", ".py", ".rb", ".nix", ".ts"}
    slug = current((ROOT / "pyproject.toml").read_text("utf-8")).encode()
    naming = {path for path in every if path.suffix in suffixes and path.is_file() and slug in path.read_bytes()}
    assert ROOT / "docs/guides/pull-requests.md" in naming
    assert naming - set(files(ROOT)) <= {ROOT / "tools/set_repository.py"}


def test_links_are_absolute_at_the_package_index() -> None:
    text = absolute("[a](docs/a.md#b), [c](https://example.com/), [d](#d), [License](LICENSE)", "team/istiolint", "v1.0")
    assert text == (
        "[a](https://github.com/team/istiolint/blob/v1.0/docs/a.md#b), [c](https://example.com/), [d](#d), "
        "[License](https://github.com/team/istiolint/blob/v1.0/LICENSE)"
    )


def test_installations_are_tested() -> None:
    """Each way to install is a step of the workflow that tests changes."""
    jobs = YAML(typ="safe").load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))["jobs"]
    scripts = "\n".join(step.get("run", "") for step in jobs["install"]["steps"])
    ways = [
        "pipx run --spec . istiolint",
        "uv tool run --from . istiolint",
        "build --sdist",
        "docker build",
        "python:3.13-alpine",
    ]
    assert [way for way in ways if way not in scripts] == []


def test_the_repository_can_move(copy: Path) -> None:
    set_repository(copy, "first/istiolint")
    set_repository(copy, "second/mesh-lint")
    for path in files(copy):
        assert "first/" not in path.read_text("utf-8"), path
    assert project_urls("second/mesh-lint") in (copy / "pyproject.toml").read_text("utf-8")
    assert (copy / "mkdocs.yml").read_text("utf-8").count("repo_url") == 1
    extension = json.loads((copy / "editors/vscode/package.json").read_text("utf-8"))
    assert extension["repository"] == "github:second/mesh-lint"


def test_a_release_is_complete(copy: Path) -> None:
    assert f"CHANGELOG.md has no section `## [{__version__}] - DATE`" in list(check_release.missing(copy, f"v{__version__}"))
    set_repository(copy, "team/istiolint")
    changelog = copy / "CHANGELOG.md"
    changelog.write_text(changelog.read_text("utf-8").replace("## [Unreleased]", f"## [{__version__}] - 2026-12-01", 1), "utf-8")
    assert list(check_release.missing(copy, f"v{__version__}")) == []
    assert list(check_release.missing(copy, "v9.9")) == [
        f"the tag is v9.9, but src/istiolint/__init__.py has the version {__version__}"
    ]


@pytest.mark.parametrize("name", ["README.md", "docs/continuous-integration.md", "docs/guides/pull-requests.md"])
def test_examples_pin_the_present_version(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert set(re.findall(r"(?:istiolint@v|rev: v)([\d.]+)", text)) == {__version__}


def test_the_flake_reads_what_the_project_declares() -> None:
    """Names and version come from pyproject.toml and the package; the patterns are those of the flake, as POSIX has them."""
    flake = (ROOT / "flake.nix").read_text("utf-8")
    assert "([A-Za-z0-9._-]+).*" in flake
    for requirement in PYPROJECT["project"]["dependencies"]:
        assert re.fullmatch("([A-Za-z0-9._-]+).*", requirement)[1] == re.split("[><=~!;\\[ ]", requirement)[0]  # type: ignore[index]
    version = re.fullmatch('.*__version__ = "([^"]+)".*', (ROOT / "src/istiolint/__init__.py").read_text("utf-8"), re.DOTALL)
    assert version
    assert version[1] == __version__


@pytest.mark.skipif(shutil.which("nix-instantiate") is None, reason="there is no nix")
def test_the_flake_is_valid() -> None:
    subprocess.run(["nix-instantiate", "--parse", ROOT / "flake.nix"], check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("ruby") is None, reason="there is no ruby")
def test_the_formula_is_valid() -> None:
    subprocess.run(["ruby", "-c", ROOT / "packaging/istiolint.rb"], check=True, capture_output=True)


def test_the_image_runs_as_no_one_in_particular() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    assert "USER 65532:65532" in lines
    copied = [line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line != "*"]
    assert set(PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]) <= {
        path for name in copied for path in (name, f"{name}/istiolint")
    }


@pytest.mark.parametrize("path", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda path: path.name)
def test_workflows_are_safe(path: Path) -> None:
    """Permissions are read-only unless a job needs more, and values reach scripts through the environment."""
    data = YAML(typ="safe").load(path.read_text("utf-8"))
    if "jobs" not in data:
        return
    assert data["permissions"] == {"contents": "read"}
    for job in data["jobs"].values():
        assert job["timeout-minutes"]
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def tool(name: str) -> str | None:
    """A program, from where Go installs its own as well."""
    return shutil.which(name) or shutil.which(name, path=str(Path.home() / "go/bin"))


@pytest.mark.skipif(tool("actionlint") is None, reason="there is no actionlint")
def test_actionlint_finds_nothing() -> None:
    subprocess.run([tool("actionlint") or "", *sorted((ROOT / ".github/workflows").glob("*.yml"))], cwd=ROOT, check=True)


@pytest.mark.skipif(tool("zizmor") is None, reason="there is no zizmor")
def test_zizmor_finds_nothing() -> None:
    subprocess.run([tool("zizmor") or "", "--offline", "--quiet", ROOT], check=True, capture_output=True)
