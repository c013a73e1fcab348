"""The `istiolint` command."""

from typing import Any

import click

from istiolint import __version__
from istiolint.cli.completion import completion
from istiolint.cli.explain import explain
from istiolint.cli.lint import lint
from istiolint.cli.rules import rules

EXAMPLES = """\b
Examples:
  istiolint                              lint the current folder
  istiolint ./manifests --context ./base read more for reference
  helm template . | istiolint -          lint what a chart renders
  istiolint explain IST0101              what a rule is about

\b
Exit status: 0 nothing at or above --fail-on, 1 findings, 2 the call was wrong or the result cannot be trusted.
"""


class DefaultToLint(click.Group):
    """A group in which whatever does not begin with the name of a command is an argument of `lint`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `lint` in front of arguments that name no command."""
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "-h", "--version")):
            args = ["lint", *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """How `lint` is called, and the commands."""
        formatter.write_usage("istiolint", "[OPTIONS] [PATH]...")
        formatter.write_usage("istiolint", "COMMAND [ARGS]...", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of `lint` and the commands."""
        lint.format_options(click.Context(lint, info_name="istiolint"), formatter)
        self.format_commands(ctx, formatter)


@click.group(cls=DefaultToLint, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="istiolint %(version)s")
def group() -> None:
    """Read Istio manifests offline and say what will break, where, why, and how to mend it."""


for command in (lint, rules, explain, completion):
    group.add_command(command)


def main(**options: Any) -> None:
    """The entry point."""
    group(prog_name="istiolint", **options)
