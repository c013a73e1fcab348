"""The sections of options in the help of `lint`."""

from collections.abc import Iterable

import click

SECTIONS = {
    "Input": (
        "render",
        "context",
        "cluster",
        "exclude",
        "force_exclude",
        "max_file_size",
        "stdin_filename",
        "kustomize",
        "helm",
        "values",
        "whole_mesh",
        "istio_version",
        "upgrade_to",
        "mesh_config",
        "mesh_networks",
    ),
    "Rule selection": (
        "select",
        "extend_select",
        "ignore",
        "against",
        "baseline",
        "write_baseline",
        "write_suppressions",
        "min_severity",
        "fail_on",
    ),
    "Fixes": ("fix", "unsafe_fixes", "diff"),
    "Output": (
        "formats",
        "output",
        "concise",
        "everything",
        "statistics",
        "show_files",
        "show_suppressed",
        "show_unchecked",
        "color",
        "quiet",
    ),
}
REST = "Other options"


class SectionedCommand(click.Command):
    """A command whose options are shown in sections."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, one section after the other."""
        write_sections(ctx, formatter, self.get_params(ctx))


def write_sections(ctx: click.Context, formatter: click.HelpFormatter, parameters: Iterable[click.Parameter]) -> None:
    """Write the options by section, in the order of the sections; options without one come last."""
    options = {option.name: option.get_help_record(ctx) for option in parameters if isinstance(option, click.Option)}
    for title, names in SECTIONS.items():
        if found := [record for name in names if (record := options.pop(name, None))]:
            with formatter.section(title):
                formatter.write_dl(found)
    with formatter.section(REST):
        formatter.write_dl([record for record in options.values() if record])
