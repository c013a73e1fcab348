"""The `istiolint` command with its subcommands."""

from collections.abc import Iterable, Iterator, MutableMapping
from importlib import import_module
from typing import TYPE_CHECKING

import click

from istiolint import __version__
from istiolint.cli.help import write_sections

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

NAMES = (
    "lint", "watch", "trace", "test", "access", "mtls", "graph", "snapshot", "rules", "explain", "init", "config", "server",
    "cache", "completion",
)  # fmt: skip
"""The commands, each in the module of its name."""

EXAMPLES = """\b
Examples:
  istiolint                                lint the current folder
  istiolint ./manifests --context ./base   read ./base for reference only
  helm template . | istiolint -            lint a rendered chart
  istiolint explain IST0101                explain a rule
  istiolint mtls ./manifests               effective mTLS and failing calls
  istiolint trace --from shop/web GET http://cart.shop/items   what happens to a request
"""


class Commands(MutableMapping[str, click.Command]):
    """Commands by name, each imported on first use: imports are most of the time of a small run."""

    def __init__(self, names: Iterable[str]):
        self._commands: dict[str, click.Command | None] = dict.fromkeys(names)

    def __getitem__(self, name: str) -> click.Command:
        command = self._commands[name]
        if command is None:
            command = self._commands[name] = getattr(import_module(f"istiolint.cli.{name}"), name)
        return command

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._commands[name] = command

    def __delitem__(self, name: str) -> None:
        del self._commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._commands)

    def __len__(self) -> int:
        return len(self._commands)


class DefaultToLint(click.Group):
    """A group that passes arguments to `lint` unless the first one is the name of a command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert `lint` before arguments without a command, except while a shell completes the first word."""
        if not args and ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        if not args or (args[0] not in NAMES and args[0] not in ("--help", "-h", "--version")):
            args = ["lint", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Return the commands, and the completions of `lint`."""
        from click.shell_completion import CompletionItem

        if incomplete[:1] == "-":
            lint = self.commands["lint"]
            return [*super().shell_complete(ctx, incomplete), *lint.shell_complete(click.Context(lint), incomplete)]
        return [*super().shell_complete(ctx, incomplete), CompletionItem(incomplete, type="file")]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage of `lint` and of the commands."""
        formatter.write_usage("istiolint", "[OPTIONS] [PATH]...")
        formatter.write_usage("istiolint", "COMMAND [ARGS]...", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options of `lint` and of the group, and the commands."""
        write_sections(ctx, formatter, (*self.commands["lint"].get_params(ctx), *self.get_params(ctx)))
        self.format_commands(ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write examples, and the epilog of `lint`."""
        super().format_epilog(ctx, formatter)
        self.commands["lint"].format_epilog(ctx, formatter)


@click.group(
    cls=DefaultToLint, commands=Commands(NAMES), epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, message="istiolint %(version)s", help="Show the version and exit.")
def group() -> None:
    """Static analysis for Istio: finds configuration that will break, explains why, and suggests a fix. No cluster needed."""
