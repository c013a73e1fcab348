"""`istiolint [PATH...]`: lint."""

import os
import sys
from typing import Any

import click

from istiolint.cli import fixing
from istiolint.cli.baseline import baseline_options, write_baseline
from istiolint.cli.cache_options import cache_options
from istiolint.cli.completed import State
from istiolint.cli.help import SectionedCommand
from istiolint.cli.inputs import CONFIG, FILE, OUTPUT, PATH, Patterns, inputs, max_file_size
from istiolint.cli.names import RuleNames
from istiolint.cli.output import FORMATS, Style, TargetType, targets, write, write_text
from istiolint.cli.refusal import Refusal
from istiolint.cli.releases import Release
from istiolint.cli.rendering import rendering_options
from istiolint.cli.run import Run
from istiolint.cli.suppressing import write_suppressions
from istiolint.findings.escape import printable
from istiolint.findings.finding import SEVERITIES
from istiolint.findings.report import Report
from istiolint.report.counts import counted
from istiolint.report.limit import MOST
from istiolint.rules.renamed import notice
from istiolint.settings import NEWEST, OLDEST
from istiolint.sources import InputError

EXIT_STATUS = """\b
Exit status:
  0  no findings at or above --fail-on
  1  findings
  2  usage error or internal error: the report is incomplete
"""


@click.command(cls=SectionedCommand, short_help="Lint manifests (the default command).", epilog=EXIT_STATUS)
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")
@click.option(
    "--select", multiple=True, type=RuleNames(), help="Run only these rules: ids, IST and KIA codes, topics, tags, or ALL."
)
@click.option("--extend-select", multiple=True, type=RuleNames(), help="Also run these rules.")
@click.option("--ignore", multiple=True, type=RuleNames(), help="Do not run these rules.")
@click.option(
    "--context", multiple=True, type=PATH, help="Resolve references against these files; do not report findings in them."
)
@click.option(
    "--cluster", multiple=True, metavar="NAME=PATH", help="Lint these files as the configuration of one cluster of the mesh."
)
@click.option("--exclude", multiple=True, type=Patterns(), metavar="PATTERNS", help="Do not read these paths (as in .gitignore).")
@click.option("--force-exclude", is_flag=True, default=None, help="Do not read excluded files even if they are named.")
@max_file_size
@click.option("--stdin-filename", type=PATH, metavar="FILE", help="Lint standard input (-) as the text of this file.")
@rendering_options
@click.option("--whole-mesh", is_flag=True, help="The files are the entire mesh: report every reference to anything else.")
@click.option(
    "--istio-version", type=Release(), metavar="1.N", help=f"Istio release to lint for, {OLDEST} to {NEWEST} (default: {NEWEST})."
)
@click.option(
    "--upgrade-to",
    type=Release(),
    metavar="1.N",
    help="Report what an upgrade from --istio-version to this release changes.",
)
@click.option("--mesh-config", type=FILE, help="File with a MeshConfig or the `istio` ConfigMap.")
@click.option("--mesh-networks", type=FILE, help="File with MeshNetworks.")
@click.option("--against", type=State(), help="Report only findings that are new since this git revision or folder.")
@baseline_options
@click.option("--write-suppressions", is_flag=True, help="Add comments that suppress the current findings.")
@fixing.fixing_options
@click.option("--severity", "min_severity", type=click.Choice(SEVERITIES), help="Lowest severity to report (default: info).")
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="Lowest severity that causes exit status 1 (default: error).")
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=TargetType(),
    metavar="FORMAT[=FILE]",
    help=f"Output format; repeat it for several reports: {', '.join(FORMATS)}.",
)
@click.option("--output", type=OUTPUT, help="Write the report to this file.")
@click.option("--concise", is_flag=True, help="Text format: one line per finding.")
@click.option("--all", "everything", is_flag=True, help=f"Show all findings in text, not {MOST} at most per rule and file.")
@click.option("--statistics", is_flag=True, help="Text format: count the findings of each rule.")
@click.option("--show-files", is_flag=True, help="List the files that would be linted, and exit.")
@click.option("--show-suppressed", is_flag=True, help="Also list suppressed findings (not in the github format).")
@click.option("--show-unchecked", is_flag=True, help="Also list references that could not be checked (text and JSON).")
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Number of worker processes for large input (default: one per core)."
)
@cache_options
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Use color in the text format.")
@click.option("--quiet", "-q", is_flag=True, help="Text format: no summary.")
@click.option("--config", type=CONFIG, help="Use this configuration file.")
@click.option("--isolated", is_flag=True, help="Ignore configuration files.")
def lint(paths: tuple[str, ...], **options: Any) -> None:
    """Lint files, folders, or standard input (-). Without a path, lint the current folder."""
    try:
        os.getcwd()
    except OSError as error:
        raise Refusal("the current folder does not exist anymore") from error
    _check(options)
    try:
        given = inputs(paths, options)
        if options["show_files"]:
            write_text("".join(f"{printable(source.path)}\n" for source in given.sources() if source.linted), options["output"])
            return
        run = Run(given, options)
        if options["write_suppressions"]:
            sys.exit(write_suppressions(run.sources, run.report))
        if options["fix"] or options["diff"]:
            sys.exit(_fix(run, options))
        report = run.report(run.sources)
        if run.baseline and options["write_baseline"]:
            sys.exit(_report_errors(report) or write_baseline(run.baseline, report))
    except InputError as error:
        raise Refusal(error) from error
    sys.exit(_write_report(report, run, options))


