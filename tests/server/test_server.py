"""The server, as an editor sees it."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from editor import Editor
from lsprotocol import types

SHOP = Path(__file__).parents[2] / "fixtures" / "shop" / "broken"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace").resolve() / "shop"
    shutil.copytree(SHOP, folder)
    return folder


@pytest.fixture(scope="module")
def editor(root: Path) -> Iterator[Editor]:
    started = Editor(root)
    yield started
    started.quit()


def codes(found: list[types.Diagnostic]) -> set[object]:
    return {one.code for one in found}


ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: new, namespace: checkout}
spec:
  hosts: [new.checkout.svc.cluster.local]
  http:
    - timout: 5s
      route:
        - destination: {host: new.checkout.svc.cluster.local}
"""


def test_text_is_linted_as_it_is_typed(editor: Editor, root: Path) -> None:
    path = root / "checkout" / "new.yaml"
    found = editor.open(path, ROUTE)
    [field] = [one for one in found if one.code == "unknown-field"]
    assert field.range == types.Range(types.Position(6, 6), types.Position(6, 12))
    assert field.severity == types.DiagnosticSeverity.Error
    assert field.source == "istiolint"
    assert "timout" in field.message
    assert "unknown-field" not in codes(editor.change(path, ROUTE.replace("timout", "timeout")))
    assert codes(editor.change(path, ROUTE.replace("route:", "route"))) & {"yaml-syntax"}
    editor.close(path)
    editor.until(lambda: not editor.published[path.as_uri()].diagnostics)


def test_other_files_of_the_workspace_count(editor: Editor, root: Path) -> None:
    service, route = root / "checkout" / "service.yaml", root / "checkout" / "new.yaml"
    text = ROUTE.replace("timout", "timeout").replace("}\n", ", subset: v7}\n", 2).replace("checkout, subset: v7}", "checkout}")
    rule = (
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: new, namespace: checkout}\nspec:\n"
        "  host: new.checkout.svc.cluster.local\n  subsets:\n    - name: v8\n      labels: {version: v8}\n"
    )
    editor.open(service, rule)
    assert "route-to-missing-subset" in codes(editor.open(route, text))
    editor.change(service, rule.replace("v8", "v7"))
    editor.until(lambda: "route-to-missing-subset" not in codes(list(editor.published[route.as_uri()].diagnostics)))
    editor.close(service)
    editor.close(route)


def test_configuration_is_read_again(editor: Editor, root: Path) -> None:
    path, configuration = root / "checkout" / "new.yaml", root / ".istiolint.yaml"
    assert "unknown-field" in codes(editor.open(path, ROUTE))
    configuration.write_text("ignore: [unknown-field]\n")
    event = types.FileEvent(configuration.as_uri(), types.FileChangeType.Created)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    editor.until(lambda: "unknown-field" not in codes(list(editor.published[path.as_uri()].diagnostics)))
    configuration.write_text("ignore: [unknown-feeld]\n")
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    editor.until(lambda: any("unknown-feeld" in words for words in editor.shown))
    configuration.unlink()
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
    editor.until(lambda: "unknown-field" in codes(list(editor.published[path.as_uri()].diagnostics)))
    editor.close(path)


def test_files_that_change_on_disk_are_read_again(editor: Editor, root: Path) -> None:
    path, other = root / "checkout" / "new.yaml", root / "checkout" / "rule.yaml"
    text = ROUTE.replace("timout", "timeout").replace("cluster.local}", "cluster.local, subset: v7}")
    assert "route-to-missing-subset" not in codes(editor.open(path, text))
    other.write_text(
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: new, namespace: checkout}\nspec:\n"
        "  host: new.checkout.svc.cluster.local\n  subsets: [{name: v8, labels: {version: v8}}]\n"
    )
    for kind in (types.FileChangeType.Created, types.FileChangeType.Deleted):
        event = types.FileEvent(other.as_uri(), kind)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        expected = kind is types.FileChangeType.Created
        editor.until(
            lambda expected=expected: (
                ("route-to-missing-subset" in codes(list(editor.published[path.as_uri()].diagnostics))) is expected
            )
        )
        other.unlink(missing_ok=True)
    editor.close(path)


