"""`istiolint [PATH...]`: lint."""

import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from istiolint.cli.help import SectionedCommand
from istiolint.cli.names import RuleNames, check_names
from istiolint.cli.output import FORMATS, write
from istiolint.cli.progress import watch
from istiolint.cli.refusal import Refusal
from istiolint.config import Config, ConfigError, find, load
from istiolint.finding import SEVERITIES
from istiolint.report.escape import printable
from istiolint.settings import NEWEST, OLDEST, Settings, minor

if TYPE_CHECKING:
    from istiolint.sources import Source

EXIT_STATUS = """\b
Exit status:
  0  nothing at or above --fail-on was found
  1  something was found
  2  the call was wrong, or istiolint failed and the report is not whole
"""
PATH = click.Path(path_type=str)
FILE = click.Path(dir_okay=False, path_type=str)


@click.command(cls=SectionedCommand, short_help="Lint; what istiolint does when no command is named.", epilog=EXIT_STATUS)
@click.argument("paths", nargs=-1, type=PATH, metavar="[PATH]...")
@click.option("--select", multiple=True, type=RuleNames(), help="Only these rules: ids, IST and KIA codes, categories, ALL.")
@click.option("--ignore", multiple=True, type=RuleNames(), help="Leave out these rules.")
@click.option("--context", multiple=True, type=PATH, help="Read for reference, do not lint.")
@click.option("--cluster", multiple=True, metavar="NAME=PATH", help="Lint as what this cluster of the mesh holds.")
@click.option("--whole-mesh", is_flag=True, help="The input is the whole mesh: what is not in it does not exist.")
@click.option("--istio-version", metavar="1.N", help=f"Lint for this Istio, {OLDEST} to {NEWEST}; the newest by default.")
@click.option("--mesh-config", type=FILE, help="A MeshConfig, or the `istio` ConfigMap.")
@click.option("--mesh-networks", type=FILE, help="A MeshNetworks document.")
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
    from istiolint.sources import MissingPathError

    try:
        os.getcwd()
    except OSError as error:
        raise Refusal("the current folder is not there any more") from error
    try:
        sources, settings = inputs(paths, options)
        report = engine.lint(sources, settings, watch())
    except (ConfigError, MissingPathError) as error:
        raise Refusal(str(error)) from error
    write(report, options["formats"], options["output"], options["color"], quiet=options["quiet"])
    for trouble in report.internal_errors:
        click.echo(f"istiolint: internal error: {printable(trouble)}; the rest of the report stands", err=True)
    sys.exit(2 if report.internal_errors else int(report.fails(settings.fail_on)))


def inputs(paths: tuple[str, ...], options: dict[str, Any]) -> "tuple[Iterator[Source], Settings]":
    """What the options and the configuration file say is to be read, and how; options that a command does not have are unset.

    Raises ConfigError and MissingPathError.
    """
    from istiolint.sources import discover

    config = _config(options)
    settings = _settings(config, defaultdict(lambda: None, options))
    context = (*options["context"], *config.paths("context"))
    clusters = _clusters(config, options["cluster"])
    return discover(paths or (() if clusters else (".",)), context=context, clusters=clusters), settings


def _config(options: dict[str, Any]) -> Config:
    if options["isolated"]:
        return Config()
    path = Path(options["config"]) if options["config"] else find(Path.cwd())
    return load(path) if path else Config()


def _settings(config: Config, options: dict[str, Any]) -> Settings:
    values, default = config.values, Settings()
    select = tuple(name for names in options["select"] or () for name in names) or config.names("select")
    ignore = (*(name for names in options["ignore"] or () for name in names), *config.names("ignore"))
    try:
        check_names((*config.names("select"), *config.names("ignore")))
    except click.BadParameter as error:
        raise ConfigError(f"{config.path}: {error.message}") from error
    return Settings(
        select=select,
        ignore=ignore,
        fail_on=options["fail_on"] or values.get("fail-on", default.fail_on),
        istio_version=_version(options["istio_version"] or values.get("istio-version", default.istio_version)),
        whole_mesh=options["whole_mesh"] or values.get("whole-mesh", False),
        root_namespace=values.get("root-namespace", default.root_namespace),
        cluster_domain=values.get("cluster-domain", default.cluster_domain),
        environments=config.environments(),
        mesh_config=options["mesh_config"] or next(iter(config.paths("mesh-config")), None),
        mesh_networks=options["mesh_networks"] or next(iter(config.paths("mesh-networks")), None),
    )


def _clusters(config: Config, options: tuple[str, ...]) -> list[tuple[str, str]]:
    """Names of clusters with their paths."""
    for option in options:
        name, equals, path = option.partition("=")
        if not (name and equals and path):
            raise Refusal(f"--cluster takes NAME=PATH, not `{option}`")
    given = [(name, path) for name, _, path in (option.partition("=") for option in options)]
    return given or config.clusters()


def _version(version: str) -> str:
    major, _, rest = version.removeprefix("v").partition(".")
    number = rest.partition(".")[0]
    if major == "1" and number.isascii() and number.isdigit() and minor(OLDEST) <= int(number) <= minor(NEWEST):
        return f"1.{number}"
    raise Refusal(f"istiolint knows Istio {OLDEST} to {NEWEST}, not `{version}`")
