"""The state of the language server: its folders, the open texts, and the findings in them."""

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from istiolint import __version__
from istiolint.findings.escape import printable
from istiolint.findings.finding import Diagnostic, Span
from istiolint.server.diagnostics import diagnostic
from istiolint.server.features import Features
from istiolint.server.folder import Folder
from istiolint.server.positions import Positions

Answer = TypeVar("Answer")
_UNSAVED = "untitled:"


class Server(LanguageServer):
    """Answers an editor. All work on manifests runs in one thread, one request at a time."""

    def __init__(self) -> None:
        super().__init__("istiolint", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.positions = Positions()
        self.folders: list[Folder] = []
        self._alone = Folder(os.getcwd(), whole=False)
        self._versions: dict[str, int] = {}
        self._uris: dict[str, str] = {}
        self._worker = ThreadPoolExecutor(1)
        self._outdated: set[Folder] = set()
        self._is_linting = False
        self._reported: set[str] = set()
        self.found: dict[str, list[Diagnostic]] = {}
        """The most recent findings in the open files, by absolute path."""

    async def work(self, do: Callable[[], Answer]) -> Answer:
        """Run a function in the thread that works on manifests, and return its result."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, do)

    def set_folders(self, uris: list[str]) -> None:
        """Set the folders of the workspace. A file outside of them is linted alone."""
        known = {folder.root: folder for folder in self.folders}
        roots = [os.path.realpath(path) for uri in uris if (path := to_fs_path(uri)) and os.path.isdir(path)]
        self.folders = [known.get(root) or Folder(root) for root in roots]

    async def use_folders(self, uris: list[str]) -> None:
        """Replace the folders, and assign each open file to its folder again."""
        texts = [(uri, version, self.workspace.get_text_document(uri).source) for uri, version in self._versions.items()]
        self.set_folders(uris)
        for uri, version, text in texts:
            await self.opened(uri, version, text)

    def place(self, uri: str) -> tuple[Folder, str] | None:
        """Return the innermost folder of a file and the path in it; None for a URI that is neither a file nor an unsaved text."""
        if uri.startswith(_UNSAVED):
            path = f"{uri.removeprefix(_UNSAVED).replace(os.sep, '_').replace('/', '_')}.yaml"
            self._uris[self._alone.file(path)] = uri
            return self._alone, path
        file = to_fs_path(uri)
        if not uri.startswith("file:") or not file:
            return None
        file = os.path.realpath(file)
        inside = [folder for folder in self.folders if file.startswith(folder.root.rstrip(os.sep) + os.sep)]
        folder = max(inside, key=lambda one: len(one.root), default=self._alone)
        return folder, folder.path(file)

    def uri(self, folder: Folder, path: str) -> str:
        """Return the URI of a file, as the editor writes it."""
        file = folder.file(path)
        return self._uris.get(file) or from_fs_path(file) or file

    def uri_of(self, folder: Folder, span: Span) -> str:
        """Return the URI of the file of a span."""
        return self.uri(folder, span.source.path)

    async def opened(self, uri: str, version: int, text: str) -> None:
        """Lint the text of the editor instead of the file on disk."""
        if not (place := self.place(uri)):
            return
        folder, path = place
        self._uris[folder.file(path)], self._versions[uri] = uri, version
        await self.work(partial(folder.open, path, text))
        await self.lint(folder)

    async def closed(self, uri: str) -> None:
        """Lint the file on disk again instead of the text of the editor."""
        if place := self.place(uri):
            folder, path = place  # before the first await, during which the file may be opened again
            self.found.pop(folder.file(path), None)
            self._versions.pop(uri, None)
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
            await self.work(partial(folder.close, path))
            await self.lint(folder)

    async def reload(self) -> None:
        """Read everything again."""
        for folder in (*self.folders, self._alone):
            await self.work(folder.reload)
            await self.lint(folder)

    async def lint(self, folder: Folder) -> None:
        """Publish the findings in the open files of a folder. Requests that arrive during a run share the next one."""
        self._outdated.add(folder)
        if self._is_linting:
            return
        self._is_linting = True
        try:
            while self._outdated:
                await self._lint(self._outdated.pop())
        finally:
            self._is_linting = False

    async def _lint(self, folder: Folder) -> None:
        versions = {path: self._versions.get(self.uri(folder, path)) for path in folder.open_paths}
        if not versions:
            return
        report = await self.work(folder.report)
        for error in (folder.error, *report.internal_errors):
            if error and error not in self._reported:
                self._reported.add(error)
                self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"istiolint: {printable(error)}"))
        for path, version in versions.items():
            uri = self.uri(folder, path)
            if path not in folder.open_paths or self._versions.get(uri) != version:
                continue
            found = [one for one in report.diagnostics if one.span.source.path == path]
            self.found[folder.file(path)] = found
            shown = [diagnostic(one, self.positions, partial(self.uri_of, folder)) for one in found]
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, shown, version))
            self._log_skipped(folder, path)

    async def ask(self, uri: str, do: Callable[[Features, Sequence[Diagnostic]], Answer]) -> Answer | None:
        """Return what `do` answers about a file, given the findings in it; None for a URI that is not a file."""
        if not (place := self.place(uri)):
            return None
        folder, path = place
        found = self.found.get(folder.file(path), [])
        return await self.work(lambda: do(Features(folder, path, self.positions, partial(self.uri, folder)), found))

    def show(self, words: str) -> str:
        """Return the answer to a command, and log it for editors that do not show it."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Info, words))
        return words

    def _log_skipped(self, folder: Folder, path: str) -> None:
        reasons = {document.skipped for document in folder.session.documents(path) if document.skipped}
        for reason in sorted(reason for reason in reasons if reason.hides_resources):
            words = f"{printable(path)}: {reason} skipped; render it first, then lint the output"
            if words not in self._reported:
                self._reported.add(words)
                self.window_log_message(types.LogMessageParams(types.MessageType.Info, words))