def test_templates_are_skipped_with_a_notice(editor: Editor, root: Path) -> None:
    path = root / "chart" / "templates" / "route.yaml"
    editor.open(path, "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\n{{- if .Values.x }}\n")
    editor.until(lambda: any("Helm template skipped" in words for words in editor.logged))
    editor.close(path)


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 28 + 4), ("utf-16", 28 + 2), ("utf-32", 28 + 1)])
def test_positions_are_in_the_units_of_the_client(encoding: str, column: int, tmp_path: Path) -> None:
    editor = Editor(tmp_path, encoding=encoding)
    try:
        assert editor.initialized.capabilities.position_encoding == encoding
        text = "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {annotations: {x: 𝒳}, namme: a}\n"
        found = [one for one in editor.open(tmp_path / "a.yaml", text) if one.code == "unknown-field"]
        assert [one.range.start.character for one in found] == [column + 3]
    finally:
        editor.quit()


def test_workspace_folders_have_meshes_and_configurations_of_their_own(tmp_path: Path) -> None:
    folders = [tmp_path.resolve() / name for name in ("one", "two", "three")]
    for folder in folders:
        folder.mkdir()
    (folders[1] / ".istiolint.yaml").write_text("ignore: [unknown-field]\n")
    editor = Editor(*folders[:2])
    try:
        found = [codes(editor.open(folder / "a.yaml", ROUTE)) for folder in folders]
        assert ["unknown-field" in each for each in found] == [True, False, True]
        (folders[2] / ".istiolint.yaml").write_text("ignore: [unknown-field]\n")
        added = [types.WorkspaceFolder(folders[2].as_uri(), "three")]
        change = types.WorkspaceFoldersChangeEvent(added, [])
        editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(change))
        uri = (folders[2] / "a.yaml").as_uri()
        editor.until(lambda: "unknown-field" not in codes(list(editor.published[uri].diagnostics)))
        assert "unknown-field" in codes(editor.open_uri("untitled:Untitled-1", ROUTE))
    finally:
        editor.quit()


def test_a_canceled_request_and_odd_documents_do_no_harm(editor: Editor, root: Path) -> None:
    path = root / "checkout" / "odd.yaml"
    for text in ("", "\0", "{", "- - -", "a: &a [*a]", "%TAG"):
        editor.open(path, text)
        document = types.TextDocumentIdentifier(path.as_uri())
        position = types.Position(7, 7)
        client = editor.client
        editor.wait(client.text_document_hover_async(types.HoverParams(document, position)))
        editor.wait(client.text_document_completion_async(types.CompletionParams(document, position)))
        editor.wait(client.text_document_definition_async(types.DefinitionParams(document, position)))
        editor.wait(client.text_document_code_lens_async(types.CodeLensParams(document)))
        editor.wait(client.text_document_document_symbol_async(types.DocumentSymbolParams(document)))
        editor.close(path)
    request = editor.client.protocol.send_request("textDocument/hover", types.HoverParams(document, position), msg_id="canceled")
    editor.client.protocol.notify("$/cancelRequest", types.CancelParams("canceled"))
    assert "unknown-field" in codes(editor.open(path, ROUTE))
    assert request.done()
    editor.close(path)


def test_without_the_extra_the_command_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "pygls").mkdir()
    (tmp_path / "pygls" / "__init__.py").write_text("raise ModuleNotFoundError(name='pygls')\n")
    command = [sys.executable, "-m", "istiolint", "server"]
    done = subprocess.run(command, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "Error: the language server is not installed; run `pip install 'istiolint[server]'`\n"
