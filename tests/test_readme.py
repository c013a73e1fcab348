"""What README.md shows is what happens: its commands are those of .ci/run, its output is real.

After a change of what is printed, run `python tests/test_readme.py` to put the output of today into the page.
"""

import re
import subprocess
import sys
from pathlib import Path

from istiolint.rules import all_rules

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
SHOWN = re.compile(r"(?<=^```console\n\$ )(?P<command>istiolint [^\n]*)\n(?P<output>.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
LEFT_OUT = "...\n"


def shell_blocks() -> list[str]:
    return re.findall(r"^```sh\n(.*?)\n```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def output_of(command: str) -> str:
    words = command.split()
    run = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert run.returncode in (0, 1), run.stderr
    return run.stdout


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


def renewed(text: str) -> str:
    """The page with the output of today, cut to as many lines before and behind `...` as it has now."""

    def block(match: re.Match[str]) -> str:
        lines = output_of(match["command"]).splitlines(keepends=True)
        head, left_out, tail = (part.count("\n") for part in match["output"].partition(LEFT_OUT))
        cut = [*lines[:head], LEFT_OUT, *lines[len(lines) - tail :]] if left_out else lines
        return f"{match['command']}\n{''.join(cut)}"

    return SHOWN.sub(block, text)


if __name__ == "__main__":
    README.write_text(renewed(README.read_text("utf-8")), "utf-8")
