"""The command line: one group of commands whose default is to lint."""

from istiolint.cli.main import main

__all__ = ["main"]
