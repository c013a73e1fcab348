"""`istiolint graph`: the mesh as a picture."""

import importlib
import sys
from pathlib import Path
from typing import Any

import click

from istiolint.cli.cache_options import cache_of
from istiolint.cli.inputs import PATH
from istiolint.cli.mesh_options import given, mesh_options
from istiolint.cli.output import write_text
from istiolint.cli.progress import watch
from istiolint.cli.refusal import Refusal
from istiolint.findings.escape import printable
from istiolint.sources import InputError

FORMATS = ("html", "mermaid", "dot", "json")
EXIT_STATUS = """\b
Exit status:
  0  the picture is complete, whatever it shows
  1  a file could not be read, and the picture ignores it
  2  invalid usage or internal error
"""


@click.command(short_help="Show the mesh as a picture.", epilog=EXIT_STATUS)
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")
@click.option("--namespace", "namespaces", multiple=True, metavar="NAME", help="Show only this namespace and its neighbors.")
@click.option("--collapse", is_flag=True, help="Show each namespace as one node.")
@mesh_options
@click.option("--format", "format_", type=click.Choice(FORMATS), default="html", help="Output format (default: html).")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the picture to this file.")
def graph(
    paths: tuple[str, ...], namespaces: tuple[str, ...], collapse: bool, format_: str, output: Path | None, **options: Any
) -> None:
    """Show workloads, gateways and external hosts, who calls whom, mTLS, weights and policies, and where findings are."""
    from istiolint.engine import lint as engine
    from istiolint.engine.workers import cores
    from istiolint.graph.build import attach, picture_of
    from istiolint.graph.grouping import collapsed, within
    from istiolint.graph.picture import Picture

    pictures: list[Picture] = []
    try:
        read = given(paths, options)
        report = engine.lint(
            read.sources(), read.settings, watch(), cores(), lambda name, mesh: pictures.append(picture_of(mesh, name)),
            cache=cache_of(options),
        )  # fmt: skip
    except InputError as error:
        raise Refusal(str(error)) from error
    report.hide_below(read.settings.min_severity)
    attach(pictures, report.diagnostics)
    shown = [within(picture, namespaces) if namespaces else picture for picture in pictures]
    if namespaces and not any(picture.nodes for picture in shown):
        raise Refusal(f"nothing to show in namespace {' or '.join(namespaces)}")
    shown = [collapsed(picture) if collapse else picture for picture in shown]
    shown = [picture for picture in shown if picture.nodes] or shown[:1]
    renderer = importlib.import_module(f"istiolint.report.picture_{format_}")
    write_text(renderer.render(shown, report.diagnostics), output)
    for failure in report.internal_errors:
        click.echo(f"istiolint: internal error: {printable(failure)}", err=True)
    unreadable = [found for found in report.diagnostics if found.rule in engine.UNREADABLE]
    for found in unreadable:
        where = f"{found.span.source.path}:{found.span.begins.line}"
        click.echo(f"istiolint: {printable(f'{where}: ignored: {found.message}')}", err=True)
    sys.exit(2 if report.internal_errors else int(bool(unreadable)))
