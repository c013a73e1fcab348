"""Actions, hover, navigation, completion, symbols and lenses, requested like an editor does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from editor import Editor
from lsprotocol import types

ROUTE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart.shop.svc.cluster.local]
  http:
    - timout: 5s
      route:
        - destination:
            host: cart
            subset: v1
            port:
              number: 80
"""
MESH = """\
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec:
  selector: {app: cart}
  ports: [{name: http, port: 80}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: shop}
spec:
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart, version: v1, sidecar.istio.io/inject: "true"}}
    spec:
      serviceAccountName: cart
      containers: [{name: app, image: "cart:1"}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec:
  host: cart
  subsets:
    - name: v1
      labels: {version: v1}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec: {mtls: {mode: STRICT}}
"""
POLICY = """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: cart, namespace: shop}
spec:
  selector:
    matchLabels: {app: cart}
  rules:
    - from:
        - source:
            principals: [cluster.local/ns/shop/sa/cart]
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("features").resolve()
    for name, text in (("route.yaml", ROUTE), ("mesh.yaml", MESH), ("policy.yaml", POLICY)):
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def editor(root: Path) -> Iterator[Editor]:
    started = Editor(root)
    for name in ("route.yaml", "policy.yaml"):
        started.open(root / name)
    yield started
    started.quit()


def actions(editor: Editor, path: Path, only: list[Any] | None = None) -> dict[str, types.CodeAction]:
    everywhere = types.Range(types.Position(0, 0), types.Position(999, 0))
    context = types.CodeActionContext(list(editor.published[path.as_uri()].diagnostics), only)
    found = editor.wait(
        editor.client.text_document_code_action_async(
            types.CodeActionParams(types.TextDocumentIdentifier(path.as_uri()), everywhere, context)
        )
    )
    return {one.title: one for one in found or [] if isinstance(one, types.CodeAction)}


def applied(text: str, action: types.CodeAction, path: Path) -> str:
    assert action.edit
    assert action.edit.changes
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
    edits = sorted(action.edit.changes[path.as_uri()], key=lambda one: (-one.range.start.line, -one.range.start.character))
    for edit in edits:
        start, end = (starts[at.line] + at.character for at in (edit.range.start, edit.range.end))
        text = text[:start] + edit.new_text + text[end:]
    return text


def test_a_quick_fix_and_all_safe_fixes(editor: Editor, root: Path) -> None:
    path = root / "route.yaml"
    found = actions(editor, path)
    fixes = [action for title, action in found.items() if title.startswith("Fix")]
    assert fixes
    for action in (fixes[0], *actions(editor, path, [types.CodeActionKind.SourceFixAll]).values()):
        fixed = applied(ROUTE, action, path)
        assert fixed == ROUTE.replace("timout", "timeout")


def test_a_finding_is_suppressed(editor: Editor, root: Path) -> None:
    path = root / "route.yaml"
    text = applied(ROUTE, actions(editor, path)["Suppress unknown-field with a comment"], path)
    assert "timout: 5s  # istiolint: ignore[unknown-field]" in text
    assert not [one for one in editor.change(path, text) if one.code == "unknown-field"]
    editor.change(path, ROUTE)


def hover(editor: Editor, path: Path, text: str, marked: str, number: int = 0) -> str:
    at = editor.at(path, text, marked, number)
    found = editor.wait(editor.client.text_document_hover_async(types.HoverParams(at.text_document, at.position)))
    assert found is None or isinstance(found.contents, types.MarkupContent)
    return found.contents.value if found else ""  # type: ignore[union-attr]


def test_hover_shows_rules_fields_and_what_names_mean(editor: Editor, root: Path) -> None:
    path = root / "route.yaml"
    assert "Unknown field" in hover(editor, path, ROUTE, "timout")
    assert "`spec.http[0].route[0].destination.subset`: string" in hover(editor, path, ROUTE, "subset")
    host = hover(editor, path, ROUTE, "host: cart".removeprefix("host: "), 2)
    for words in ("`Service shop/cart`", "`Deployment shop/cart`", "`STRICT`", "`DestinationRule shop/cart`"):
        assert words in host
    assert "`Deployment shop/cart`" in hover(editor, root / "policy.yaml", POLICY, "cluster.local/ns/shop/sa/cart")


def lines(found: Any) -> set[tuple[str, int]]:
    return {(Path(one.uri).name, one.range.start.line) for one in found}


@pytest.mark.parametrize(
    ("file", "text", "marked", "expected"),
    [
        ("route.yaml", ROUTE, ("cart", 2), "metadata: {name: cart, namespace: shop}"),
        ("route.yaml", ROUTE, ("v1", 1), "    - name: v1"),
        ("route.yaml", ROUTE, ("80", 0), "  ports: [{name: http, port: 80}]"),
        ("policy.yaml", POLICY, ("cluster.local/ns/shop/sa/cart", 0), "kind: Deployment"),
    ],
)
def test_definitions(editor: Editor, root: Path, *, file: str, text: str, marked: tuple[str, int], expected: str) -> None:
    at = editor.at(root / file, text, *marked)
    found = editor.wait(editor.client.text_document_definition_async(types.DefinitionParams(at.text_document, at.position)))
    [(name, line)] = lines(found)
    assert name == "mesh.yaml"
    written = MESH.splitlines()
    assert expected in (written[line], written[line - 1])


def test_references(editor: Editor, root: Path) -> None:
    at = editor.at(root / "route.yaml", ROUTE, "v1", 1)
    for declaration, expected in ((False, {"route.yaml"}), (True, {"route.yaml", "mesh.yaml"})):
        context = types.ReferenceContext(declaration)
        params = types.ReferenceParams(context, at.text_document, at.position)
        assert {name for name, _ in lines(editor.wait(editor.client.text_document_references_async(params)))} == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (ROUTE.replace("timout: 5s", "ti"), "timeout"),
        (ROUTE.partition("cart\n")[0], "cart.shop.svc.cluster.local"),
        (ROUTE.partition("v1\n            port")[0].replace("host: cart", "host: cart.shop.svc.cluster.local"), "v1"),
        (ROUTE.partition("80\n")[0], "80"),
        (POLICY.partition("app: cart")[0], "app"),
        ("apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nspec:\n  mtls:\n    mode: ", "STRICT"),
        ("apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  namespace: ", "shop"),
        ("apiVersion: networking.istio.io/v1\nkind: VirtualService\nspec:\n  gateways:\n    - ", "mesh"),
    ],
)
def test_completion(editor: Editor, root: Path, before: str, expected: str) -> None:
    path = root / "new.yaml"
    editor.open(path, before)
    cut = before.index("    - ti") + 8 if "    - ti\n" in before else len(before)
    position = types.Position(before[:cut].count("\n"), cut - before.rfind("\n", 0, cut) - 1)
    params = types.CompletionParams(types.TextDocumentIdentifier(path.as_uri()), position)
    found = editor.wait(editor.client.text_document_completion_async(params))
    assert isinstance(found, types.CompletionList)
    assert expected in {item.label for item in found.items}
    editor.close(path)


def test_symbols_and_lenses(editor: Editor, root: Path) -> None:
    document = types.TextDocumentIdentifier((root / "route.yaml").as_uri())
    symbols = editor.wait(editor.client.text_document_document_symbol_async(types.DocumentSymbolParams(document)))
    assert [one.name for one in symbols or []] == ["VirtualService shop/cart"]
    found = editor.wait(editor.client.text_document_code_lens_async(types.CodeLensParams(document)))
    [lens] = found or []
    assert lens.command
    assert lens.command.title == "trace a request to this route"
    params = types.ExecuteCommandParams(lens.command.command, lens.command.arguments)
    answer = editor.wait(editor.client.workspace_execute_command_async(params))
    assert "cart" in str(answer)
    assert "200" in str(answer)
    policy = types.TextDocumentIdentifier((root / "policy.yaml").as_uri())
    found = editor.wait(editor.client.text_document_code_lens_async(types.CodeLensParams(policy)))
    assert [one.command.title for one in found or [] if one.command] == ["1 workload selected"]
    explain = types.ExecuteCommandParams("istiolint.explain", ["unknown-field"])
    assert "# Unknown field" in str(editor.wait(editor.client.workspace_execute_command_async(explain)))
