"""The keys of a document are known without a look at its data."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from istiolint.documents import Document, Store, prepare, read
from istiolint.documents.keys import joined, keys_of, separated
from istiolint.documents.parsed import key_of
from istiolint.resources.resource import resources
from istiolint.sources import Source

NAMES = st.sampled_from(["spec", "tls", "exportTo", "istio.io/rev", "metadata", "y", "1"])
TEXT = st.text(st.characters(codec="ascii"), max_size=5)
VALUES = st.recursive(
    st.none() | st.integers() | TEXT | st.sampled_from(["a: b", '{"subset": 1}', "x\ny: 2", "tls"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXT, inner, max_size=3),
    max_leaves=8,
)
NESTED = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
base: &base {fault: 1}
data:
  <<: *base
  mesh: |
    outlierDetection:
      "consecutiveErrors" : 5
  json: '{"tls": {"mode": 1}}'
  twice: "{\\"outer\\": \\"{\\\\\\"inner\\\\\\": 1}\\"}"
  args:
    - "--set\\nmeshConfig.accessLogFile=x"
    - --json={"flag":1}
  plain: notAKey
"""
OBJECT = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}}


def only(text: str, store: Store | None = None, *, linted: bool = True) -> Document:
    """Return the only document of a text."""
    (document,) = read(Source("a.yaml", text, linted=linted), store=store)
    return document


@given(VALUES)
def test_composing_finds_the_keys_of_the_data(value: Any) -> None:
    text = json.dumps(OBJECT | {"spec": value})
    assert only(text).keys == keys_of(json.loads(text))


def test_a_merged_mapping_has_keys_and_the_sign_for_it_is_none() -> None:
    text = "apiVersion: v1\nkind: Service\nspec:\n  <<: {type: ExternalName}\n  name: a\n"
    assert only(text).keys == {"apiVersion", "kind", "spec", "type", "name"}
    assert prepare(Source("a.yaml", text))


@given(VALUES)
def test_stored_documents_have_the_same_keys(value: Any) -> None:
    text = json.dumps(OBJECT | {"spec": value})
    for linted in (True, False):
        source = Source("a.yaml", text, linted=linted)
        payload = prepare(source)
        assert payload
        stored = only(text, Store({key_of(source): payload}), linted=linted)
        assert stored.keys >= {key for key in keys_of(json.loads(text)) if "\n" not in key}


@pytest.mark.parametrize(
    "key", ["fault", "outlierDetection", "consecutiveErrors", "tls", "outer", "inner", "accessLogFile", "flag"]
)
def test_keys_in_strings_count(key: str) -> None:
    document = only(NESTED)
    assert key in document.keys
    assert key in keys_of(YAML(typ="safe").load(NESTED))
    assert "notAKey" not in document.keys


def test_items_of_a_list_have_keys_of_their_own() -> None:
    document = only(json.dumps({"apiVersion": "v1", "kind": "List", "items": [OBJECT, OBJECT | {"spec": {"tls": 1}}]}))
    assert ["tls" in resource.keys for resource in resources(document)] == [False, True]


@given(st.frozensets(st.text(st.characters(exclude_characters="\n"), min_size=1)))
def test_joined_keys_can_be_separated(keys: frozenset[str]) -> None:
    assert separated(joined(keys)) - {""} == keys
