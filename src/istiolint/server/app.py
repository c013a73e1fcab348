"""The requests and notifications of the Language Server Protocol that the server handles, and its commands."""

import os
from functools import partial

from lsprotocol import types
from pygls.uris import to_fs_path

from istiolint.config import NAMES
from istiolint.config.files import PYPROJECT
from istiolint.rules.pages import pages
from istiolint.server.actions import KINDS
from istiolint.server.features import TRACE, TRACE_ROUTE, trace
from istiolint.server.positions import Positions
from istiolint.server.server import Server

EXPLAIN = "istiolint.explain"
_CONFIGURATION = (*NAMES, PYPROJECT, ".gitignore")
_WATCHED = ("**/*.{yaml,yml,json}", "**/Kustomization", *(f"**/{name}" for name in _CONFIGURATION))


def create() -> Server:
    """Return a server that is ready to be started."""
    server = Server()
    _handle_workspace(server)
    _handle_documents(server)
    _answer_requests(server)
    _offer_commands(server)
    return server


def _handle_workspace(server: Server) -> None:
    """Register the handlers for the start of a session, and for changes of folders, configuration and files on disk."""

    @server.feature(types.INITIALIZED)
    async def initialized(ls: Server, params: types.InitializedParams) -> None:
        ls.positions = Positions(types.PositionEncodingKind(ls.workspace.position_encoding or "utf-16").value)
        ls.set_folders([folder.uri for folder in ls.workspace.folders.values()] or [ls.workspace.root_uri or ""])
        watches = ls.client_capabilities.workspace and ls.client_capabilities.workspace.did_change_watched_files
        if watches and watches.dynamic_registration:
            options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(each) for each in _WATCHED])
            registration = types.Registration("watch", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            ls.client_register_capability(types.RegistrationParams([registration]))

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def did_change_folders(ls: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
        await ls.use_folders([folder.uri for folder in ls.workspace.folders.values()])

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def did_change_configuration(ls: Server, params: types.DidChangeConfigurationParams) -> None:
        await ls.reload()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def did_change_watched_files(ls: Server, params: types.DidChangeWatchedFilesParams) -> None:
        if any(os.path.basename(to_fs_path(change.uri) or "") in _CONFIGURATION for change in params.changes):
            await ls.reload()
            return
        places = [place for change in params.changes if (place := ls.place(change.uri))]
        for folder, path in places:
            await ls.work(partial(folder.changed, path))
        for folder in {folder for folder, _ in places}:
            await ls.lint(folder)


def _handle_documents(server: Server) -> None:
    """Register the handlers for texts that are opened, changed, saved and closed."""

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def did_open(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
        await ls.opened(params.text_document.uri, params.text_document.version, params.text_document.text)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def did_change(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
        document = ls.workspace.get_text_document(params.text_document.uri)
        await ls.opened(params.text_document.uri, params.text_document.version, document.source)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def did_close(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
        await ls.closed(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def did_save(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
        if os.path.basename(to_fs_path(params.text_document.uri) or "") in _CONFIGURATION:
            await ls.reload()


def _answer_requests(server: Server) -> None:
    """Register the answers to requests about a position or a file."""

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions([types.CodeActionKind(kind) for kind in KINDS]))
    async def code_action(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
        only = [str(getattr(kind, "value", kind)) for kind in params.context.only] if params.context.only else None
        return await ls.ask(params.text_document.uri, lambda one, found: one.actions(found, params.range, only)) or []

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
        return await ls.ask(params.text_document.uri, lambda one, found: one.hover(found, params.position))

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def definition(ls: Server, params: types.DefinitionParams) -> list[types.Location]:
        return await ls.ask(params.text_document.uri, lambda one, _: one.definitions(params.position)) or []

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    async def references(ls: Server, params: types.ReferenceParams) -> list[types.Location]:
        declaration = params.context.include_declaration
        return await ls.ask(params.text_document.uri, lambda one, _: one.references(params.position, declaration)) or []

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[" ", ":", "/", "-"]))
    async def completion(ls: Server, params: types.CompletionParams) -> types.CompletionList | None:
        return await ls.ask(params.text_document.uri, lambda one, _: one.completions(params.position))

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def document_symbol(ls: Server, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        return await ls.ask(params.text_document.uri, lambda one, _: one.symbols()) or []

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    async def code_lens(ls: Server, params: types.CodeLensParams) -> list[types.CodeLens]:
        return await ls.ask(params.text_document.uri, lambda one, _: one.lenses()) or []


def _offer_commands(server: Server) -> None:
    """Register the commands of code lenses and extensions."""

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
