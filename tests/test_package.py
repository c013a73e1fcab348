"""Wheel and sdist hold all that istiolint needs, and run where nothing else of the project is."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DATA = [path.relative_to(ROOT).as_posix() for name in ("rules", "schemas") for path in (ROOT / name).rglob("*") if path.is_file()]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", folder], cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def wheel(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked."""
    (archive,) = built.glob("*.whl")
    folder = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def sdist(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, unpacked."""
    (archive,) = built.glob("*.tar.gz")
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(archive) as tar:
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python 3.11.4 brought it
        tar.extractall(folder, **safe)
    (project,) = folder.iterdir()
    return project


def run(packages: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`istiolint ARGUMENTS` with the package from a folder, and from nowhere else."""
    environment = {**os.environ, "PYTHONPATH": str(packages), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "istiolint", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def imported_from(packages: Path, cwd: Path) -> Path:
    environment = {**os.environ, "PYTHONPATH": str(packages), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", "import istiolint.data as d; print(d.folder('rules'))"]
    return Path(subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=True).stdout.strip())


def test_wheel_carries_the_data(wheel: Path) -> None:
    assert DATA
    assert [path for path in DATA if not (wheel / "istiolint/_data" / path).is_file()] == []
    assert (wheel / "istiolint/py.typed").is_file()
    assert {path.name.partition("-")[0] for path in wheel.iterdir()} == {"istiolint"}
    assert not list(wheel.rglob("test_*.py"))


def test_sdist_carries_the_project(sdist: Path) -> None:
    beside = ["pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "action.yml", ".ci/run"]
    shop = ["fixtures/shop/expected.txt", "tests/test_shop.py", ".pre-commit-hooks.yaml"]
    assert [path for path in (*DATA, *beside, *shop) if not (sdist / path).is_file()] == []


def test_unpacked_wheel_lints(wheel: Path, tmp_path: Path) -> None:
    manifest = ROOT / "rules/syntax/duplicate-key.md"
    example = manifest.read_text("utf-8").split("```yaml\n")[1].split("```")[0]
    (tmp_path / "faulty.yaml").write_text(example, "utf-8")
    assert imported_from(wheel, tmp_path) == wheel / "istiolint/_data/rules"
    found = run(wheel, "faulty.yaml", "--format", "json", cwd=tmp_path)
    assert found.returncode == 1, found.stderr
    assert "duplicate-key" in found.stdout


def test_unpacked_wheel_explains(wheel: Path, tmp_path: Path) -> None:
    explained = run(wheel, "explain", "duplicate-key", cwd=tmp_path)
    assert explained.returncode == 0, explained.stderr
    assert "Duplicate key" in explained.stdout


def test_checkout_runs_without_installation(sdist: Path, tmp_path: Path) -> None:
    """As editable installs do: the code in src/, the data beside it."""
    assert imported_from(sdist / "src", tmp_path) == sdist / "rules"
    assert run(sdist / "src", str(ROOT / "fixtures/shop/healthy"), cwd=tmp_path).returncode == 0
