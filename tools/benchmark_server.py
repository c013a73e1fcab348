"""Measure how long the language server needs for an answer while a file of a large repository is edited.

usage: python tools/benchmark_server.py [FILES]        (default: 5000)

Each file has a Service, a Deployment, a VirtualService, a DestinationRule and an AuthorizationPolicy (see benchmark_mesh.py). The
server is started as editors start it; the time from sending an edit to receiving its diagnostics is printed by kind of edit.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmark_mesh import write
from lsprotocol import types
from pygls.lsp.client import LanguageClient

ROUNDS = 5
EDITS = {
    "comment": ("spec:", "spec:  # typed"),
    "route": ("timeout: 5s", "timeout: 6s"),
    "reference": ("subset: v1}\n      timeout", "subset: v2}\n      timeout"),
    "unknown field": ("timeout: 5s", "timout: 5s"),
    "destination rule": ("maxConnections: 100", "maxConnections: 101"),
    "policy": ("methods: [GET]", "methods: [POST]"),
    "invalid YAML": ("timeout: 5s", "timeout: [5s"),
    "name": ("kind: VirtualService\nmetadata:\n  name: service-", "kind: VirtualService\nmetadata:\n  name: x-service-"),
    "Service": ("port: 80\n", "port: 81\n"),
    "Deployment": ("replicas: 2", "replicas: 3"),
}


class Editor:
    """A client that edits one file and measures the answers."""

    def __init__(self) -> None:
        self.client = LanguageClient("benchmark", "1")
        self.version, self.answered = 0, asyncio.Event()

        def published(params: types.PublishDiagnosticsParams) -> None:
            if params.version == self.version:
                self.answered.set()

        def shown(params: types.ShowMessageParams) -> None:
            print(params.message)

        self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(published)
        self.client.feature(types.WINDOW_SHOW_MESSAGE)(shown)

    async def start(self, root: Path, path: Path) -> float:
        """Open a file; the seconds until the first answer."""
        started = time.perf_counter()
        await self.client.start_io(sys.executable, "-m", "istiolint", "server")
        folders = [types.WorkspaceFolder(root.as_uri(), root.name)]
        await self.client.initialize_async(types.InitializeParams(types.ClientCapabilities(), workspace_folders=folders))
        self.client.initialized(types.InitializedParams())
        item = types.TextDocumentItem(path.as_uri(), "yaml", self.version, path.read_text("utf-8"))
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        await self.answered.wait()
        return time.perf_counter() - started

    async def edit(self, path: Path, text: str) -> float:
        """Change the text; the seconds until the answer."""
        self.version += 1
        self.answered.clear()
        started = time.perf_counter()
        document = types.VersionedTextDocumentIdentifier(self.version, path.as_uri())
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))
        await self.answered.wait()
        return time.perf_counter() - started


async def measure(root: Path, files: int) -> None:
    number = files // 2 + 7 - files // 2 % 10
    path = root / f"team-{number // 10}" / f"service-{number}.yaml"
    text = path.read_text("utf-8")
    editor = Editor()
    print(f"{'start':>20} {1000 * await editor.start(root, path):>8.0f} ms")
    await editor.edit(path, text)
    everything = []
    for name, (before, after) in EDITS.items():
        assert before in text, name
        times = [await editor.edit(path, each) for _ in range(ROUNDS) for each in (text.replace(before, after), text)]
        everything += times
        print(f"{name:>20} {1000 * statistics.median(times):>8.0f} ms")
    print(f"{'median':>20} {1000 * statistics.median(everything):>8.0f} ms over {len(everything)} edits")
    await editor.client.shutdown_async(None)
    editor.client.exit(None)
    await editor.client.stop()  # type: ignore[no-untyped-call]


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve()
        write(root, files)
        asyncio.run(measure(root, files))


if __name__ == "__main__":
    main()
