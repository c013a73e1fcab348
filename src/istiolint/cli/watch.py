"""`istiolint watch [PATH...]`: lint again whenever a file changes."""

import gc
import sys
from collections.abc import Iterator
from typing import Any

import click

from istiolint.cli.help import SectionedCommand
from istiolint.cli.lint import lint
from istiolint.cli.refusal import Refusal
from istiolint.cli.watching import Watched, changes, watched
from istiolint.findings.report import Report
from istiolint.report.counts import found

_LEFT_OUT = (
    "fix", "unsafe_fixes", "diff", "write_baseline", "write_suppressions", "show_files", "stdin_filename", "against",
)  # fmt: skip
"""The options of `lint` that change files, read standard input, or compare with a state that does not change."""
_READ = ("context", "kustomize", "helm", "values")
_FILES = ("mesh_config", "mesh_networks", "config", "baseline")


def run(paths: tuple[str, ...], **options: Any) -> None:
    """Lint, wait for a change, and lint again, until Ctrl-C."""
    if "-" in paths:
        raise Refusal("standard input cannot be watched")
    gc.enable()  # cli.main turns garbage collection off for single runs
    options |= {param.name: False if getattr(param, "is_flag", False) else None for param in _left_out()}
    options["jobs"] = options["jobs"] or 1  # the watching process has threads, so it must not fork
    options["well"] = _well
    while True:
        of = _watched(paths, options)
        _clear()
        _lint(paths, options)
        sys.stdout.flush()
        gc.collect()
        changes(of)


def _lint(paths: tuple[str, ...], options: dict[str, Any]) -> None:
    """Lint once, and go on after errors that would end `lint`."""
    try:
        assert lint.callback is not None
        lint.callback(paths, **options)
    except click.ClickException as error:
        error.show()
    except SystemExit:  # the exit status, which the report already shows
        pass


def _well(report: Report) -> str:
    """Return the line for a run without findings."""
    return found(report)


def _watched(paths: tuple[str, ...], options: dict[str, Any]) -> Watched:
    read = [*paths, *(path for name in _READ for path in options[name] or ())]
    read += [cluster.partition("=")[2] for cluster in options["cluster"]]
    single = [str(options[name]) for name in _FILES if options[name]]
    written = [str(target.file) for target in options["formats"] if target.file]
    written += [str(options["output"])] if options["output"] else []
    return watched(read if paths or options["cluster"] else [".", *read], single, written)


def _clear() -> None:
    if sys.stdout.isatty():
        click.clear()


def _left_out() -> Iterator[click.Parameter]:
    return (param for param in lint.params if param.name in _LEFT_OUT)


watch = SectionedCommand(
    "watch",
    callback=run,
    params=[param for param in lint.params if param.name not in _LEFT_OUT],
    help="Lint files or folders, and lint them again whenever one changes. Ctrl-C ends it.",
    short_help="Lint again whenever a file changes.",
)