def _check(options: dict[str, Any]) -> None:
    """Raise Refusal for options that exclude each other."""
    found = targets(options["formats"], options["output"])
    for name in ("statistics", "concise"):
        if options[name] and not any(target.format == "text" for target in found):
            raise Refusal(f"--{name} goes with the text format")
    fixes = options["fix"] or options["diff"]
    if options["unsafe_fixes"] and not fixes:
        raise Refusal("--unsafe-fixes goes with --fix, or with --diff to see what it would do")
    if options["write_suppressions"] and (fixes or options["write_baseline"]):
        raise Refusal(
            "--write-suppressions writes comments and nothing else: it does not go with --fix, --diff or --write-baseline"
        )
    if options["write_baseline"] and (fixes or options["against"]):
        raise Refusal("--write-baseline writes all that is found: it does not go with --fix, --diff or --against")


def _fix(run: Run, options: dict[str, Any]) -> int:
    """Fix the files, or print the fixes as a patch; return the exit status."""
    result, failures = fixing.fixed_sources(run.sources, run.report, unsafe=options["unsafe_fixes"], write=not options["diff"])
    if options["diff"]:
        write_text(fixing.diff(run.sources, result), options["output"])
        fixing.report_diff(result)
        status = _report_errors(result.report) or int(bool(result.texts))
    else:
        fixing.write_stdin(run.sources, result.texts)
        reads_stdin = any(source.stdin and source.linted for source in run.sources)
        status = _write_report(result.report, run, options, err=reads_stdin)
    for failure in failures:
        click.echo(f"istiolint: {printable(failure)}", err=True)
    return 2 if failures else status


def _write_report(report: Report, run: Run, options: dict[str, Any], *, err: bool = False) -> int:
    """Write the report; return the exit status."""
    if not options["show_suppressed"]:
        report.suppressed = []
    style = Style(options["color"], options["quiet"], options["statistics"], options["concise"], options["everything"])
    if run.pictures:
        from istiolint.graph.build import attach

        attach(run.pictures, report.diagnostics)
    found = targets(options["formats"], options["output"])
    if options.get("well") and not report.diagnostics and not report.internal_errors:
        click.echo(options["well"](report))
        found = [target for target in found if target.file or target.format != "text"]
    write(report, found, style, run.pictures, err=err)
    if report.left_out and not options["quiet"]:
        hidden = counted(report.left_out, "finding")
        click.echo(f"istiolint: hidden: {hidden} already present at `{printable(options['against'])}`", err=True)
    for note in report.notes if not options["quiet"] else ():
        click.echo(f"istiolint: note: {printable(note)}", err=True)
    if message := notice(report.former_ids):
        click.echo(f"istiolint: {message}", err=True)
    return _report_errors(report) or int(report.fails(run.settings.fail_on))


def _report_errors(report: Report) -> int:
    """Report failures of istiolint itself; return the exit status that follows from them."""
    for failure in report.internal_errors:
        click.echo(f"istiolint: internal error: {printable(failure)}; the other findings are complete", err=True)
    return 2 if report.internal_errors else 0
