"""The command line."""

import sys

import click

from istiolint.engine import lint
from istiolint.report import json as json_report
from istiolint.settings import Settings
from istiolint.sources import discover


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--format", "format_", default="text")
@click.option("--isolated", is_flag=True)
@click.option("--whole-mesh", is_flag=True)
@click.option("--select", multiple=True)
def main(paths: tuple[str, ...], format_: str, isolated: bool, whole_mesh: bool, select: tuple[str, ...]) -> None:
    """Lint Istio manifests."""
    settings = Settings(select=select, whole_mesh=whole_mesh)
    report = lint(discover(paths or (".",)), settings)
    if format_ == "json":
        click.echo(json_report.render(report), nl=False)
    else:
        for d in report.diagnostics:
            click.echo(f"{d.span.source.path}:{d.span.begins.line}:{d.span.begins.column}: {d.severity}: {d.message} [{d.rule}]")
    for error in report.internal_errors:
        click.echo(f"internal error: {error}", err=True)
    sys.exit(2 if report.internal_errors else int(report.fails(settings.fail_on)))
