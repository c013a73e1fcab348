"""The process around the command line: a fast start and exit, odd streams, and crashes."""

import gc
import os
import signal
import sys


def main() -> None:
    """The entry point; never returns."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends the process at once, without a traceback
    gc.disable()  # before the imports: the objects of a run live until it ends
    from istiolint.cli.group import group

    _prepare_streams()
    try:
        group(prog_name="istiolint")
    except SystemExit as end:
        if not isinstance(end.code, int):
            raise
        _leave(end.code)
    except Exception as error:  # Python would exit with 1, the status for findings
        _report_crash(error)
        _leave(2)


def _prepare_streams() -> None:
    """Replace closed streams by empty ones, and escape characters that the encoding of a stream does not have."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


def _report_crash(error: Exception) -> None:
    """Report an unexpected exception and where it was raised."""
    import traceback

    from istiolint.findings.escape import printable

    frames = traceback.extract_tb(error.__traceback__)[-8:]
    lines = [f"  {frame.name} ({frame.filename}:{frame.lineno})" for frame in frames]
    said = printable(f"{type(error).__name__}: {error}")
    sys.stderr.write(
        f"istiolint: internal error: {said}\n" + "\n".join(map(printable, lines)) + "\n"
        "This is a bug in istiolint and there is no result. Please report it with the lines above and, if possible, the file.\n"
    )


def _leave(status: int) -> None:
    """Exit without tearing down the interpreter, which takes longer than linting a file; all output has been written."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # a full disk, which was already reported
            status = 2
    os._exit(status)
