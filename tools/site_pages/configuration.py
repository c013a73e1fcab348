"""The page of the configuration file: all settings, from its schema."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from istiolint.data import folder
from istiolint.settings import Settings

SCHEMA = "istiolint-config.schema.json"
PAGE = Path(__file__).parents[2] / "docs/configuration.md"
START = "\n## All settings\n"
"""Where the generated part of the page starts."""
TYPES = {"string": "text", "boolean": "true or false", "integer": "a number", "number": "a number", "null": "nothing"}


def configuration() -> str:
    """The page docs/configuration.md with all settings as the schema describes them."""
    schema = json.loads((folder("schemas") / SCHEMA).read_text("utf-8"))
    settings = (_setting(name, node, schema) for name, node in schema["properties"].items())
    return PAGE.read_text("utf-8").partition(START)[0] + START + "".join(settings)


def _setting(name: str, node: dict[str, Any], schema: dict[str, Any]) -> str:
    found = _resolved(node, schema)
    lines = [f"\n### {name}\n\n{_words(found)}\n\n- Value: {_type(found, schema)}.\n"]
    if (default := _default(name)) is not None:
        lines.append(f"- Default: `{default}`.\n")
    lines += [
        f"- `{path}`: {_words(inner)} Value: {_type(inner, schema)}{_otherwise(inner)}.\n"
        for path, inner in _within(found, schema)
        if "description" in inner
    ]
    return "".join(lines)


def _otherwise(node: dict[str, Any]) -> str:
    return f", {node['default']:g} by default" if "default" in node else ""


def _words(node: dict[str, Any]) -> str:
    """A description as Markdown: its patterns are no emphasis."""
    text: str = node.get("description", "")
    return text.replace("*", "\\*")


def _default(name: str) -> str | None:
    """What holds where a setting is left out, if that is a plain value."""
    value = getattr(Settings(), name.replace("-", "_"), None)
    return str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) and value else None


def _within(node: dict[str, Any], schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """The settings inside a mapping; `NAME` is a key that users choose."""
    named = node.get("properties", {})
    chosen = node.get("additionalProperties")
    for key, inner in (*named.items(), *([("NAME", chosen)] if isinstance(chosen, dict) else [])):
        found = _resolved(inner, schema)
        below = f"{path}{key}"
        if key != "NAME":
            yield below, found
        if inner.get("$ref") != "#/$defs/parameters":  # they are listed once, at the setting of this name
            yield from _within(found, schema, f"{below}.")


def _type(node: dict[str, Any], schema: dict[str, Any]) -> str:
    """What a setting takes, in words."""
    node = _resolved(node, schema)
    if choices := node.get("enum"):
        return "one of " + ", ".join(f"`{choice}`" for choice in choices)
    if "type" not in node and (either := node.get("oneOf") or node.get("anyOf")):
        return ", or ".join(_type(one, schema) for one in either)
    match node.get("type"):
        case "array":
            kind = _type(node.get("items", {}), schema)
            return "a list, such as `[one, two]`" if kind == TYPES["string"] else f"a list of {kind}"
        case "object":
            inner = node.get("additionalProperties")
            return f"a mapping from names to {_type(inner, schema)}" if isinstance(inner, dict) else "a mapping"
        case str() as kind:
            return TYPES[kind]
        case _:
            return "any value"


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    target: Any = schema
    for step in node["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    return {**target, **node}
