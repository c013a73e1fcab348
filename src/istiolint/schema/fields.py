"""The fields of a kind: what its schema allows at each path, and every place at which a name exists."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from istiolint.findings.finding import Path
from istiolint.schema.loader import minor
from istiolint.schema.spelling import plain_form

Node: TypeAlias = dict[str, Any]
Pattern: TypeAlias = tuple[str, ...]
"""A path without indexes: `[]` means any item, `{}` for any key of a free-form map."""

DEEPEST = 20
METADATA: Node = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "namespace": {"type": "string"},
        "generateName": {"type": "string"},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}
"""What people write in `metadata`; the API server accepts more, which it fills in itself."""


@dataclass(frozen=True, slots=True)
class Known:
    """A field that exists somewhere in the kind; `since` is the Istio minor that brought it, or "" for always."""

    pattern: Pattern
    node: Node
    since: str

    @property
    def parent(self) -> Pattern:
        """The pattern of the mapping that holds it."""
        return self.pattern[:-1]


class Fields:
    """The fields of one kind."""

    def __init__(self, schema: Node):
        self.schema = schema

    def resolved(self, node: Node) -> Node:
        """A node with its `$ref` followed; keys next to the reference take precedence."""
        while "$ref" in node:
            target: Any = self.schema
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
        return node

    def at(self, path: Path) -> Node:
        """What is allowed at a path; empty where the schema says nothing."""
        node = self.resolved(self.schema)
        for step in path:
            if isinstance(step, int):
                node = self.resolved(node.get("items") or {})
            else:
                node = self.properties(node).get(step) or self.resolved(_additional(node))
        return node

    def properties(self, node: Node) -> dict[str, Node]:
        """The named fields of a mapping, of all Istio versions."""
        found = {name: self.resolved(child) for name, child in (node.get("properties") or {}).items()}
        metadata = found.get("metadata")
        if node is self.schema and not (metadata and metadata.get("properties")):
            found["metadata"] = METADATA
        return found

    def pattern(self, path: Path) -> Pattern:
        """The pattern of a path."""
        found: list[str] = []
        node = self.resolved(self.schema)
        for step in path:
            properties = self.properties(node)
            if isinstance(step, int):
                found.append("[]")
                node = self.resolved(node.get("items") or {})
            else:
                found.append("{}" if not properties and _additional(node) else step)
                node = properties.get(step) or self.resolved(_additional(node))
        return tuple(found)

    @cached_property
    def everywhere(self) -> dict[str, list[Known]]:
        """Every field below `spec` and `metadata`, and `spec` itself, by the plain form of its name."""
        found: dict[str, list[Known]] = {}
        for known in self._walk(self.resolved(self.schema), (), ""):
            if known.pattern == ("spec",) or (known.pattern[0] in ("spec", "metadata") and len(known.pattern) > 1):
                found.setdefault(plain_form(known.pattern[-1]), []).append(known)
        return found

    def _walk(self, node: Node, pattern: Pattern, since: str) -> Iterator[Known]:
        if len(pattern) > DEEPEST:
            return
        for name, child in self.properties(node).items():
            later = max(since, child.get("x-since") or "", key=minor)
            yield Known((*pattern, name), child, later)
            yield from self._walk(child, (*pattern, name), later)
        if node.get("items"):
            yield from self._walk(self.resolved(node["items"]), (*pattern, "[]"), since)
        if additional := _additional(node):
            yield from self._walk(self.resolved(additional), (*pattern, "{}"), since)

    def fit(self, node: Node, value: Any) -> float:
        """How well a value fits a field: 0 not at all, 1 as if made for it; an empty value fits anything somewhat."""
        if value is None:
            return 0.5
        kinds = node.get("type") or ()
        kinds = [kinds] if isinstance(kinds, str) else kinds
        return max((self._fit_as(kind, node, value) for kind in kinds), default=0.5)

    def _fit_as(self, kind: str, node: Node, value: Any) -> float:
        if kind == "array":
            return self._fit_list(self.resolved(node.get("items") or {}), value)
        if kind == "object":
            return self._fit_object(node, value) if isinstance(value, dict) else 0
        if isinstance(value, (dict, list)):
            return 0
        if kind == "string":
            fitting = 1 if value in node.get("enum", [value]) else 0.2
            return fitting if isinstance(value, str) else 0.3
        if isinstance(value, bool) or kind == "boolean":
            return float(isinstance(value, bool) and kind == "boolean")
        return 0.3 if isinstance(value, str) and value.isdigit() else float(isinstance(value, (int, float)))

    def _fit_list(self, items: Node, value: Any) -> float:
        if not isinstance(value, list):
            return 0.3 * self.fit(items, value)
        return sum(self.fit(items, item) for item in value) / len(value) if value else 1

    def _fit_object(self, node: Node, value: dict[str, Any]) -> float:
        properties, additional = self.properties(node), _additional(node)
        if not properties and not additional:
            return 0.7
        fits = [
            self.fit(properties[key], child)
            if key in properties
            else self.fit(self.resolved(additional), child)
            if additional
            else 0
            for key, child in value.items()
        ]
        return 0.1 + 0.9 * (sum(fits) / len(fits) if fits else 1)


def written(pattern: Pattern) -> str:
    """A pattern in Kubernetes' notation: `spec.http[].match[].headers.{}`."""
    return ".".join(pattern).replace(".[]", "[]")


def _additional(node: Node) -> Node:
    additional = node.get("additionalProperties")
    return additional if isinstance(additional, dict) else {}
