"""Calls that cannot be carried out."""

import click

from istiolint.findings.escape import printable
from istiolint.sources import InputError


class Refusal(click.ClickException):
    """Why a call cannot be carried out, without repeating how istiolint is called; exit status 2."""

    exit_code = 2

    def __init__(self, reason: str | InputError):
        lines = reason.lines if isinstance(reason, InputError) else (reason,)
        super().__init__("\n".join(map(printable, lines)))
