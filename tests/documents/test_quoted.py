"""Resources in the text of templates and other documents that are skipped."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parsers import documents

from istiolint.documents.quoted import QuotedResource, quoted_resources

HEAD = "apiVersion: networking.istio.io/v1\nkind: Gateway\n"
SHOP = QuotedResource("Gateway", "shop", "edge")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEAD + "metadata: {name: shop, namespace: edge}\n", {SHOP}),
        (HEAD + "metadata:\n  name: shop\n  namespace: 'edge'\nspec:\n  name: other\n", {SHOP}),
        ("metadata:\n  labels:\n    name: no\n  name: shop  # this\n  namespace: edge\n" + HEAD, {SHOP}),
        (
            "{{- if .on }}\n" + HEAD + "metadata:\n  {{- with .x }}\n  name: shop\n  {{- end }}\n  namespace: edge\n{{- end }}\n",
            {SHOP},
        ),
        (HEAD + "metadata:\n  name: {{ .Release.Name }}-x\n  namespace: {{ .ns }}\n", {SHOP._replace(name="", namespace="")}),
        (HEAD + "metadata:\n  name: #@ name\n  namespace: edge\n", {SHOP._replace(name="")}),
        (HEAD + "metadata:\n  name: ${NAME}\n", {SHOP._replace(name="", namespace="")}),
        (
            HEAD + "metadata:\n  name: shop\n---\n" + HEAD + "metadata:\n  name: b\n",
            {QuotedResource("Gateway", name, "") for name in ("shop", "b")},
        ),
        (
            "run: |\n  kubectl apply -f - <<EOF\n  kind: Gateway\n  metadata:\n    name: shop\n    namespace: edge\n  EOF\n",
            {SHOP},
        ),
        (
            "items:\n- kind: Gateway\n  metadata:\n    name: shop\n- kind: Service\n  metadata: {name: b}\n",
            {SHOP._replace(namespace=""), QuotedResource("Service", "b", "")},
        ),
        ("{apiVersion: x/v1, kind: Gateway, metadata: {name: shop, labels: {a: b}, namespace: edge}}\n", {SHOP}),
        ("- resource: {kind: Gateway, metadata: {name: shop, namespace: edge}}\n", {SHOP}),
        ("parentRefs:\n- kind: Gateway\n  name: shop\n", set()),  # a reference
        ("# kind: Gateway\n# metadata: {name: shop}\n", set()),
        ("kind: Gateway\nother:\n  metadata: {name: shop}\n", set()),
        ("kind: {{ .kind }}\nmetadata: {name: shop}\n", set()),
    ],
)
def test_quoted_resources(text: str, expected: set[QuotedResource]) -> None:
    assert set(quoted_resources(text)) == expected


@pytest.mark.parametrize("indent", [None, 1, 2])
def test_json(indent: int | None) -> None:
    value: dict[str, Any] = {"kind": "Gateway", "metadata": {"labels": {"name": "x"}, "name": "shop", "namespace": "edge"}}
    assert set(quoted_resources(json.dumps(value, indent=indent))) == {SHOP}


def test_documents_have_them() -> None:
    (document,) = documents("{{ if .x }}\n" + HEAD + "metadata: {name: shop, namespace: edge}\n{{ end }}\n")
    assert document.skipped
    assert document.quoted_resources == {SHOP}


WORDS = st.sampled_from(
    [
        "kind: Gateway",
        "metadata:",
        "  metadata:",
        "{",
        "}",
        "- ",
        "name: x",
        "    name: y",
        "{{ x }}",
        "---",
        "\n",
        "\t",
        "kind:",
        "'",
    ]
)


@given(st.lists(WORDS, max_size=30))
def test_any_text_can_be_searched(words: list[str]) -> None:
    for text in ("".join(words), "\n".join(words)):
        assert all(found.kind == "Gateway" for found in quoted_resources(text))
