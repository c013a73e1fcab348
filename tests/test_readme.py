"""What README.md shows is what happens: its commands are those of .ci/run, its output is real."""

import re
import subprocess
import sys
from pathlib import Path

from console import README, SHOWN, output_of

from istiolint.rules.registry import all_rules

ROOT = Path(__file__).parents[1]
LEFT_OUT = "...\n\n"


def shell_blocks() -> list[str]:
    return re.findall(r"^```sh\n(.*?)\n```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_the_first_command_lints_the_shop() -> None:
    first = shell_blocks()[0]
    assert first.endswith("/istiolint fixtures/shop")
    assert "python3 -m venv .venv && " in first


def test_the_second_command_is_that_of_continuous_integration() -> None:
    second = shell_blocks()[1]
    assert second.endswith("/pytest")
    assert second in (ROOT / ".ci/run").read_text("utf-8").splitlines()
    assert second in (ROOT / "CONTRIBUTING.md").read_text("utf-8").splitlines()


def test_output_is_real() -> None:
    """What a block of the page shows stands in the output in one piece; `...` says that something is left out."""
    shown = list(SHOWN.finditer(README.read_text("utf-8")))
    assert shown
    for match in shown:
        rest = output_of(match["command"])
        for piece in match["output"].split(LEFT_OUT):
            assert piece in rest
            rest = rest.partition(piece)[2]


def test_rules_are_there() -> None:
    named = re.findall(
        r"`([a-z0-9]+(?:-[a-z0-9]+)+)`", README.read_text("utf-8").partition("## What it finds")[2].partition("##")[0]
    )
    assert len(named) >= 10
    assert set(named) <= set(all_rules())


def test_configuration_is_valid(tmp_path: Path) -> None:
    (block,) = re.findall(r"^```yaml\n(# \.istiolint\.yaml\n.*?)^```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (tmp_path / ".istiolint.yaml").write_text(block, "utf-8")
    (tmp_path / "base").mkdir()
    assert run("istiolint", cwd=tmp_path).returncode == 0


def test_options_are_there() -> None:
    options = set(re.findall(r"istiolint[^`\n]* (--[a-z-]+)", README.read_text("utf-8")))
    assert options >= {"--whole-mesh", "--context", "--format"}
    helped = "".join(
        run("istiolint", *command, "--help", cwd=ROOT).stdout for command in ([], ["rules"], ["mtls"], ["test"], ["trace"])
    )
    assert [option for option in options if option not in helped] == []


def test_paths_of_commands_exist() -> None:
    commands = "\n".join(shell_blocks()).replace("$shop", "fixtures/shop/healthy")
    paths = re.findall(r"(?<![\w/])\w[\w.-]*/[\w/.-]+", re.sub(r" #.*|https?://\S+|--from \S+|\.venv/\S+", "", commands))
    assert len(paths) >= 15
    assert [path for path in paths if not (ROOT / path).exists()] == []
