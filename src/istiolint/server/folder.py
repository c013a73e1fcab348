"""A folder of the workspace: its files, the texts that are open in the editor, its configuration, and the findings."""

import gc
import os
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from istiolint.cli.inputs import Inputs, inputs
from istiolint.cli.refusal import Refusal
from istiolint.engine.session import Session
from istiolint.findings.report import Report, Summary
from istiolint.settings import Settings
from istiolint.sources import InputError, Source
from istiolint.sources.decode import source_of
from istiolint.sources.discover import is_wanted, too_large


class Folder:
    """A folder, read like a run of `istiolint` in it. Paths are relative to it.

    All methods change the current folder of the process while they read, so only one thread may use them.
    """

    def __init__(self, root: str, whole: bool = True):
        """`whole` is False for files outside of the workspace: only open texts are read."""
        self.root, self._whole = root, whole
        self.error: str | None = None
        self._texts: dict[str, str] = {}
        self._session: Session | None = None
        self._settings = Settings()
        self._is_frozen = False

    def path(self, file: str) -> str:
        """Return the path of a file relative to the folder."""
        return os.path.relpath(file, self.root)

    def file(self, path: str) -> str:
        """Return the absolute path of a path relative to the folder."""
        return os.path.normpath(os.path.join(self.root, path))

    @property
    def open_paths(self) -> Collection[str]:
        """The paths whose text is that of the editor."""
        return self._texts.keys()

    @property
    def session(self) -> Session:
        """The session that keeps the parsed files."""
        if self._session is None:
            with self._inside():
                self._session = self._started()
        return self._session

    def reload(self) -> None:
        """Read the configuration and all files again."""
        self._session, self._is_frozen = None, False
        gc.unfreeze()

    def open(self, path: str, text: str) -> None:
        """Use the text of the editor instead of the file on disk."""
        self._texts[path] = text
        if self._session and self._is_read(path, self._session):
            self._session.change(self._opened(path, self._session))

    def close(self, path: str) -> None:
        """Use the file on disk again instead of the text of the editor."""
        self._texts.pop(path, None)
        self.changed(path)

    def changed(self, path: str) -> None:
        """Read a file again that changed on disk."""
        if self._session is None or path in self._texts:
            return
        with self._inside():
            known = self._session.source(path)
            if not os.path.isfile(path) or not self._whole:
                self._session.remove(path)
            elif known is None:
                if is_wanted(os.path.basename(path)):
                    self._find_new()
            else:
                source = _read(path, self._settings.most_bytes)
                source.linted, source.cluster = known.linted, known.cluster
                self._session.change(source)

    def report(self) -> Report:
        """Return a report on the open files."""
        session = self.session
        with self._inside():
            try:
                report = session.report(self.open_paths)
            except InputError as error:
                self.error = str(error)
                return Report([], Summary(), ())
            report.hide_below(self._settings.min_severity)
            if not self._is_frozen:
                self._is_frozen = True
                gc.collect()
                gc.freeze()  # most objects stay in use: another collection would block the server for a second
            return report

    def _started(self) -> Session:
        self.error = None
        try:
            found = self._inputs()
            sources = list(found.sources()) if self._whole else []
            self._settings = found.settings_in_folders(_options())
            session = Session(self._settings, sources)
        except (InputError, Refusal) as error:
            self.error = error.message if isinstance(error, Refusal) else str(error)
            self._settings = Settings()
            session = Session(self._settings)
        for path in self._texts:
            if self._is_read(path, session):
                session.change(self._opened(path, session))
        return session

    def _inputs(self) -> Inputs:
        return inputs((), _options())

    def _find_new(self) -> None:
        assert self._session
        for source in self._inputs().sources():
            if self._session.source(source.path) is None:
                self._session.change(source)

    def _is_read(self, path: str, session: Session) -> bool:
        """Whether an open file is linted: files on disk that are ignored or excluded are not, new ones are."""
        if session.source(path) or not self._whole or self.error:
            return True
        return is_wanted(os.path.basename(path)) and not os.path.exists(self.file(path))

    def _opened(self, path: str, session: Session) -> Source:
        known = session.source(path)
        text = self._texts[path]
        if known is None:
            return Source(path, text)
        return Source(path, text, known.linted, encoding=known.encoding, cluster=known.cluster)

    @contextmanager
    def _inside(self) -> Iterator[None]:
        before = os.getcwd()
        os.chdir(self.root)
        try:
            yield
        finally:
            os.chdir(before)


def _options() -> dict[str, Any]:
    """Return the options of a command line that has none."""
    empty = ("context", "cluster", "kustomize", "helm", "values", "select", "extend_select", "ignore", "exclude")
    return defaultdict(lambda: None, dict.fromkeys(empty, ()))


def _read(path: str, most_bytes: int) -> Source:
    try:
        with open(path, "rb") as file:
            content = file.read(most_bytes + 1)
        return source_of(path, content) if len(content) <= most_bytes else Source(path, trouble=too_large(most=most_bytes))
    except OSError as error:
        return Source(path, trouble=f"the file cannot be read: {(error.strerror or str(error)).lower()}")
