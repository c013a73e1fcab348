"""The output of commands that README.md and the pages in docs/ show."""

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
SHOWN = re.compile(r"(?<=^```console\n\$ )(?P<command>istiolint [^\n]*)\n(?P<output>.*?)(?=^```$)", re.MULTILINE | re.DOTALL)
SESSION = re.compile(r"(?<=^```console\n)\$ .*?(?=^```$)", re.MULTILINE | re.DOTALL)
"""The commands and output of one block of a guide."""
LEFT_OUT = "..."
"""A line that marks omitted output."""
_COMMAND = re.compile(r"^\$ (?P<command>[^\n]*)\n(?P<output>(?:(?!\$ )[^\n]*\n)*)", re.MULTILINE)
_END = "\x1e"
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


def guide(path: Path) -> str:
    """Return a guide with the output that its commands have today.

    The commands are one shell session, from the first to the last block, in a clone that contains only fixtures/ and examples/.
    """
    text = path.read_text("utf-8")
    entries = [entry for block in SESSION.finditer(text) for entry in _COMMAND.finditer(block[0])]
    outputs = iter(_session([entry["command"] for entry in entries]))
    return SESSION.sub(lambda block: _COMMAND.sub(lambda entry: _excerpt(entry, next(outputs)), block[0]), text)


def _session(commands: list[str]) -> list[str]:
    """Return what each command prints, standard error included."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "istiolint")
        for name in ("fixtures", "examples"):
            shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        subprocess.run(["git", "init", "--quiet", str(clone)], check=True)
        script = "".join(f"{command}\nprintf '\\036'\n" for command in commands)
        people = {f"GIT_{role}_{key}": "demo@example.com" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, **people, "PATH": path, "HOME": folder, "XDG_CACHE_HOME": f"{folder}/cache"}
        found = subprocess.run(
            ["bash", "-c", script],
            cwd=clone,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
    outputs = found.stdout.split(_END)[:-1]
    if len(outputs) != len(commands) or "Traceback" in found.stdout or "command not found" in found.stdout:
        raise RuntimeError(found.stdout)
    return outputs


def _excerpt(entry: re.Match[str], output: str) -> str:
    """Return a command with the same pieces of its output as before; a piece is found by its first line."""
    lines = output.splitlines()
    pieces = [piece.splitlines() for piece in re.split(rf"^{re.escape(LEFT_OUT)}\n", entry["output"], flags=re.MULTILINE)]
    shown: list[str] = []
    at = 0
    for number, piece in enumerate(pieces):
        if number:
            shown.append(LEFT_OUT)
        if not piece:
            continue
        if number:
            first = (difflib.get_close_matches(piece[0], lines[at:], 1, 0) or lines[at:] or [""])[0]
            at = lines.index(first, at) if first in lines[at:] else len(lines)
        size = len(piece) if number < len(pieces) - 1 else len(lines)
        shown += lines[at : at + size]
        at += size
    return "".join(f"{line}\n" for line in [f"$ {entry['command']}", *shown])
