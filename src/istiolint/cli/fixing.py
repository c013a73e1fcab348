"""`--fix`, `--unsafe-fixes` and `--diff`: which files are written, and what is reported about them."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import click

from istiolint.cli.refusal import Refusal
from istiolint.findings.escape import printable
from istiolint.findings.report import Report
from istiolint.report.counts import counted
from istiolint.sources import Source

if TYPE_CHECKING:
    from istiolint.fix import FixResult

    pass

_Command = TypeVar("_Command", bound=Callable[..., Any])


def fixing_options(command: _Command) -> _Command:
    """The options of a command that can fix what it finds."""
    for option in (
        click.option("--diff", is_flag=True, help="Print the changes of --fix as a patch for `git apply`; write nothing."),
        click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: also apply fixes that may change behavior."),
        click.option("--fix", is_flag=True, help="Apply safe fixes in place and report the remaining findings."),
    ):
        command = option(command)
    return command


def fixed_sources(
    sources: list[Source], lint: Callable[[Iterable[Source]], Report], *, unsafe: bool, write: bool
) -> tuple["FixResult", list[str]]:
    """Lint, fix, and write the files; also return a message for each file that could not be written."""
    from istiolint.fix import fix_all

    result = fix_all(sources, unsafe=unsafe, lint=lint)
    failures = list(written(sources, result.texts)) if write else []
    if not result.settled:
        click.echo("istiolint: the fixes do not come to an end: each round finds another; the rest is left as it is", err=True)
    if failures:
        for path in [path for path, _ in failures]:
            del result.texts[path]
            result.fixes.pop(path, None)
        texts = result.texts
        result.report = lint([_current(source, texts) for source in sources])
    result.report.summary.fixed = result.fixed
    return result, [words for _, words in failures]


def write_stdin(sources: list[Source], texts: dict[str, str]) -> None:
    """Write the text from standard input to standard output, fixed or as it was."""
    from istiolint.sources.decode import encode

    for source in sources:
        if source.stdin and source.linted:
            if source.trouble:
                raise Refusal(f"standard input cannot be given back: {source.trouble}")
            sys.stdout.flush()
            sys.stdout.buffer.write(encode(texts.get(source.path, source.text), source.encoding))
            sys.stdout.buffer.flush()


def diff(sources: list[Source], result: "FixResult") -> str:
    """Return the fixes as a patch; on a terminal, with control characters escaped."""
    from istiolint.fix.patch import patch_lines

    shown = printable if sys.stdout.isatty() else str
    lines = patch_lines(sources, result.texts)
    return "".join(f"{shown(line.removesuffix(chr(10)))}\n" for line in lines)


def report_diff(result: "FixResult") -> None:
    """Report on standard error how many fixes a diff has."""
    count = result.fixed.total()
    words = f"would make {counted(count, 'fix', 'fixes')} in {counted(len(result.texts), 'file')}" if count else "nothing to fix"
    click.echo(f"istiolint: {words}", err=True)


def written(sources: list[Source], texts: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Write the files that changed; yield path and message for each that could not be written."""
    from istiolint.cli.atomic_write import replace
    from istiolint.sources.decode import encode

    for source in sources:
        if source.path not in texts or source.stdin:
            continue
        try:
            with open(source.path, "rb") as file:
                unchanged = file.read() == encode(source.text, source.encoding)
            if not unchanged:
                yield source.path, f"{source.path} is not fixed: it changed after it was read"
                continue
            replace(source.path, encode(texts[source.path], source.encoding), keep=True)
        except (OSError, UnicodeEncodeError) as error:
            yield source.path, f"cannot write {source.path}: {getattr(error, 'strerror', None) or error}"


def _current(source: Source, texts: dict[str, str]) -> Source:
    from dataclasses import replace

    return replace(source, text=texts.get(source.path, source.text))
