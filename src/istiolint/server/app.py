"""The server: what an editor asks, and what it is answered."""

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
from istiolint.config import NAMES
from istiolint.config.files import PYPROJECT
from istiolint.findings.escape import printable
from istiolint.findings.finding import Diagnostic, Span
from istiolint.rules.pages import pages
from istiolint.server.actions import KINDS
from istiolint.server.diagnostics import diagnostic
from istiolint.server.features import TRACE, TRACE_ROUTE, Features, trace
from istiolint.server.folder import Folder
from istiolint.server.positions import Positions

Answer = TypeVar("Answer")
EXPLAIN = "istiolint.explain"
_UNSAVED = "untitled:"
_CONFIGURATION = (*NAMES, PYPROJECT, ".gitignore")
_WATCHED = ("**/*.{yaml,yml,json}", "**/Kustomization", *(f"**/{name}" for name in _CONFIGURATION))


class Server(LanguageServer):
    """Answers an editor. All work on manifests is done in one thread, one request after the other."""

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
        """What was found last in the files that are open, by absolute path."""

    async def work(self, do: Callable[[], Answer]) -> Answer:
        """Do work on manifests."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, do)

    def set_folders(self, uris: list[str]) -> None:
        """Use the folders of the workspace; files in none of them are linted without other files of their folders."""
        known = {folder.root: folder for folder in self.folders}
        roots = [os.path.realpath(path) for uri in uris if (path := to_fs_path(uri)) and os.path.isdir(path)]
        self.folders = [known.get(root) or Folder(root) for root in roots]

    def place(self, uri: str) -> tuple[Folder, str] | None:
        """The innermost folder of a file, and the path in it; None for what is neither a file nor an unsaved text."""
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
        """The address of a file, as the editor writes it."""
        file = folder.file(path)
        return self._uris.get(file) or from_fs_path(file) or file

    def uri_of(self, folder: Folder, span: Span) -> str:
        """The address of the file of a span."""
        return self.uri(folder, span.source.path)

    async def opened(self, uri: str, version: int, text: str) -> None:
        """Take the text of the editor for that of a file."""
        if not (place := self.place(uri)):
            return
        folder, path = place
        self._uris[folder.file(path)], self._versions[uri] = uri, version
        await self.work(partial(folder.open, path, text))
        await self.lint(folder)

    async def closed(self, uri: str) -> None:
        """Take the text of the file again."""
        if place := self.place(uri):
            folder, path = place  # before anything is awaited: it may be opened again meanwhile
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
        """Publish what is found in the open files of a folder; requests that come meanwhile are answered together."""
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
        """Ask something about a file, with what was found in it; None for what is no file."""
        if not (place := self.place(uri)):
            return None
        folder, path = place
        found = self.found.get(folder.file(path), [])
        return await self.work(lambda: do(Features(folder, path, self.positions, partial(self.uri, folder)), found))

    def show(self, words: str) -> str:
        """Write an answer to a command to the log, for editors that do nothing else with it."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Info, words))
        return words

    def _log_skipped(self, folder: Folder, path: str) -> None:
        reasons = {document.skipped for document in folder.session.documents(path) if document.skipped}
        for reason in sorted(reason for reason in reasons if reason.hides_resources):
            words = f"{printable(path)}: {reason} skipped; render it first, then lint the output"
            if words not in self._reported:
                self._reported.add(words)
                self.window_log_message(types.LogMessageParams(types.MessageType.Info, words))


