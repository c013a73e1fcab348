"""The process: it is short, and most of its time goes into beginning and ending."""

import gc
import os
import sys


def main() -> None:
    """The entry point; never returns."""
    gc.disable()  # before the imports: what they and the run make lives to the end
    from istiolint.cli.group import group

    try:
        group(prog_name="istiolint")
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        _leave(end.code)


def _leave(status: int) -> None:
    """End without taking the interpreter apart, which takes longer than linting a file; everything is written by now."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
