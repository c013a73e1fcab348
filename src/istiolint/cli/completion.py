"""`istiolint completion SHELL`: the script that makes a shell complete."""

import click
from click.shell_completion import get_completion_class

_FISH_SPLIT = ('string split "," ', 'string split --max 1 "," ')
"""click's script for fish cuts what it offers at the first comma, in lists such as `--select a,b` and in descriptions."""


@click.command(short_help="Print the completion script of a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a completion script: `source <(istiolint completion bash)`."""
    made = get_completion_class(shell)
    assert made is not None  # the choice names only shells that click knows
    script = made(click.get_current_context().find_root().command, {}, "istiolint", "_ISTIOLINT_COMPLETE").source()
    click.echo(script.replace(*_FISH_SPLIT))
