"""The output of commands that README.md and the pages in docs/ show."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
SHOWN = re.compile(r"(?<=^```console\n\$ )(?P<command>istiolint [^\n]*)\n(?P<output>.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
_BLANK = "\n\n"


def output_of(command: str) -> str:
    """Return what a command prints in the root of the repository."""
    found = subprocess.run([sys.executable, "-m", *command.split()], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    if found.returncode > 1:
        raise RuntimeError(found.stderr)
    return found.stdout


def page(path: Path) -> str:
    """Return the text of a page with the complete output of its commands."""
    return SHOWN.sub(lambda block: f"{block['command']}\n{output_of(block['command'])}", path.read_text("utf-8"))


def readme() -> str:
    """Return README.md with the findings that it shows as they are reported today, and the summary."""
    return SHOWN.sub(_shortened, README.read_text("utf-8"))


def _shortened(block: re.Match[str]) -> str:
    found = output_of(block["command"]).strip("\n").split(_BLANK)
    shown = block["output"].strip("\n").split(_BLANK)
    reported = {finding: paragraph for paragraph in reversed(found) if (finding := _finding(paragraph))}
    paragraphs = [reported[finding] if (finding := _finding(old)) else old for old in shown[:-1]]
    return f"{block['command']}\n{_BLANK.join([*paragraphs, found[-1]])}\n"


def _finding(paragraph: str) -> tuple[str, str] | None:
    """Path and rule of a finding in the text format."""
    match = re.match(r"(?P<path>\S+):\d+:\d+: \w+\[(?P<rule>[a-z0-9-]+)\]:", paragraph)
    return (match["path"], match["rule"]) if match else None
