"""`istiolint PATH...`: input, output, and the exit status."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from commands import FAULTY, ROOT, Process, Run

from istiolint import __version__

SHOP = ROOT / "fixtures/shop"
FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit", "checkstyle", "markdown", "rdjson", "azure", "teamcity")


@pytest.mark.parametrize("format_", FORMATS)
def test_formats_on_the_shop(process: Process, format_: str) -> None:
    found = process("--isolated", "--format", format_, str(SHOP / "broken"))
    assert found.returncode == 1
    assert found.stderr == ""
    if format_ == "json":
        assert len(json.loads(found.stdout)["diagnostics"]) > 20
    elif format_ == "sarif":
        (sarif_run,) = json.loads(found.stdout)["runs"]
        assert len(sarif_run["results"]) > 20
    elif format_ == "github":
        assert found.stdout.count("\n::") > 20
    elif format_ == "text":
        assert "error[" in found.stdout
    assert found.stdout.count("duplicate-key") > 0
    assert "\033" not in found.stdout


@pytest.mark.parametrize("format_", FORMATS)
def test_exit_status_is_the_same_for_each_format(run: Run, faulty: str, sound: str, format_: str) -> None:
    assert run(sound, "--format", format_).exit_code == 0
    assert run(faulty, "--format", format_).exit_code == 1
    assert run("missing.yaml", "--format", format_).exit_code == 2


def test_the_installed_command(tmp_path: Path, faulty: str) -> None:
    command = Path(sys.executable).with_name("istiolint")
    if not command.exists():
        pytest.skip("istiolint is not installed beside this Python")
    found = subprocess.run([command, faulty], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert found.stdout.startswith("faulty.yaml:10:7: error[duplicate-key]")
    version = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout == f"istiolint {__version__}\n"


def test_fail_on(run: Run, tmp_path: Path) -> None:
    (tmp_path / "warned.yaml").write_text("a: [\n", "utf-8")  # a fault in text that may not be for Kubernetes: a warning
    assert "warning[yaml-syntax]" in run("warned.yaml").output
    assert run("warned.yaml").exit_code == 0
    assert run("warned.yaml", "--fail-on", "warning").exit_code == 1
    assert run("warned.yaml", "--fail-on", "info").exit_code == 1
    assert run("warned.yaml", "--fail-on", "grave").exit_code == 2


def test_output_writes_the_whole_report_to_a_file(run: Run, faulty: str, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("old")
    found = run(faulty, "--format", "json", "--output", "report.json")
    assert (found.exit_code, found.output) == (1, "")
    assert (tmp_path / "report.json").read_text("utf-8") == run(faulty, "--format", "json").stdout
    assert sorted(os.listdir(tmp_path)) == ["faulty.yaml", "report.json"]
    assert stat.S_IMODE((tmp_path / "report.json").stat().st_mode) == stat.S_IMODE((tmp_path / "faulty.yaml").stat().st_mode)


def test_output_that_cannot_be_written(run: Run, faulty: str) -> None:
    found = run(faulty, "--output", "no/such/folder/report.txt")
    assert found.exit_code == 2
    assert "cannot write no/such/folder/report.txt: No such file or directory" in found.output


def test_output_to_a_pipe_leaves_the_pipe(run: Run, faulty: str, tmp_path: Path) -> None:
    """As to a device or `>(process substitution)`: it is written to, not put another file in its place."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run(faulty, "--output", "pipe").exit_code == 1
        assert b"duplicate-key" in os.read(reader, 4096)
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_output_behind_a_link_keeps_the_link(run: Run, faulty: str, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "latest.txt").symlink_to("reports/today.txt")
    assert run(faulty, "--output", "latest.txt").exit_code == 1
    assert (tmp_path / "latest.txt").is_symlink()
    assert "duplicate-key" in (tmp_path / "reports/today.txt").read_text("utf-8")


def test_empty_folder(run: Run) -> None:
    found = run()
    assert found.exit_code == 0
    assert found.output.startswith("Nothing found in 0 files.\n")
    assert "No YAML or JSON files" in found.output


