"""`istiolint completion SHELL`: the script that makes a shell complete."""

import click
from click.shell_completion import get_completion_class


@click.command(short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a completion script: `source <(istiolint completion bash)`."""
    made = get_completion_class(shell)
    assert made is not None  # the choice names only shells that click knows
    click.echo(made(click.get_current_context().find_root().command, {}, "istiolint", "_ISTIOLINT_COMPLETE").source())
