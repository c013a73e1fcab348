"""A progress line for reading files: shown on a terminal when reading takes long."""

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from istiolint.engine.lint import Watch

FIRST_AFTER, THEN_EVERY = 1.0, 0.1
"""Seconds."""


def watch() -> "Watch | None":
    """Return the function that the engine calls with the number of files read and of all files; None without a terminal."""
    if not sys.stderr.isatty():
        return None
    started = time.monotonic()
    shown = 0.0

    def show(done: int, total: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if done == total and shown:
            sys.stderr.write("\r\033[K")
        elif done < total and now - started > FIRST_AFTER and now - shown > THEN_EVERY:
            filled = 30 * done // total
            sys.stderr.write(f"\r[{'#' * filled}{'-' * (30 - filled)}] {done:,} of {total:,} files")
            shown = now
        sys.stderr.flush()

    return show