def test_missing_path(run: Run, sound: str) -> None:
    found = run(sound, "gone/away.yaml")
    assert found.exit_code == 2
    assert "no such file or folder: gone/away.yaml" in found.output


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_file_by_its_mode(run: Run, faulty: str, tmp_path: Path) -> None:
    (tmp_path / "locked.yaml").touch(mode=0)
    found = run(".")
    assert "locked.yaml" in found.output
    assert "duplicate-key" in found.output


def test_unreadable_file_costs_only_itself(run: Run, faulty: str, tmp_path: Path) -> None:
    (tmp_path / "gone.yaml").symlink_to("nowhere.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"a: \0\n")
    found = run("--format", "json", ".")
    assert found.exit_code == 1
    report = json.loads(found.stdout)
    assert [(one["path"], one["rule"]) for one in report["diagnostics"]] == [
        ("binary.yaml", "unreadable-file"), ("faulty.yaml", "duplicate-key"), ("gone.yaml", "unreadable-file"),
    ]  # fmt: skip


def test_file_of_100_megabytes(run: Run, tmp_path: Path) -> None:
    with open(tmp_path / "big.yaml", "wb") as file:
        file.truncate(100 * 1024**2)
    found = run("big.yaml")
    assert found.exit_code == 1
    assert "big.yaml:1:1: error[unreadable-file]: cannot read the file: 100 MiB is larger" in found.output


@pytest.mark.parametrize("size", [2_000_000, 3_000_000])
def test_the_largest_size_is_an_option_and_a_setting(run: Run, tmp_path: Path, size: int) -> None:
    (tmp_path / "a.yaml").write_text(f"# {'x' * size}\n", "utf-8")
    fails = int(size > 2 * 1024**2)
    assert run("a.yaml", "--max-file-size", "2").exit_code == fails
    assert run("mtls", "a.yaml", "--max-file-size", "2").exit_code == fails
    (tmp_path / ".istiolint.yaml").write_text("max-file-size: 2\n", "utf-8")
    assert run("a.yaml").exit_code == fails
    assert run("a.yaml", "--max-file-size", "3").exit_code == 0
    assert "max-file-size: 2" in run("config").output


def test_folder_of_links_in_a_circle(run: Run, faulty: str, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b").symlink_to("..", target_is_directory=True)
    (tmp_path / "a/self.yaml").symlink_to("self.yaml")
    found = run(".")
    assert found.exit_code == 1
    assert found.output.count("error[duplicate-key]") == 1
    assert "self.yaml:1:1: error[unreadable-file]" in found.output


def test_a_first_word_that_names_a_command_is_the_command(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/faulty.yaml").write_text(FAULTY, "utf-8")
    assert "yaml-syntax" in run("rules").output
    assert "rules/faulty.yaml:10:7" in run("./rules").output
    assert "rules/faulty.yaml:10:7" in run("lint", "rules").output
    assert "rules/faulty.yaml:10:7" in run("--quiet", "rules").output


def test_standard_input(run: Run, sound: str) -> None:
    found = run("-", input=FAULTY)
    assert found.exit_code == 1
    assert "<stdin>:10:7: error[duplicate-key]" in found.output
    both = run(sound, "-", input=FAULTY)
    assert "1 error in 2 files" in both.output


def test_context_is_read_but_not_linted(run: Run, faulty: str, sound: str) -> None:
    found = run(sound, "--context", faulty)
    assert (found.exit_code, "Nothing found in 1 file." in found.output) == (0, True)
    assert run(sound, "--context", "missing").exit_code == 2


@pytest.mark.parametrize("version", ["1.17", "1.32", "2.0", "latest", "1.", "1.²"])
def test_istio_version_that_is_not_known(run: Run, sound: str, version: str) -> None:
    found = run(sound, "--istio-version", version)
    assert found.exit_code == 2
    assert f"unsupported Istio version `{version}`; use 1.18 to 1.31" in found.output


@pytest.mark.parametrize("version", ["1.24", "v1.24", "1.24.3", "1.31"])
def test_istio_version(run: Run, sound: str, version: str) -> None:
    assert run(sound, "--istio-version", version).exit_code == 0


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_unknown_rule(run: Run, sound: str, option: str) -> None:
    found = run(sound, option, "syntax,duplicate-kye")
    assert found.exit_code == 2
    assert "unknown rule `duplicate-kye`; did you mean `duplicate-key`?" in " ".join(found.output.split())


def test_select_and_ignore(run: Run, faulty: str) -> None:
    assert run(faulty, "--select", "yaml-syntax").exit_code == 0
    assert run(faulty, "--select", "yaml-syntax", "--select", "duplicate-key").exit_code == 1
    assert run(faulty, "--ignore", "duplicate-key").exit_code == 0
    assert run(faulty, "--select", "ALL", "--ignore", "syntax").exit_code == 0


@pytest.mark.parametrize("option", ["--mesh-config", "--mesh-networks", "--config"])
def test_missing_file_of_an_option(run: Run, sound: str, option: str) -> None:
    found = run(sound, option, "missing.yaml")
    assert found.exit_code == 2
    assert "missing.yaml" in found.output


@pytest.mark.parametrize("option", ["--mesh-config", "--mesh-networks", "--config", "--output"])
def test_folder_where_a_file_is_wanted(run: Run, sound: str, option: str) -> None:
    found = run(sound, option, ".")
    assert found.exit_code == 2
    assert "'.' is a directory" in found.output


def test_quiet_leaves_out_the_summary(run: Run, faulty: str, sound: str) -> None:
    assert "1 error in 1 file" in run(faulty).output
    assert "1 error in 1 file" not in run(faulty, "-q").output
    assert run(sound, "-q").output == ""


def test_colours(run: Run, faulty: str, process: Process) -> None:
    assert "\033[" in run(faulty, "--color", "always").output
    assert "\033[" not in run(faulty, "--color", "never").output
    assert "\033[" not in run(faulty).output  # no terminal
    assert run("--version").output == f"istiolint {__version__}\n"


def test_help_of_the_group_and_of_lint(run: Run) -> None:
    overview, lint = run("-h").output, run("lint", "-h").output
    for option in ("--select", "--fail-on", "--istio-version", "--whole-mesh", "--context", "--mesh-config", "--isolated"):
        assert option in overview
        assert option in lint
    for words in ("-h, --help", "--version", "explain", "rules", "completion", "istiolint ./manifests"):
        assert words in overview
    assert "Usage: istiolint lint" in lint
    for status in ("Exit status:\n    0  no findings", "  1  findings", "  2  usage error"):
        assert status in overview
        assert status in lint
    assert run("--help").output == overview
    assert run("--nonsense").exit_code == 2


def test_broken_pipe(process: Process, tmp_path: Path) -> None:
    """As `istiolint | head -1`."""
    text = "---\n".join(FAULTY.replace("reviews", f"reviews-{number}") for number in range(400))
    (tmp_path / "many.yaml").write_text(text, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "istiolint", "--isolated", "many.yaml"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as started:
        assert started.stdout
        assert started.stderr
        assert "duplicate-key" in started.stdout.readline()
        started.stdout.close()
        assert started.stderr.read() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_full_disk(tmp_path: Path, faulty: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "istiolint", faulty]
        found = subprocess.run(
            command, cwd=tmp_path, env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (found.returncode, found.stderr) == (2, "Error: cannot write the report: No space left on device\n")


def test_interrupt(tmp_path: Path) -> None:
    """As Ctrl-C while it waits for input. What runs the tests may itself ignore that signal, and its children would, too."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "istiolint", "--isolated", "pipe"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as started:  # fmt: skip
        writer = os.open(pipe, os.O_WRONLY)  # waits until it is read
        started.send_signal(signal.SIGINT)
        assert started.communicate(timeout=60) == (b"", None)
        os.close(writer)
    assert started.returncode == -signal.SIGINT


def on_a_terminal(folder: Path, *arguments: str, **environment: str) -> str:
    """What the command writes to a terminal."""
    ours, theirs = os.openpty()
    try:
        command = [sys.executable, "-m", "istiolint", *arguments]
        settings = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TERM": "xterm", **environment}
        subprocess.run(command, cwd=folder, env=settings, stdout=theirs, stderr=subprocess.DEVNULL, check=False)
        return os.read(ours, 65536).decode()
    finally:
        os.close(ours)
        os.close(theirs)


def test_colours_on_a_terminal(tmp_path: Path, faulty: str) -> None:
    assert "\033[" in on_a_terminal(tmp_path, faulty, NO_COLOR="")
    assert "\033[" not in on_a_terminal(tmp_path, faulty, NO_COLOR="1")
