"""Calls that cannot be carried out."""

import click

from istiolint.findings.escape import printable


class Refusal(click.ClickException):
    """Why a call cannot be carried out, in one line, without repeating how istiolint is called; exit status 2."""

    exit_code = 2

    def __init__(self, message: str):
        super().__init__(printable(message))
