"""Where reports go."""

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from istiolint.cli.refusal import Refusal
from istiolint.report import Report

FORMATS = ("text", "json", "sarif", "github")


def write(report: Report, format_: str, output: Path | None, color: str, *, quiet: bool) -> None:
    """Render a report and write it to a file, or to standard output; Refusal where the file cannot be written."""
    text = _rendered(report, format_, quiet=quiet)
    coloured = _is_coloured(color, output)
    if output is None:
        try:
            click.echo(text, nl=False, color=coloured)
        except BrokenPipeError:
            raise  # nobody reads on, which is no fault: click ends quietly
        except OSError as error:
            raise Refusal(f"cannot write the report: {error.strerror or error}") from error
        return
    try:
        _replace(output, text if coloured else click.unstyle(text))
    except OSError as error:
        raise Refusal(f"cannot write {output}: {error.strerror or error}") from error


def _rendered(report: Report, format_: str, *, quiet: bool) -> str:
    module: Any = importlib.import_module(f"istiolint.report.{format_}")  # only the one that is needed
    text: str = module.render(report, quiet=quiet) if format_ == "text" else module.render(report)
    return text


def _is_coloured(color: str, output: Path | None) -> bool:
    if color != "auto":
        return color == "always"
    return output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _replace(path: Path, text: str) -> None:
    """Write a file whole or not at all. Links are followed; a pipe or a device is written to and stays what it is."""
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        path.write_text(text, "utf-8", errors="backslashreplace", newline="\n")
        return
    import tempfile

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
