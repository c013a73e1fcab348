"""`istiolint config`: the effective settings, and the origin of each."""

import json
from pathlib import Path
from typing import Any

import click

from istiolint.cli.inputs import Inputs, inputs
from istiolint.cli.lint import lint
from istiolint.cli.refusal import Refusal
from istiolint.config import ConfigError
from istiolint.config.schema import setting_names
from istiolint.documents.quoting import as_flow
from istiolint.findings.escape import printable

_OPTIONS = (
    "select", "extend_select", "ignore", "exclude", "force_exclude", "max_file_size",
    "context", "cluster", "render", "kustomize", "helm",
    "values", "whole_mesh", "istio_version", "upgrade_to", "mesh_config", "mesh_networks", "baseline", "min_severity", "fail_on",
    "config", "isolated",
)  # fmt: skip
_PARAMETERS = {"clusters": "cluster"}
"""Settings whose option has another name."""
_ADDED = ("ignore", "extend-select", "exclude", "context")
"""Settings whose values from options and from all files add up."""
_MERGED = ("severity", "per-path-ignores", "environments", "clusters", "targets", "known-hosts", "known-gateways", "custom-rules")
"""Settings whose values from all files add up."""
_WIDTH = 44


@click.command(
    short_help="Show the effective settings and where each comes from.",
    params=[param for param in lint.params if param.name in ("paths", *_OPTIONS)],
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How to show them.")
def config(paths: tuple[str, ...], format_: str, **options: Any) -> None:
    """Show the effective settings for these paths and options, in the form of a configuration file."""
    from istiolint.rules.registry import all_rules

    try:
        given = inputs(paths, options)
    except ConfigError as error:
        raise Refusal(error) from error
    found = [(name, _value(name, given, options), _origin(name, given, options)) for name in setting_names()]
    if format_ == "json":
        settings = {name: {"value": value, "source": source} for name, value, source in found}
        click.echo(json.dumps({"config": str(given.config.path) if given.config.path else None, "settings": settings}, indent=2))
        return
    if given.config.path is None:
        click.echo("# No configuration file is read.")
    for name, value, source in found:
        said = f"# {name}: not set" if value is None else f"{name}: {as_flow(value)}"
        click.echo(f"{said:{_WIDTH}}  # {printable(source)}" if value is not None else said)
    click.echo(f"# {len(_rules_on(given, options))} of {len(all_rules())} rules are on; `istiolint rules` lists all.")
    if not paths and Path("config").exists():
        click.echo("istiolint: to lint what is called config here: istiolint ./config", err=True)


def _rules_on(given: Inputs, options: dict[str, Any]) -> dict[str, Any]:
    """Return the rules that are on, without regard to settings for single paths."""
    from istiolint.engine.selection import selected_in

    return selected_in(given.settings_in_folders(options), str(given.config.folder))


def _value(name: str, given: Inputs, options: dict[str, Any]) -> Any:
    """Return an effective setting as a configuration file has it. Paths are relative to the current folder."""
    config = given.config
    found: Any
    match name:
        case "context":
            found = list(given.context)
        case "clusters":
            names = dict.fromkeys(cluster for cluster, _ in given.clusters)
            found = {name: [path for cluster, path in given.clusters if cluster == name] for name in names}
        case "baseline":
            found = str(options["baseline"]) if options["baseline"] else next(iter(config.paths("baseline")), None)
        case "render":
            found = given.rendering.found
        case "severity" | "environments" | "per-path-ignores" | "targets":
            found = config.merged(name)
        case "parameters":
            found = config.parameters()
        case "custom-rules":
            found = [rule for each in config.having(name) for rule in each.values[name]]
        case "select":
            found = _option(name, options) or list(config.value(name, ()))
        case "extend-select" | "ignore" | "exclude":
            found = [*_option(name, options), *config.names(name)]
        case "force-exclude":
            found = config.value(name, False) if options["force_exclude"] is None else options["force_exclude"]
        case _:
            value = getattr(given.settings, name.replace("-", "_"))
            found = list(value) if isinstance(value, tuple) else value
    return found


def _option(name: str, options: dict[str, Any]) -> list[str]:
    return [value for values in options[name.replace("-", "_")] for value in values]


def _origin(name: str, given: Inputs, options: dict[str, Any]) -> str:
    """Return the option, the line of the configuration, or both if they add up."""
    option = _PARAMETERS.get(name, name.replace("-", "_"))
    flags = next((parameter.opts for parameter in lint.params if parameter.name == option), [])
    called = flags[:1] if options.get(option) else []
    written = [config.here(name, part="key") for config in given.config.having(name)]
    adds_up = name in _ADDED
    written = written if adds_up or name in _MERGED else written[:1]
    return ", ".join([*called, *written] if adds_up else (called or written)) or "default"
