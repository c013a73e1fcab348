"""`--baseline` and `--write-baseline`."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from istiolint.cli.inputs import OUTPUT
from istiolint.cli.refusal import Refusal
from istiolint.comparison import BASELINE
from istiolint.config import Config
from istiolint.findings.escape import printable
from istiolint.findings.report import Report
from istiolint.report.counts import counted

if TYPE_CHECKING:
    from pathlib import Path

    from istiolint.comparison.baseline import Baseline

_Command = TypeVar("_Command", bound=Callable[..., Any])


def baseline_options(command: _Command) -> _Command:
    """The options of a command that reports only what is not in the baseline."""
    for option in (
        click.option("--write-baseline", is_flag=True, help="Record the current findings in the baseline."),
        click.option("--baseline", type=OUTPUT, metavar="FILE", help=f"Leave out what this file holds; {BASELINE} by default."),
    ):
        command = option(command)
    return command


def baseline_of(config: Config, option: "Path | None", *, isolated: bool, write: bool) -> "Baseline | None":
    """Return the effective baseline: the one that is named, or the one next to the configuration file if it exists.

    A file that is not a baseline is never overwritten.
    """
    configured = next(iter(config.paths("baseline")), None)
    named = option or configured
    place = named or os.path.join(config.path.parent if config.path else "", BASELINE)
    exists = os.path.exists(place)
    if named is None and not write and (isolated or not exists):
        return None
    from pathlib import Path

    from istiolint.comparison.baseline import Baseline, BaselineError, OutdatedError, load

    path = Path(place)
    if write and not exists:
        return Baseline(path)
    if named is None and isolated:
        return None
    try:
        return load(path)
    except OutdatedError as error:
        if write:
            return Baseline(path)
        raise Refusal(str(error)) from error
    except BaselineError as error:
        raise Refusal(str(error)) from error


def write_baseline(baseline: "Baseline", report: Report) -> int:
    """Write the baseline; return the exit status."""
    from istiolint.cli.atomic_write import replace

    renewed = baseline.renewed(report)
    try:
        replace(baseline.path, renewed.text().encode())
    except OSError as error:
        raise Refusal(f"cannot write {baseline.path}: {error.strerror or error}") from error
    count = counted(renewed.entries.total(), "finding")
    click.echo(f"istiolint: wrote {count} to {printable(str(baseline.path))}", err=True)
    return 0
