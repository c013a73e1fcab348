"""Nulls as the API server treats them: a field that is null and may not be is dropped before anything is checked."""

from typing import Any

from istiolint.findings.finding import Path
from istiolint.schema.loader import Node, resolved


def without_nulls(value: Any, schema: Node) -> tuple[Any, list[Path]]:
    """A resource without the nulls that the API server drops, and the paths of those that it drops from `spec`.

    In `metadata` null means "not set" for Kubernetes types, and is not reported. Items of lists stay.
    """
    dropped: list[Path] = []
    made = _pruned(value, schema, (), schema, dropped)
    return made, [path for path in dropped if path[0] == "spec"]


def _pruned(value: Any, node: Node, path: Path, schema: Node, dropped: list[Path]) -> Any:
    node = resolved(node, schema)
    if isinstance(value, list):
        items = node.get("items", {})
        return [_pruned(item, items, (*path, index), schema, dropped) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    made = {}
    for key, child in value.items():
        field = _field(node, key, schema)
        if child is None and "type" in field and "null" not in field["type"]:
            dropped.append((*path, key))
        else:
            made[key] = _pruned(child, field, (*path, key), schema, dropped)
    return made


def _field(node: Node, key: str, schema: Node) -> Node:
    """What a mapping allows under a key; empty where anything goes, and for keys that it does not know."""
    field = node.get("properties", {}).get(key, node.get("additionalProperties"))
    return resolved(field, schema) if isinstance(field, dict) else {}
