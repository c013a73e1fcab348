"""Subtrees that repeat are written once, under `$defs`."""

import json
from collections import Counter
from typing import Any

from crds.bundle import Node

WORTH_SHARING = 160
"""From how many characters of JSON a subtree goes to `$defs` when it repeats."""
OWN = ("x-since", "x-removed")
"""What belongs to a field and not to its type: it stays beside the `$ref`."""


def shared(schema: Node) -> Node:
    """The same schema with `$defs` and `$ref`; the names are those of the fields that hold the subtrees."""
    counts: Counter[str] = Counter()
    _count(schema, counts)
    names: dict[str, str] = {}
    defs: Node = {}
    made = _replace(schema, "", counts, names, defs)
    return made | ({"$defs": dict(sorted(defs.items()))} if defs else {})


def expanded(schema: Node) -> Node:
    """A schema without `$defs`: the reverse of `shared`."""
    defs = schema.get("$defs", {})

    def expand(node: Any) -> Any:
        if isinstance(node, list):
            return [expand(item) for item in node]
        if not isinstance(node, dict):
            return node
        rest = {key: expand(value) for key, value in node.items() if key not in ("$ref", "$defs")}
        return expand(defs[node["$ref"].rpartition("/")[2]]) | rest if "$ref" in node else rest

    made: Node = expand(schema)
    return made


def _children(node: Node) -> list[tuple[str, Node]]:
    """The typed subtrees of a node, with the names that hold them."""
    found = [(name, child) for name, child in node.get("properties", {}).items()]
    return found + [("", node[key]) for key in ("items", "additionalProperties") if isinstance(node.get(key), dict)]


def _text(node: Node) -> str:
    return json.dumps({key: value for key, value in node.items() if key not in OWN}, sort_keys=True)


def _worth(node: Node, text: str) -> bool:
    return len(text) >= WORTH_SHARING and ("properties" in node or "items" in node or "allOf" in node)


def _count(node: Node, counts: Counter[str]) -> None:
    for _, child in _children(node):
        text = _text(child)
        counts[text] += 1
        if counts[text] == 1:
            _count(child, counts)


def _replace(node: Node, name: str, counts: Counter[str], names: dict[str, str], defs: Node) -> Node:
    made = dict(node)
    if "properties" in node:
        made["properties"] = {key: _one(child, key, counts, names, defs) for key, child in node["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            made[key] = _one(node[key], name, counts, names, defs)
    return made


def _one(node: Node, name: str, counts: Counter[str], names: dict[str, str], defs: Node) -> Node:
    text = _text(node)
    if counts[text] < 2 or not _worth(node, text):
        return _replace(node, name, counts, names, defs)
    if text not in names:
        base, number = name or "item", 1
        while (chosen := base if number == 1 else f"{base}{number}") in names.values():
            number += 1
        names[text] = chosen
        bare = {key: value for key, value in node.items() if key not in OWN}
        defs[chosen] = _replace(bare, name, counts, names, defs)
    return {"$ref": f"#/$defs/{names[text]}"} | {key: node[key] for key in OWN if key in node}
