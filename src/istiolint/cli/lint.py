"""`istiolint [PATH...]`: lint."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from istiolint.cli.help import SectionedCommand
from istiolint.cli.inputs import FILE, PATH, inputs
from istiolint.cli.names import RuleNames
from istiolint.cli.output import FORMATS, write
from istiolint.cli.progress import watch
from istiolint.cli.refusal import Refusal
from istiolint.cli.rendering import rendering_options
from istiolint.config import ConfigError
from istiolint.finding import SEVERITIES
from istiolint.report.escape import printable
from istiolint.settings import NEWEST, OLDEST

EXIT_STATUS = """\b
Exit status:
  0  nothing at or above --fail-on was found
  1  something was found
  2  the call was wrong, or istiolint failed and the report is not whole
"""


@click.command(cls=SectionedCommand, short_help="Lint; what istiolint does when no command is named.", epilog=EXIT_STATUS)
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")
@click.option("--select", multiple=True, type=RuleNames(), help="Only these rules: ids, IST and KIA codes, categories, ALL.")
@click.option("--ignore", multiple=True, type=RuleNames(), help="Leave out these rules.")
@click.option("--context", multiple=True, type=PATH, help="Read for reference, do not lint.")
@click.option("--cluster", multiple=True, metavar="NAME=PATH", help="Lint as what this cluster of the mesh holds.")
@rendering_options
@click.option("--whole-mesh", is_flag=True, help="The input is the whole mesh: what is not in it does not exist.")
@click.option("--istio-version", metavar="1.N", help=f"Lint for this Istio, {OLDEST} to {NEWEST}; the newest by default.")
@click.option("--mesh-config", type=FILE, help="A MeshConfig, or the `istio` ConfigMap.")
@click.option("--mesh-networks", type=FILE, help="A MeshNetworks document.")
@click.option("--against", metavar="REV|PATH", help="Report only what is not found in this git revision, or in this folder.")
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="Lowest severity that gives exit status 1; error by default.")
@click.option("--format", "formats", type=click.Choice(FORMATS), default="text", help="How to report; text by default.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to a file.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours in text.")
@click.option("--quiet", "-q", is_flag=True, help="Leave out the summary of the text format.")
@click.option("--config", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Read this configuration file.")
@click.option("--isolated", is_flag=True, help="Read no configuration file.")
def lint(paths: tuple[str, ...], **options: Any) -> None:
    """Lint files, folders, or standard input (-); the current folder by default."""
    from istiolint import engine
    from istiolint.rendered.programs import RenderError
    from istiolint.report.comparison import keep_new
    from istiolint.sources import MissingPathError
    from istiolint.sources.revisions import RevisionError

    try:
        os.getcwd()
    except OSError as error:
        raise Refusal("the current folder is not there any more") from error
    try:
        given = inputs(paths, options)
        settings = given.settings
        before = engine.lint(given.sources_of(options["against"]), settings) if options["against"] else None
        report = engine.lint(given.sources(), settings, watch())
    except (ConfigError, MissingPathError, RenderError, RevisionError) as error:
        raise Refusal(str(error)) from error
    left_out = keep_new(report, before) if before else 0
    write(report, options["formats"], options["output"], options["color"], quiet=options["quiet"])
    if left_out and not options["quiet"]:
        click.echo(f"istiolint: {left_out} that were found at `{printable(options['against'])}` as well are left out", err=True)
    for trouble in report.internal_errors:
        click.echo(f"istiolint: internal error: {printable(trouble)}; the rest of the report stands", err=True)
    sys.exit(2 if report.internal_errors else int(report.fails(settings.fail_on)))
