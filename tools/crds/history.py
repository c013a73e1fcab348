"""The schemas of one release added to those of the releases before it: since when, and until when."""

from typing import Any

from crds.bundle import Node


def added(old: Node | None, new: Node, release: str) -> Node:
    """A node of an older and of this release's schema in one.

    What this release says holds; a field it brings gets `x-since`, one it lacks `x-removed`, a value of an enum it brings a place
    in `x-enum-since`, a field it no longer requires one in `x-required-until`.
    """
    if old is None:
        return new
    made = {key: value for key, value in new.items() if key not in ("properties", "items", "additionalProperties")}
    made |= {key: old[key] for key in ("x-since",) if key in old}
    made |= _enum(old, new, release) | _required(old, new, release)
    if "properties" in new:
        made["properties"] = _properties(old.get("properties", {}), new["properties"], release)
    for key in ("items", "additionalProperties"):
        if isinstance(new.get(key), dict):
            before = old.get(key)
            made[key] = added(before if isinstance(before, dict) else None, new[key], release)
        elif key in new:
            made[key] = new[key]
    return made


def _properties(old: Node, new: Node, release: str) -> Node:
    made: Node = {}
    for name in sorted({*old, *new}):
        if name not in new:
            made[name] = old[name] if _later(old[name], release) else {"x-removed": release} | old[name]
        elif name not in old:
            made[name] = new[name] | {"x-since": release}
        else:
            made[name] = added(old[name], new[name], release)
    return made


def _later(field: Node, release: str) -> bool:
    """Whether a field comes after a release."""
    since = field.get("x-since", "0")
    return [int(number) for number in since.split(".")] > [int(number) for number in release.split(".")]


def _enum(old: Node, new: Node, release: str) -> Node:
    if "enum" not in old or "enum" not in new:
        return {}
    since: dict[str, Any] = dict(old.get("x-enum-since", {}))
    since |= {value: release for value in new["enum"] if value not in old["enum"]}
    return {"x-enum-since": since} if since else {}


def _required(old: Node, new: Node, release: str) -> Node:
    until = dict(old.get("x-required-until", {}))
    until |= {name: release for name in old.get("required", ()) if name not in new.get("required", ())}
    return {"x-required-until": until} if until else {}
