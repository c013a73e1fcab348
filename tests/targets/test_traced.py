"""Merging and patching: the values are those of the standards, and each of them is where its provenance says."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istiolint.documents import Document
from istiolint.documents.derived import DerivedDocument, Provenance, Traced
from istiolint.findings.finding import Place
from istiolint.sources import Source
from istiolint.targets import json_patch
from istiolint.targets.strategic_merge import merge

KEYS = st.sampled_from(["a", "b", "c"])
SCALARS = st.one_of(st.integers(0, 9), st.sampled_from(["x", "y"]), st.booleans())
VALUES = st.recursive(SCALARS, lambda inner: st.one_of(st.dictionaries(KEYS, inner, max_size=3), st.lists(inner, max_size=3)))
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=3)
PATCHES = st.dictionaries(
    KEYS, st.recursive(st.one_of(st.none(), VALUES), lambda inner: st.dictionaries(KEYS, inner, max_size=3)), max_size=3
)


def traced(data: Any, name: str = "a.yaml") -> Traced:
    document = Document(Source(name), 0, 0, "", data=data)
    return Traced(data, Provenance(document, ()))


def merged(base: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    result = dict(base) if isinstance(base, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Any:
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if steps is None:
        yield path, value
    for step, inner in steps or ():
        yield from leaves(inner, (*path, step))


def assert_provenance(result: Traced) -> None:
    document = DerivedDocument(result.origin.document, (), result, True)
    for path, value in leaves(result.value):
        place, exact = document.source_place(Place(document, path))
        assert not exact or at(place.document.data, place.path) == value


@given(OBJECTS, PATCHES)
def test_custom_kinds_are_merged_as_json(base: dict[str, Any], patch: dict[str, Any]) -> None:
    result = merge(traced(base), traced(patch, "b.yaml"), "networking.istio.io")
    assert result is not None
    assert result.value == merged(base, patch)
    assert_provenance(result)


@given(OBJECTS, KEYS, VALUES)
def test_what_is_added_is_removed(base: dict[str, Any], key: str, value: Any) -> None:
    added = json_patch.apply(traced(base), traced([{"op": "add", "path": f"/{key}", "value": value}], "b.yaml"))
    assert added.value == {**base, key: value}
    assert_provenance(added)
    removed = json_patch.apply(added, traced([{"op": "remove", "path": f"/{key}"}], "b.yaml"))
    assert removed.value == {name: other for name, other in base.items() if name != key}


@given(st.lists(VALUES, min_size=1, max_size=4), st.data())
def test_items_of_lists(items: list[Any], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(items)))
    added = json_patch.apply(traced({"l": items}), traced([{"op": "add", "path": f"/l/{index}", "value": "new"}], "b.yaml"))
    assert added.value["l"] == [*items[:index], "new", *items[index:]]
    assert_provenance(added)
    moved = json_patch.apply(added, traced([{"op": "move", "from": f"/l/{index}", "path": "/l/-"}], "c.yaml"))
    assert moved.value["l"] == [*items, "new"]
    assert_provenance(moved)


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/gone"},
        {"op": "replace", "path": "/l/7", "value": 1},
        {"op": "add", "path": "/l/x", "value": 1},
        {"op": "add", "path": "/gone/a/b", "value": 1},
        {"op": "test", "path": "/a", "value": 2},
        {"op": "copy", "from": "/gone", "path": "/b"},
        {"op": "explode", "path": "/a"},
        {"path": "/a"},
        "remove",
    ],
)
def test_operations_that_cannot_be_applied(operation: Any) -> None:
    with pytest.raises(json_patch.JsonPatchError):
        json_patch.apply(traced({"a": 1, "l": [1]}), traced([operation], "b.yaml"))


@given(st.recursive(st.one_of(st.none(), VALUES), lambda inner: st.lists(inner, max_size=3)))
def test_odd_patches_never_raise_anything_else(patch: Any) -> None:
    with contextlib.suppress(json_patch.JsonPatchError):
        json_patch.apply(traced({"a": {"b": 1}}), traced(patch, "b.yaml"))
