"""Reading CustomResourceDefinitions: an official bundle in YAML, or the same facts as a JSON list."""

import json
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, TypeAlias

Node: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Crd:
    """One kind: the schemas of its served API versions."""

    group: str
    kind: str
    versions: dict[str, Node]

    @property
    def schema(self) -> Node:
        """The newest version's schema (v1 before v1beta1 before v1alpha3), as loose as the loosest of all served versions.

        Where a version is stricter, `x-stricter` holds its limits under its name.
        """
        newest = min(self.versions, key=_age)
        loosest = reduce(_loosest, (self.versions[name] for name in sorted(self.versions, key=_age)), self.versions[newest])
        return reduce(lambda made, name: _with_limits(made, self.versions[name], name), sorted(self.versions), loosest)


def read(path: Path) -> list[Crd]:
    """The kinds of a file, sorted: a YAML bundle of CustomResourceDefinitions, or a JSON list of {group, kind, versions}."""
    text = path.read_text("utf-8")
    found = [from_facts(fact) for fact in json.loads(text)] if path.suffix == ".json" else _from_bundle(text)
    return sorted(found, key=lambda crd: (crd.group, crd.kind))


def from_facts(fact: Node) -> Crd:
    """Return a kind of a JSON list."""
    served = {version["name"]: version["schema"] for version in fact["versions"] if version["served"]}
    return Crd(fact["group"], fact["kind"], served)


def _from_bundle(text: str) -> list[Crd]:
    from ruamel.yaml import YAML

    found = []
    for document in YAML(typ="safe").load_all(text):
        if document and document.get("kind") == "CustomResourceDefinition":
            spec = document["spec"]
            served = {v["name"]: v["schema"]["openAPIV3Schema"] for v in spec["versions"] if v["served"]}
            found.append(Crd(spec["group"], spec["names"]["kind"], served))
    return found


def _loosest(node: Node, other: Node) -> Node:
    """A node with those of its limits that another version has too, at the wider of the two values."""
    made = dict(node)
    for key in [key for key in node if key.startswith(("max", "min"))]:
        if key not in other:
            del made[key]
        else:
            made[key] = (max if key.startswith("max") else min)(node[key], other[key])
    if "required" in node:
        made["required"] = [name for name in node["required"] if name in other.get("required", ())]
    if "properties" in node:
        others = other.get("properties", {})
        made["properties"] = {name: _loosest(field, others.get(name, field)) for name, field in node["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict) and isinstance(other.get(key), dict):
            made[key] = _loosest(node[key], other[key])
    return made


def _with_limits(node: Node, of_version: Node, name: str) -> Node:
    """A node with those limits of one version that differ from its own."""
    made = dict(node)
    limits = {key: value for key, value in of_version.items() if _is_limit(key) and node.get(key, []) != value}
    if limits:
        made["x-stricter"] = node.get("x-stricter", {}) | {name: limits}
    fields = of_version.get("properties", {})
    if "properties" in node:
        made["properties"] = {
            field: _with_limits(child, fields[field], name) if field in fields else child
            for field, child in node["properties"].items()
        }
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict) and isinstance(of_version.get(key), dict):
            made[key] = _with_limits(node[key], of_version[key], name)
    return made


def _is_limit(key: str) -> bool:
    return key.startswith(("max", "min")) or key == "required"


def _age(version: str) -> tuple[int, str]:
    stage = 1 if "beta" in version else 2 if "alpha" in version else 0
    return stage, version
