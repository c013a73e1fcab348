"""`--write-suppressions`: comments that suppress the current findings."""

from collections.abc import Callable, Iterable

import click

from istiolint.cli.fixing import written
from istiolint.findings.escape import printable
from istiolint.findings.report import Report
from istiolint.report.counts import counted
from istiolint.report.text import where
from istiolint.sources import Source


def write_suppressions(sources: list[Source], lint: Callable[[Iterable[Source]], Report]) -> int:
    """Write the comments, and report findings that no comment can suppress; return the exit status."""
    from istiolint.suppression.writing import suppress

    result = suppress(sources, lint)
    failures = [words for _, words in written(sources, result.texts)]
    findings, files = counted(result.suppressed, "finding"), counted(len(result.texts), "file")
    click.echo(f"istiolint: wrote comments that suppress {findings} in {files}", err=True)
    for diagnostic in result.left:
        place = f"{where(diagnostic.span)}: {diagnostic.rule}"
        click.echo(f"istiolint: not suppressed, because no comment can be written there: {place}", err=True)
    for failure in failures:
        click.echo(f"istiolint: {printable(failure)}", err=True)
    return 2 if failures else int(bool(result.left))
