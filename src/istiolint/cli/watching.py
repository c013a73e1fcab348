"""The files that `istiolint watch` observes, and how it waits for changes."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

from istiolint.cli.refusal import Refusal
from istiolint.config.files import NAMES, PYPROJECT
from istiolint.sources.discover import is_wanted

_ENDINGS = (".tpl", ".toml", ".gitignore", ".env", ".properties")
"""What decides about manifests besides YAML and JSON: templates, configuration, and files that Kustomize reads."""
_NOT_WATCHED = frozenset((".git", ".hg", ".svn", ".venv", "node_modules", "__pycache__"))
TICK_MS, DEBOUNCE_MS = 1000, 300
"""How often named files are looked at, and how long a burst of changes may take, in milliseconds."""
_Stamp: TypeAlias = tuple[int, int, int] | None


class Watched(NamedTuple):
    """The folders and single files that a run reads (they need not exist), and the files that it writes."""

    folders: tuple[str, ...]
    files: tuple[str, ...]
    written: frozenset[str]

    def concerns(self, path: str) -> bool:
        """Whether a change of this file can change the report."""
        if path in self.written:
            return False
        if path in self.files:
            return True
        parts = path.split(os.sep)
        inside = any(path.startswith(os.path.join(folder, "")) for folder in self.folders)
        wanted = is_wanted(parts[-1]) or parts[-1].endswith(_ENDINGS) or "." not in parts[-1]
        return inside and wanted and not _NOT_WATCHED.intersection(parts)


def watched(paths: Iterable[str], single: Iterable[str], written: Iterable[str]) -> Watched:
    """Return what to observe: the paths of a run, other files that it reads, and the files that it writes."""
    full = [os.path.abspath(path) for path in paths]
    folders = tuple(path for path in full if os.path.isdir(path))
    files = [path for path in full if path not in folders]
    files += [str(path) for path in configurations(full)]
    files += map(os.path.abspath, single)
    return Watched(folders, tuple(dict.fromkeys(files)), frozenset(map(os.path.abspath, written)))


def configurations(paths: Iterable[str]) -> Iterator[Path]:
    """Yield the paths at which configuration files for some paths may be."""
    above = dict.fromkeys(parent for path in paths for parent in (Path(path), *Path(path).parents))
    for folder in above:
        yield from (folder / name for name in (*NAMES, PYPROJECT))


def changes(of: Watched) -> None:
    """Return when something changed. Raises Refusal if watchfiles is not installed."""
    try:
        from watchfiles import watch
    except ImportError as error:
        raise Refusal("`istiolint watch` needs the package watchfiles: pip install 'istiolint[watch]'") from error
    before = stamps(of)
    roots = of.folders or tuple({_existing(os.path.dirname(path)) for path in of.files[:1]})
    try:
        for found in watch(
            *roots,
            watch_filter=lambda _, path: of.concerns(path),
            debounce=DEBOUNCE_MS,
            rust_timeout=TICK_MS,
            yield_on_timeout=True,
            recursive=bool(of.folders),
        ):
            if found or stamps(of) != before:
                return
    except FileNotFoundError:  # a folder that was just deleted
        return


def stamps(of: Watched) -> Mapping[str, _Stamp]:
    """Return stamps that change when a named file is written, deleted or replaced, or when a folder is deleted or replaced."""
    return {path: _stamp(path, folder=False) for path in of.files} | {path: _stamp(path, folder=True) for path in of.folders}


def _stamp(path: str, *, folder: bool) -> _Stamp:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return (status.st_ino, 0, 0) if folder else (status.st_ino, status.st_mtime_ns, status.st_size)


def _existing(folder: str) -> str:
    """Return the folder, or the nearest parent that exists."""
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return folder