def create() -> Server:
    """Return a server that is ready to be started."""
    server = Server()
    feature = server.feature

    @feature(types.INITIALIZED)
    async def initialized(ls: Server, params: types.InitializedParams) -> None:
        ls.positions = Positions(types.PositionEncodingKind(ls.workspace.position_encoding or "utf-16").value)
        ls.set_folders([folder.uri for folder in ls.workspace.folders.values()] or [ls.workspace.root_uri or ""])
        watches = ls.client_capabilities.workspace and ls.client_capabilities.workspace.did_change_watched_files
        if watches and watches.dynamic_registration:
            options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(each) for each in _WATCHED])
            registration = types.Registration("watch", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            ls.client_register_capability(types.RegistrationParams([registration]))

    @feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def did_open(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
        await ls.opened(params.text_document.uri, params.text_document.version, params.text_document.text)

    @feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def did_change(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
        document = ls.workspace.get_text_document(params.text_document.uri)
        await ls.opened(params.text_document.uri, params.text_document.version, document.source)

    @feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def did_close(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
        await ls.closed(params.text_document.uri)

    @feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def did_save(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
        if os.path.basename(to_fs_path(params.text_document.uri) or "") in _CONFIGURATION:
            await ls.reload()

    @feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def did_change_watched_files(ls: Server, params: types.DidChangeWatchedFilesParams) -> None:
        if any(os.path.basename(to_fs_path(change.uri) or "") in _CONFIGURATION for change in params.changes):
            await ls.reload()
            return
        places = [place for change in params.changes if (place := ls.place(change.uri))]
        for folder, path in places:
            await ls.work(partial(folder.changed, path))
        for folder in {folder for folder, _ in places}:
            await ls.lint(folder)

    @feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(ls: Server, params: types.DidChangeConfigurationParams) -> None:
        await ls.reload()

    @feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def did_change_folders(ls: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
        opened = [(uri, ls._versions[uri], ls.workspace.get_text_document(uri).source) for uri in list(ls._versions)]
        ls.set_folders([folder.uri for folder in ls.workspace.folders.values()])
        for uri, version, text in opened:
            await ls.opened(uri, version, text)

    @feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions([types.CodeActionKind(kind) for kind in KINDS]))
    async def code_action(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
        only = [str(getattr(kind, "value", kind)) for kind in params.context.only] if params.context.only else None
        return await ls.ask(params.text_document.uri, lambda one, found: one.actions(found, params.range, only)) or []

    @feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
        return await ls.ask(params.text_document.uri, lambda one, found: one.hover(found, params.position))

    @feature(types.TEXT_DOCUMENT_DEFINITION)
    async def definition(ls: Server, params: types.DefinitionParams) -> list[types.Location]:
        return await ls.ask(params.text_document.uri, lambda one, _: one.definitions(params.position)) or []

    @feature(types.TEXT_DOCUMENT_REFERENCES)
    async def references(ls: Server, params: types.ReferenceParams) -> list[types.Location]:
        declaration = params.context.include_declaration
        return await ls.ask(params.text_document.uri, lambda one, _: one.references(params.position, declaration)) or []

    @feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[" ", ":", "/", "-"]))
    async def completion(ls: Server, params: types.CompletionParams) -> types.CompletionList | None:
        return await ls.ask(params.text_document.uri, lambda one, _: one.completions(params.position))

    @feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def document_symbol(ls: Server, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        return await ls.ask(params.text_document.uri, lambda one, _: one.symbols()) or []

    @feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def code_lens(ls: Server, params: types.CodeLensParams) -> list[types.CodeLens]:
        return await ls.ask(params.text_document.uri, lambda one, _: one.lenses()) or []

    @server.command(TRACE_ROUTE)
    async def trace_route(ls: Server, uri: str, namespace: str, name: str, route: int) -> str:
        words = await ls.ask(uri, lambda one, _: one.trace_route(namespace, name, route))
        return ls.show(words or "The file is not part of the workspace.")

    @server.command(TRACE)
    async def trace_request(ls: Server, source: str, method: str, url: str) -> str:
        folder = next(iter(ls.folders), None)
        return ls.show(await ls.work(partial(trace, folder, source, method, url)) if folder else "No folder is open.")

    @server.command(EXPLAIN)
    async def explain(ls: Server, rule: str) -> str:
        page = pages().get(rule)
        return page.text if page else f"unknown rule `{rule}`"

    return server
