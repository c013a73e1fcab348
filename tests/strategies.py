"""Valid resources of every kind that has a schema, made from the schema itself, for hypothesis."""

import json
import re
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import strategies as st
from jsonschema_rs import is_valid

from istiolint.resources.kinds import type_of
from istiolint.schema.loader import Node, resolved, schema_for
from istiolint.settings import NEWEST

SCHEMAS = Path(__file__).parents[1] / "schemas"
ATTEMPTS = 100
"""How often a mapping is made anew until it fits the conditions between its fields."""
DEEPEST = 6
"""Below this depth a resource has only the fields that it must have."""

WORDS = [
    "stock", "web", "a", "orders-v2", "Gateway", "example.com/path", "*", "https://a.example.com", "System", "5s", "10", "",
    "0123456789abcdef" * 4,
]  # fmt: skip
KEYS = ["stock", "web", "orders-v2", "example.com/path"]
PORTS = ["8080", "9090"]
FORMATS = {
    "byte": ["", "aGVsbG8="],
    "duration": ["0s", "5s", "1h30m", "1.5m"],
    "duration-of-1ms": ["1ms", "5s", "1h30m", "0.25s"],
    "http-url": ["https://login.example.com/keys", "http://[2001:db8::1]:8080/"],
    "wasm-url": ["oci://registry.example.com/audit:1", "registry.example.com/audit", "file:///audit.wasm"],
}


def kinds() -> list[str]:
    """The types that have a schema, sorted."""
    files = sorted(SCHEMAS.glob("*.json"))
    return [file.stem for file in files if "x-versions" in json.loads(file.read_text("utf-8"))]


def resources(type_: str, istio_version: str = NEWEST) -> st.SearchStrategy[dict[str, Any]]:
    """Resources of a type that the API server accepts: any fields, respecting what excludes each other."""
    schema = schema_for(type_, istio_version)
    assert type_of(schema["x-group"], schema["title"]) == type_
    versions = [name for name, history in schema["x-versions"].items() if not history] or list(schema["x-versions"])
    by_version = {version: schema_for(type_, istio_version, version) for version in versions}

    def made(seed: int) -> dict[str, Any]:
        random = Random(seed)
        version = random.choice(versions)
        schema = by_version[version]
        return {
            "apiVersion": f"{schema['x-group']}/{version}",
            "kind": schema["title"],
            "metadata": {"name": "stock"} | ({"namespace": "orders"} if random.random() < 0.5 else {}),
            "spec": valid(schema["properties"]["spec"], schema, random),
        }

    return st.integers(0, 2**32).map(made)


def valid(node: Node, schema: Node, random: Random, depth: int = 0) -> Any:  # noqa: PLR0911
    """A value that a node of a schema accepts."""
    node = resolved(node, schema)
    if "enum" in node:
        return random.choice(node["enum"])
    types = node.get("type", "object")
    type_ = types if isinstance(types, str) else random.choice(types)
    if type_ == "integer":
        least = node.get("minimum", 0)
        return random.randint(least, min(node.get("maximum", 10**6), least + 10**6))
    if type_ == "number":
        return random.uniform(node.get("minimum", 0), node.get("maximum", 1000))
    if type_ == "string":
        return random.choice(_strings(node))
    if type_ == "array":
        return [valid(node.get("items", {}), schema, random, depth + 1) for _ in range(_length(node, random, depth))]
    if type_ == "object":
        return _mapping(node, schema, random, depth)
    return random.choice([True, False]) if type_ == "boolean" else None


def _strings(node: Node) -> list[str]:
    if "format" in node:
        return FORMATS[node["format"]]
    limits = [node, *(rule for rule in node.get("allOf", ()) if "if" not in rule)]
    found = [word for word in WORDS if all(_fits(word, limit) for limit in limits)]
    assert found, f"no word fits {limits}"
    return found


def _fits(word: str, limit: Node) -> bool:
    pattern = re.compile(limit.get("pattern", ""))
    refused = "not" in limit and word == limit["not"].get("const")
    return limit.get("minLength", 0) <= len(word) <= limit.get("maxLength", 99) and bool(pattern.search(word)) and not refused


def _length(node: Node, random: Random, depth: int) -> int:
    fewest = node.get("minItems", 0)
    keyed = node.get("uniqueItems") or any("x-list-map-keys" in rule for rule in [node, *node.get("allOf", ())])
    most = min(node.get("maxItems", 2), 1 if keyed or depth >= DEEPEST else 2)
    return random.randint(fewest, max(fewest, most))


def _mapping(node: Node, schema: Node, random: Random, depth: int) -> dict[str, Any]:
    values = node.get("additionalProperties")
    if isinstance(values, dict):
        keys = PORTS if "out-of-range" in json.dumps(node.get("allOf", [])) else ["stock", "web"]
        chosen = random.sample(keys, random.randint(node.get("minProperties", 0), 2))
        return {key: valid(values, schema, random, depth + 1) for key in chosen}
    if "properties" not in node:
        return {"anything": ["goes", None]}
    must = set(node.get("required", ()))
    must |= {next(iter(rule["x-fields"])) for rule in node.get("allOf", ()) if "anyOf" in rule}
    rules = node.get("allOf", ())
    for attempt in range(ATTEMPTS):
        made = {
            name: valid(node["properties"][name], schema, random, depth + 1)
            for name in sorted(_fields(node, must, random, depth, cautious=attempt % 2 == 0))
        }
        if all(is_valid(rule, made, validate_formats=True) for rule in rules if "if" in rule):
            break
    return made


def _fields(node: Node, must: set[str], random: Random, depth: int, *, cautious: bool) -> set[str]:
    """The fields to set; a cautious choice leaves out those with conditions."""
    chosen = set() if depth >= DEEPEST else {name for name in sorted(node["properties"]) if random.random() < 0.4}
    for rule in node.get("allOf", ()):
        fields = {*rule.get("x-fields", ()), *rule.get("x-at", ())} - must
        if "if" in rule:
            chosen -= fields if cautious else {name for name in sorted(fields) if random.random() < 0.5}
            chosen |= set() if cautious else {name for name in sorted(fields) if random.random() < 0.5}
        elif "not" in rule:
            present = sorted(chosen & {*rule["x-fields"]})
            chosen -= {*present[0 if must & {*rule["x-fields"]} else 1 :]}
    return must | chosen
