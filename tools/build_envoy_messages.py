"""Write schemas/envoy-messages.json: the fields of the messages of Envoy's API, for what EnvoyFilters patch in.

usage: python tools/build_envoy_messages.py [OUTPUT]

The descriptors come from the package `xds-protos` of the gRPC authors, which must be installed beside istiolint
(`pip install xds-protos`). Each message maps the names of its fields to their types: a scalar type of Protocol Buffers, or the
name of a message or enum; `[]` in front means a list, and `{KEY}` for a map. Enums list their values. Messages are listed
by package.
"""

import importlib
import json
import pkgutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

ROOTS = ("envoy", "udpa", "xds", "google", "opencensus", "opentelemetry", "cel")
START = ("envoy.config.", "envoy.extensions.", "envoy.type.", "udpa.type.", "xds.type.")
"""The packages that EnvoyFilters use; others are kept as far as these refer to them."""
OLD = ("v1", "v2", "v1alpha1", "v2alpha", "v2alpha1")
"""Versions of Envoy's API that Istio does not know any longer."""
SCALARS = {
    1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 6: "uint64", 7: "uint32", 8: "bool", 9: "string", 12: "bytes",
    13: "uint32", 15: "int32", 16: "int64", 17: "int32", 18: "int64",
}  # fmt: skip


def modules() -> list[ModuleType]:
    """Import the modules of all descriptors."""
    found = []
    for root in ROOTS:
        package = importlib.import_module(root)
        for info in pkgutil.walk_packages(package.__path__, f"{root}."):
            if info.name.endswith("_pb2"):
                try:
                    found.append(importlib.import_module(info.name))
                except ImportError:
                    print(f"{info.name}: left out, it cannot be imported", file=sys.stderr)
    return found


def type_of(field: Any) -> str:
    """Return the type of a field as the table writes it."""
    message = field.message_type
    if message is not None and message.GetOptions().map_entry:
        return f"{{{type_of(message.fields_by_name['key'])}}}{type_of(message.fields_by_name['value'])}"
    name = message.full_name if message is not None else field.enum_type.full_name if field.enum_type else SCALARS[field.type]
    return f"[]{name}" if field.is_repeated else name


def add(descriptor: Any, package: str, messages: dict[str, Any], enums: dict[str, Any]) -> None:
    """Add a message, and those that are declared within it."""
    if descriptor.GetOptions().map_entry:
        return
    name = descriptor.full_name.removeprefix(f"{package}.")
    messages.setdefault(package, {})[name] = {field.name: type_of(field) for field in descriptor.fields}
    for nested in descriptor.nested_types:
        add(nested, package, messages, enums)
    for enum in descriptor.enum_types:
        enums[enum.full_name] = [value.name for value in enum.values]


def table() -> dict[str, Any]:
    """Return the whole table."""
    messages: dict[str, Any] = {}
    enums: dict[str, Any] = {}
    for module in modules():
        descriptor = module.DESCRIPTOR
        if not descriptor.package or descriptor.package.startswith("google.protobuf"):
            continue
        for message in descriptor.message_types_by_name.values():
            add(message, descriptor.package, messages, enums)
        for enum in descriptor.enum_types_by_name.values():
            enums[enum.full_name] = [value.name for value in enum.values]
    return reachable(messages, enums)


def reachable(messages: dict[str, Any], enums: dict[str, Any]) -> dict[str, Any]:
    """Return the packages to start from with all that their fields refer to."""
    places = {f"{package}.{name}": (package, name) for package, found in messages.items() for name in found}
    todo = [full for full, (package, _) in places.items() if _is_start(package)]
    kept: dict[str, Any] = {}
    values: dict[str, Any] = {}
    while todo:
        full = todo.pop()
        package, name = places[full]
        if name in kept.setdefault(package, {}):
            continue
        fields = kept[package][name] = messages[package][name]
        for type_ in fields.values():
            bare = type_.removeprefix("[]").rpartition("}")[2]
            if bare in places:
                todo.append(bare)
            elif bare in enums:
                values[bare] = enums[bare]
    return {"enums": dict(sorted(values.items())), "messages": dict(sorted(kept.items()))}


def _is_start(package: str) -> bool:
    current = package.rpartition(".")[2] not in OLD or not package.startswith("envoy.")
    return current and package.startswith(START)


def main() -> None:
    output = Path(sys.argv[1] if len(sys.argv) > 1 else "schemas/envoy-messages.json")
    made = table()
    packages = ",\n".join(
        f"  {json.dumps(name)}: {json.dumps(found, separators=(',', ':'), sort_keys=True)}"
        for name, found in made["messages"].items()
    )
    enums = ",\n".join(
        f"  {json.dumps(name)}: {json.dumps(values, separators=(',', ':'))}" for name, values in made["enums"].items()
    )
    output.write_text(f'{{\n "enums": {{\n{enums}\n }},\n "messages": {{\n{packages}\n }}\n}}\n', "utf-8")
    count = sum(map(len, made["messages"].values()))
    print(f"{output}: {count} messages, {len(made['enums'])} enums, {output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
