"""An editor for tests: a client of the protocol, which starts the installed command."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pygls.lsp.client import LanguageClient

Answer = TypeVar("Answer")


class Editor:
    """Opens files and waits for what the server says of them."""

    def __init__(self, *roots: Path, encoding: str | None = None):
        self._loop = asyncio.new_event_loop()
        self.client = LanguageClient("test", "1")
        self.published: dict[str, types.PublishDiagnosticsParams] = {}
        self.logged: list[str] = []
        self.shown: list[str] = []
        self._version = 0
        self._news = asyncio.Event()

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: types.PublishDiagnosticsParams) -> None:
            self.published[params.uri] = params
            self._news.set()

        @self.client.feature(types.WINDOW_LOG_MESSAGE)
        def logged(params: types.LogMessageParams) -> None:
            self.logged.append(params.message)
            self._news.set()

        @self.client.feature(types.WINDOW_SHOW_MESSAGE)
        def shown(params: types.ShowMessageParams) -> None:
            self.shown.append(params.message)
            self._news.set()

        folders = [types.WorkspaceFolder(root.as_uri(), root.name) for root in roots]
        encodings = [types.PositionEncodingKind(encoding)] if encoding else None
        general = types.GeneralClientCapabilities(position_encodings=encodings)
        self.wait(self.client.start_io(sys.executable, "-m", "istiolint", "server"))
        self.initialized = self.wait(
            self.client.initialize_async(
                types.InitializeParams(types.ClientCapabilities(general=general), workspace_folders=folders)
            )
        )
        self.client.initialized(types.InitializedParams())

    def wait(self, answer: Coroutine[Any, Any, Answer]) -> Answer:
        """Return the answer to a request."""
        return self._loop.run_until_complete(asyncio.wait_for(answer, 60))

    def until(self, holds: Callable[[], Any]) -> None:
        """Wait for messages until something holds."""

        async def news() -> None:
            while not holds():
                self._news.clear()
                await self._news.wait()

        self.wait(news())

    def _publication(self, uri: str) -> list[types.Diagnostic]:
        self.until(lambda: uri in self.published and self.published[uri].version == self._version)
        return list(self.published[uri].diagnostics)

    def open(self, path: Path, text: str | None = None) -> list[types.Diagnostic]:
        """Open a file; what is found in it."""
        return self.open_uri(path.as_uri(), path.read_text("utf-8") if text is None else text)

    def open_uri(self, uri: str, text: str) -> list[types.Diagnostic]:
        """Open a text; what is found in it."""
        self._version += 1
        item = types.TextDocumentItem(uri, "yaml", self._version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return self._publication(uri)

    def change(self, path: Path, text: str) -> list[types.Diagnostic]:
        """Type another text; what is found in it."""
        self._version += 1
        document = types.VersionedTextDocumentIdentifier(self._version, path.as_uri())
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
        return self._publication(path.as_uri())

    def close(self, path: Path) -> None:
        """Close a file."""
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(path.as_uri())))

    def at(self, path: Path, text: str, marked: str, number: int = 0) -> types.TextDocumentPositionParams:
        """The position in the middle of the first (or another) occurrence of a text, which has only ASCII before it."""
        start = -1
        for _ in range(number + 1):
            start = text.index(marked, start + 1)
        before = text[: start + len(marked) // 2]
        position = types.Position(before.count("\n"), len(before) - before.rfind("\n") - 1)
        return types.TextDocumentPositionParams(types.TextDocumentIdentifier(path.as_uri()), position)

    def quit(self) -> None:
        """End the server."""
        self.wait(self.client.shutdown_async(None))
        self.client.exit(None)
        self._loop.run_until_complete(self.client.stop())
        self._loop.close()
