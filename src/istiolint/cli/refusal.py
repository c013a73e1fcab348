"""Usage errors."""

import click

from istiolint.findings.escape import printable
from istiolint.sources import InputError


class Refusal(click.ClickException):
    """An error that ends the command with exit status 2, shown without the usage line of click."""

    exit_code = 2

    def __init__(self, reason: str | InputError):
        lines = reason.lines if isinstance(reason, InputError) else (reason,)
        super().__init__("\n".join(map(printable, lines)))
