"""The targets of reports: files and standard output."""

import importlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

import click

from istiolint.cli.refusal import Refusal
from istiolint.findings.report import Report

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from istiolint.graph.picture import Picture

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit", "checkstyle", "markdown", "rdjson", "azure", "teamcity", "html")


class Target(NamedTuple):
    """A format and the file for it; None for standard output."""

    format: str
    file: "Path | None" = None


class TargetType(click.ParamType):  # type: ignore[type-arg]
    """FORMAT or FORMAT=FILE, with completion of formats."""

    name = "target"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Target:
        """Return the checked format, and the file."""
        name, equals, file = value.partition("=")
        if name not in FORMATS:
            self.fail(f"`{name}` is none of {', '.join(FORMATS)}", param, ctx)
        if equals and not file:
            self.fail(f"a file belongs behind `{value}`", param, ctx)

        from pathlib import Path

        return Target(name, Path(file) if equals else None)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        """Return the formats that continue the typed text."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in FORMATS if name.startswith(incomplete)]


def targets(formats: Sequence[Target], output: "Path | None") -> list[Target]:
    """Return the target of each report; `output` replaces standard output. Raises Refusal if two reports share a target."""
    found = [target if target.file else Target(target.format, output) for target in formats or [Target("text")]]
    if output and all(target.file for target in formats) and formats:
        raise Refusal("--output requires a format without a file")
    if len({target.file for target in found}) < len(found):
        raise Refusal("only one report can go to standard output, or to one file: write --format FORMAT=FILE for the others")
    return found


class Style(NamedTuple):
    """Options of the text format."""

    color: str = "auto"
    quiet: bool = False
    statistics: bool = False
    concise: bool = False
    everything: bool = False


def write(
    report: Report, found: Sequence[Target], style: Style, pictures: "Sequence[Picture]" = (), *, err: bool = False
) -> None:
    """Render a report and write it to files, and to standard output or error. Raises Refusal if that fails.

    `pictures` are for the HTML format.
    """
    for target in sorted(found, key=lambda target: target.file is None):  # files first: a pipe may end early
        text = _rendered(report, target.format, style, pictures)
        colored = _is_colored(style.color, target.file, sys.stderr if err else sys.stdout)
        write_text(text if colored else click.unstyle(text), target.file, err=err)


def write_text(text: str, output: "Path | None", *, err: bool = False) -> None:
    """Write a text unchanged to a file, or to standard output or error. Raises Refusal if that fails."""
    try:
        if output:
            from istiolint.cli.atomic_write import replace

            replace(output, text.encode("utf-8", "backslashreplace"))
        else:
            click.echo(text, nl=False, color=True, err=err)
    except BrokenPipeError:
        raise  # the reader closed the pipe, which is not an error: click exits quietly
    except OSError as error:
        raise Refusal(f"cannot write {output or 'the report'}: {error.strerror or error}") from error


def _rendered(report: Report, format_: str, style: Style, pictures: "Sequence[Picture]") -> str:
    module: Any = importlib.import_module(f"istiolint.report.{format_}")  # import only the renderer that is needed
    if format_ == "html":
        return str(module.render(report, pictures))
    if format_ != "text":
        return str(module.render(report))
    if style.statistics:
        return str(module.statistics(report))
    return str(module.render(report, quiet=style.quiet, concise=style.concise, everything=style.everything))


def _is_colored(color: str, output: "Path | None", stream: TextIO) -> bool:
    if color != "auto":
        return color == "always"
    return output is None and stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
