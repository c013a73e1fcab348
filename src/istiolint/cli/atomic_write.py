"""Atomic writes."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path


def replace(path: str | Path, content: bytes, *, keep: bool = False) -> None:
    """Replace or create a file; raises OSError, and then leaves the old file unchanged.

    Links are followed; pipes and devices are written to directly. `keep` is for files of the user: a read-only file is left
    alone, and the new file gets the mode and the owner of the old one.
    """
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.path.isfile(target):
        with open(target, "wb") as file:
            file.write(content)
        return
    if keep:
        os.close(os.open(target, os.O_WRONLY))  # fails for a read-only file, which a rename would replace
    before = os.stat(target) if keep else None
    handle, name = tempfile.mkstemp(dir=os.path.dirname(target), prefix=f".{os.path.basename(target)}."[:100])
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if before:
            with suppress(OSError):  # only root can change the owner
                os.chown(name, before.st_uid, before.st_gid)
        os.chmod(name, stat.S_IMODE(before.st_mode) if before else 0o666 & ~_umask())
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
