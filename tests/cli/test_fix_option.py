"""`--fix`, `--unsafe-fixes` and `--diff`: what is written and reported, and the exit status."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from commands import Process, Run

MISSPELT = """\
# the reviews
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: "reviews", namespace: prod}  # ours
spec:
    hosts: ['reviews']
    http:
    - timout: 3s   # three
      route:
      - destination: {host: reviews}
"""
MENDED = MISSPELT.replace("timout", "timeout")
UNFIXABLE = MISSPELT.replace("    - timout: 3s   # three\n      route:", "    - nonsense: 3s\n      route:")


@pytest.fixture
def misspelt(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.yaml"
    path.write_text(MISSPELT, "utf-8")
    return path


def test_fix_writes_the_file_and_reports_what_is_left(run: Run, misspelt: Path) -> None:
    assert "1 of them can be fixed with --fix" in run("reviews.yaml").output
    found = run("reviews.yaml", "--fix")
    assert found.exit_code == 0
    assert found.output.startswith("Made 1 fix; nothing is left in 1 file.\n")
    assert misspelt.read_text("utf-8") == MENDED
    again = run("reviews.yaml", "--fix")
    assert again.output.startswith("Nothing found in 1 file.")
    assert misspelt.read_text("utf-8") == MENDED


def test_what_is_left_decides_on_the_exit_status(run: Run, misspelt: Path, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(UNFIXABLE, "utf-8")
    found = run(".", "--fix")
    assert found.exit_code == 1
    assert "nonsense" in found.output
    assert "Made 1 fix; 1 error is left in 2 files." in found.output
    assert misspelt.read_text("utf-8") == MENDED


def test_json_counts_fixes_by_rule(run: Run, misspelt: Path) -> None:
    report = json.loads(run("reviews.yaml", "--fix", "--format", "json").stdout)
    assert (report["diagnostics"], report["summary"]["fixed"]) == ([], {"unknown-field": 1})


def test_diff_writes_nothing(run: Run, misspelt: Path) -> None:
    found = run("reviews.yaml", "--diff")
    assert found.exit_code == 1
    assert found.stdout.splitlines()[:2] == ["--- a/reviews.yaml", "+++ b/reviews.yaml"]
    assert "-    - timout: 3s   # three\n+    - timeout: 3s   # three\n" in found.stdout
    assert found.stderr == "istiolint: would make 1 fix in 1 file\n"
    assert misspelt.read_text("utf-8") == MISSPELT
    run("reviews.yaml", "--fix")
    nothing = run("reviews.yaml", "--diff", "--fix")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert nothing.stderr == "istiolint: nothing to fix\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_diff_is_a_patch(process: Process, misspelt: Path, tmp_path: Path, end: str) -> None:
    misspelt.write_bytes((MISSPELT.rstrip("\n").replace("\n", end or "\n") + end).encode())
    patch = process("reviews.yaml", "--diff", "--output", "fix.patch")
    assert (patch.returncode, patch.stdout) == (1, "")
    subprocess.run(["git", "apply", "fix.patch"], cwd=tmp_path, check=True)
    assert misspelt.read_bytes() == (MENDED.rstrip("\n").replace("\n", end or "\n") + end).encode()


@pytest.mark.parametrize(
    "name", ["reviews.yaml", "my reviews.yaml", 'a"b\\.yaml', "a\tb\n.yaml", "é \x7f.yaml", "a\udcff.yaml", "--- b.yaml"]
)
@pytest.mark.parametrize("given", ["{name}", ".", "{folder}/{name}"])
def test_git_applies_a_diff_in_the_folder_where_it_was_made(process: Process, tmp_path: Path, name: str, given: str) -> None:
    """In a folder of the repository as at its root, however the file is named on the command line."""
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    for folder in (tmp_path, tmp_path / "deep"):
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(MISSPELT, "utf-8")
        path = given.format(name=name, folder=folder)
        patch = subprocess.run(
            [sys.executable, "-m", "istiolint", "--isolated", "--diff", "--", path], cwd=folder, capture_output=True, check=False
        )
        subprocess.run(["git", "apply"], cwd=folder, input=patch.stdout, check=True)
        assert (folder / name).read_text("utf-8") == MENDED


def test_unsafe_fixes_only_when_asked_for(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "stock.yaml"
    text = MISSPELT.replace("timout: 3s", "timeout: 3s").replace("{host: reviews}", "{host: reviews}\n        weigth: 101")
    path.write_text(text.replace("weigth: 101", 'weight: "100"'), "utf-8")
    before = path.read_text("utf-8")
    unsafe = "fixed with --fix --unsafe-fixes" in run("stock.yaml").output
    run("stock.yaml", "--fix")
    assert (path.read_text("utf-8") == before) == unsafe
    run("stock.yaml", "--fix", "--unsafe-fixes")
    assert path.read_text("utf-8") == before.replace('"100"', "100")
    assert run("stock.yaml", "--unsafe-fixes").exit_code == 2


def test_standard_input_goes_to_standard_output(run: Run, sound: str) -> None:
    found = run("-", "--fix", input=MISSPELT)
    assert (found.exit_code, found.stdout) == (0, MENDED)
    assert found.stderr.startswith("Made 1 fix; nothing is left in 1 file.\n")
    assert run("-", "--fix", sound, input=MENDED).stdout == MENDED
    diff = run("-", "--diff", input=MISSPELT)
    assert "--- a/<stdin>" in diff.stdout


def test_standard_input_that_is_no_text_cannot_be_given_back(run: Run) -> None:
    found = run("-", "--fix", input="a: \0")
    assert found.exit_code == 2
    assert found.stdout == ""
    assert "standard input cannot be given back" in found.stderr


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")],
)
def test_encoding_and_line_ends_stay(run: Run, misspelt: Path, encoding: str, mark: bytes) -> None:
    content = MISSPELT.replace("three", "drei – ü").replace("\n", "\r\n")
    misspelt.write_bytes(mark + content.encode(encoding))
    assert run("reviews.yaml", "--fix").exit_code == 0
    assert misspelt.read_bytes() == mark + content.replace("timout", "timeout").encode(encoding)


def test_mode_and_links_stay(run: Run, misspelt: Path, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = misspelt.rename(tmp_path / "real/reviews.txt")
    misspelt.symlink_to("real/reviews.txt")
    target.chmod(0o751)
    assert run("reviews.yaml", "--fix").exit_code == 0
    assert misspelt.is_symlink()
    assert stat.S_IMODE(target.stat().st_mode) == 0o751
    assert target.read_text("utf-8") == MENDED
    assert os.listdir(tmp_path / "real") == ["reviews.txt"]


def test_file_that_cannot_be_written(run: Run, misspelt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "zebra.yaml"
    other.write_text(MISSPELT.replace("reviews", "zebra"), "utf-8")
    replace = os.replace

    def refuse(source: str, target: str) -> None:
        if target.endswith("reviews.yaml"):
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    found = run(".", "--fix")
    assert found.exit_code == 2
    assert "cannot write reviews.yaml: Permission denied" in found.stderr
    assert "reviews.yaml:8:7: error[unknown-field]" in found.stdout
    assert "Made 1 fix; 1 error is left in 2 files; 1 of them can be fixed with --fix." in found.stdout
    assert misspelt.read_text("utf-8") == MISSPELT
    assert "timeout" in other.read_text("utf-8")
    assert sorted(os.listdir(tmp_path)) == ["reviews.yaml", "zebra.yaml"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everything")
def test_file_that_is_read_only(run: Run, misspelt: Path) -> None:
    misspelt.chmod(0o444)
    assert run("reviews.yaml", "--fix").exit_code == 2
    assert misspelt.read_text("utf-8") == MISSPELT


def test_file_that_changes_meanwhile_is_left_alone(run: Run, misspelt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from istiolint.fix import fix_all

    def slow(*arguments: object, **options: object) -> object:
        result = fix_all(*arguments, **options)  # type: ignore[arg-type]
        misspelt.write_text(MISSPELT + "# more\n", "utf-8")
        return result

    monkeypatch.setattr("istiolint.fix.fix_all", slow)
    found = run("reviews.yaml", "--fix")
    assert found.exit_code == 2
    assert "reviews.yaml is not fixed: it changed after it was read" in found.stderr
    assert misspelt.read_text("utf-8") == MISSPELT + "# more\n"


def test_what_is_read_for_reference_is_not_fixed(run: Run, misspelt: Path, sound: str) -> None:
    run(sound, "--context", "reviews.yaml", "--fix")
    assert misspelt.read_text("utf-8") == MISSPELT


def test_against_fixes_only_what_is_new(run: Run, misspelt: Path, tmp_path: Path) -> None:
    (tmp_path / "now").mkdir()
    (tmp_path / "before").mkdir()
    (tmp_path / "before/reviews.yaml").write_text(MISSPELT, "utf-8")
    now = tmp_path / "now/reviews.yaml"
    now.write_text(MISSPELT + "    exprotTo: ['*']\n", "utf-8")
    assert run("now", "--against", "./before", "--fix").exit_code == 0
    assert now.read_text("utf-8") == MISSPELT + "    exportTo: ['*']\n"


def test_fields_in_each_others_way_are_all_fixed(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "many.yaml"
    path.write_text(MISSPELT + "    exprotTo: ['*']\n    gatways: [mesh]\n", "utf-8")
    assert "Made 3 fixes" in run("many.yaml", "--fix").output
    assert path.read_text("utf-8") == MENDED + "    exportTo: ['*']\n    gateways: [mesh]\n"
