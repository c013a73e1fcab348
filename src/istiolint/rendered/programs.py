"""The user's own helm, kustomize or kubectl: started without a shell, without standard input, and with a time limit."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence

from istiolint.sources import InputError, Source
from istiolint.sources.decode import source_of
from istiolint.sources.discover import too_large

LONGEST = 120.0
"""Seconds that a program may take."""
MOST_WORDS = 600
"""Characters of its last words that are shown."""
_ERROR = re.compile(r"^Error:", re.MULTILINE | re.IGNORECASE)


class RenderError(InputError):
    """Why rendering failed, with a hint."""


def program(names: Sequence[str], option: str, instead: str) -> str:
    """Return the first of these programs on PATH. Raises RenderError without one; `instead` is the command to run by hand."""
    for name in names:
        if found := shutil.which(name):
            return found
    wanted = " or ".join(f"`{name}`" for name in names)
    raise RenderError(f"{option} needs {wanted}, and there is none on PATH; install it, or run it where it is: {instead}")


def output(command: Sequence[str], shown: str) -> bytes:
    """Return the output of a command; messages show it as `shown`. Raises RenderError if it fails or takes too long."""
    try:
        found = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        raise RenderError(
            f"`{shown}` was stopped after {LONGEST:g} seconds; run it by hand, and lint what it prints: {shown} | istiolint -"
        ) from None
    except (OSError, ValueError) as error:
        raise RenderError(f"`{shown}` cannot be started: {getattr(error, 'strerror', None) or error}") from error
    if found.returncode:
        words = _complaint(found.stderr.decode("utf-8", "replace")) or "it does not say why"
        shortened = words if len(words) <= MOST_WORDS else f"{words[:MOST_WORDS]} ..."
        raise RenderError(f"`{shown}` failed with exit status {found.returncode}: {shortened}")
    return found.stdout


def as_source(path: str, content: bytes, most_bytes: int) -> Source:
    """Return the output of a program as a source; one with `trouble` if it is too large."""
    return source_of(path, content) if len(content) <= most_bytes else Source(path, trouble=too_large(len(content), most_bytes))


def _complaint(said: str) -> str:
    """Return the output of a program from its first error on, in one line; warnings about deprecations may come before it."""
    error = _ERROR.search(said)
    return " ".join(said[error.end() if error else 0 :].split())


def argument(path: str) -> str:
    """Return a path that programs cannot interpret as an option."""
    return os.path.join(os.curdir, path) if path.startswith("-") else path
