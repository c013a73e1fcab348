"""schemas/meshconfig.json: the messages and fields of the MeshConfig, the proxy configuration and the MeshNetworks.

The source has, for each field (`config:MeshConfig.trustDomain`) its `type` as in the protobuf definitions of istio/api, and the
releases in which it was `added`, `deprecated` and `removed` (null where it was not).
"""

import json
from typing import Any

OLDEST = 18
SCALARS = {
    "google.protobuf.BoolValue": "bool", "google.protobuf.Int32Value": "int32", "google.protobuf.Int64Value": "int64",
    "google.protobuf.Duration": "duration",
}  # fmt: skip


def entry(facts: dict[str, Any], message: str, known: set[str]) -> dict[str, Any]:
    """What is kept of a field: its type, and releases that matter."""
    type_ = facts["type"]
    inner = type_.removeprefix("map<string, ").removesuffix(">")
    found = {"type": SCALARS.get(type_, resolved(inner, message, known) or type_.rpartition(".")[2])}
    if type_ != inner:
        found["map"] = True
    if (since := facts["added"]) and not since.startswith("<=") and minor(since) > OLDEST:
        found["since"] = since
    if facts["removed"]:
        found["removed"] = facts["removed"]
    if facts["deprecated"]:
        found["deprecated"] = True
    return found


def resolved(type_: str, message: str, known: set[str]) -> str | None:
    """The full name of a message as protobuf finds it: within the message itself, then in those around it."""
    scope = message.split(".")
    for depth in range(len(scope), -1, -1):
        if (name := ".".join([*scope[:depth], type_])) in known:
            return name
    return None


def minor(version: str) -> int:
    return int(version.split(".")[1])


def text(fields: dict[str, Any]) -> str:
    """Return the table."""
    known = {name.partition(":")[2].rpartition(".")[0] for name in fields}
    messages: dict[str, dict[str, dict[str, Any]]] = {}
    for name, facts in sorted(fields.items()):
        message, _, field = name.partition(":")[2].rpartition(".")
        messages.setdefault(message, {})[field] = entry(facts, message, known)
    return json.dumps(messages, indent=1) + "\n"
