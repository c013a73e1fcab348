"""The `istiolint` command with its subcommands."""

import click
from click.shell_completion import CompletionItem

from istiolint import __version__
from istiolint.cli.access import access
from istiolint.cli.completion import completion
from istiolint.cli.config import config
from istiolint.cli.explain import explain
from istiolint.cli.help import write_sections
from istiolint.cli.init import init
from istiolint.cli.lint import lint
from istiolint.cli.mtls import mtls
from istiolint.cli.rules import rules
from istiolint.cli.test import test
from istiolint.cli.trace import trace

EXAMPLES = """\b
Examples:
  istiolint                                lint the current folder
  istiolint ./manifests --context ./base   read ./base for reference only
  helm template . | istiolint -            lint what a chart renders
  istiolint explain IST0101                what a rule is about
  istiolint mtls ./manifests               who takes mTLS, and whose calls fail
  istiolint trace --from shop/web GET http://cart.shop/items   what happens to a request
"""


class DefaultToLint(click.Group):
    """A group in which whatever does not begin with the name of a command is an argument of `lint`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `lint` in front of arguments that name no command; a shell that completes the first word may still want one."""
        if not args and ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "-h", "--version")):
            args = ["lint", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands, and whatever `lint` takes."""
        if incomplete[:1] == "-":
            return [*super().shell_complete(ctx, incomplete), *lint.shell_complete(click.Context(lint), incomplete)]
        return [*super().shell_complete(ctx, incomplete), CompletionItem(incomplete, type="file")]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """How `lint` is called, and the commands."""
        formatter.write_usage("istiolint", "[OPTIONS] [PATH]...")
        formatter.write_usage("istiolint", "COMMAND [ARGS]...", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options of `lint`, those of the group, and the commands."""
        write_sections(ctx, formatter, (*lint.get_params(ctx), *self.get_params(ctx)))
        self.format_commands(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples, and the epilog of `lint`."""
        super().format_epilog(ctx, formatter)
        lint.format_epilog(ctx, formatter)


@click.group(cls=DefaultToLint, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="istiolint %(version)s")
def group() -> None:
    """Read Istio manifests offline and say what will break, where, why, and how to mend it."""


for command in (lint, trace, test, access, mtls, rules, explain, init, config, completion):
    group.add_command(command)
