"""Where reports go."""

import importlib
import os
import sys
from pathlib import Path
from typing import Any, TextIO

import click

from istiolint.cli.refusal import Refusal
from istiolint.report import Report

FORMATS = ("text", "json", "sarif", "github")


def write(report: Report, format_: str, output: Path | None, color: str, *, quiet: bool, err: bool = False) -> None:
    """Render a report and write it to a file, or to standard output or error; Refusal where that cannot be done."""
    text = _rendered(report, format_, quiet=quiet)
    coloured = _is_coloured(color, output, sys.stderr if err else sys.stdout)
    write_text(text if coloured else click.unstyle(text), output, err=err)


def write_text(text: str, output: Path | None, *, err: bool = False) -> None:
    """Write a text as it is, to a file, or to standard output or error; Refusal where that cannot be done."""
    try:
        if output:
            from istiolint.replace import replace

            replace(output, text.encode("utf-8", "backslashreplace"))
        else:
            click.echo(text, nl=False, color=True, err=err)
    except BrokenPipeError:
        raise  # nobody reads on, which is no fault: click ends quietly
    except OSError as error:
        raise Refusal(f"cannot write {output or 'the report'}: {error.strerror or error}") from error


def _rendered(report: Report, format_: str, *, quiet: bool) -> str:
    module: Any = importlib.import_module(f"istiolint.report.{format_}")  # only the one that is needed
    text: str = module.render(report, quiet=quiet) if format_ == "text" else module.render(report)
    return text


def _is_coloured(color: str, output: Path | None, stream: TextIO) -> bool:
    if color != "auto":
        return color == "always"
    return output is None and stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
