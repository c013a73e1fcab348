"""The process: it is short, most of its time goes into beginning and ending, and its streams may be anything."""

import gc
import os
import signal
import sys


def main() -> None:
    """The entry point; never returns."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it at once and without a word
    gc.disable()  # before the imports: what they and the run make lives to the end
    from istiolint.cli.group import group

    _prepare_streams()
    try:
        group(prog_name="istiolint")
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        _leave(end.code)


def _prepare_streams() -> None:
    """A closed stream is an empty one; what the encoding of a stream does not have is shown as an escape."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


def _leave(status: int) -> None:
    """End without taking the interpreter apart, which takes longer than linting a file; everything is written by now."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # a full disk, of which has been told
            status = 2
    os._exit(status)
