"""Values of EnvoyFilters against the messages of Envoy's API."""

from typing import Any

import pytest

from istiolint.checks.extensions.envoy_decoding import Fault, Stranger, decode
from istiolint.istio.envoy_messages import enum_values, fields_of, json_name, split
from istiolint.resources.cursor import Cursor

CLUSTER = "envoy.config.cluster.v3.Cluster"
ANY = "google.protobuf.Any"


def faults(value: Any, type_: str) -> list[str]:
    found = decode(Cursor(None, ("value",), value), type_)  # type: ignore[arg-type]
    return [fault.message for fault in found if isinstance(fault, Fault)]


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (None, "string"), ("a", "string"), (5, "int32"), (5.0, "int32"), ("5", "uint64"), ("1e3", "double"), ("NaN", "double"),
        (True, "bool"), ("YQ==", "bytes"), ([None, 1], "[]int32"), ({"a": "b"}, "{string}string"),
        ({"1": {}}, "{uint32}" + CLUSTER),
        ("1m30s", "google.protobuf.Duration"), (5, "google.protobuf.UInt32Value"), ([1, "a"], "google.protobuf.Value"),
        ({"a": 1}, "google.protobuf.Struct"), ("2026-01-31T12:00:00Z", "google.protobuf.Timestamp"),
        ("STRICT_DNS", CLUSTER + ".DiscoveryType"), (2, CLUSTER + ".DiscoveryType"), ("A_NEW_TYPE", CLUSTER + ".DiscoveryType"),
        ({"@type": "type.googleapis.com/google.protobuf.StringValue", "value": "a"}, ANY),
        ({"@type": f"type.googleapis.com/{CLUSTER}", "connectTimeout": "1s"}, ANY), ({"@type": "a/example.Custom", "x": 1}, ANY),
        ("${VALUE}", "int32"), ({"connect_timeout": "${T}"}, CLUSTER),
    ],
)  # fmt: skip
def test_decoded(value: Any, type_: str) -> None:
    assert faults(value, type_) == []


@pytest.mark.parametrize(
    ("value", "type_", "words"),
    [
        (5, "string", "must be a string"), ("a", "int32", "must be a whole number"), (1.5, "int32", "must be a whole number"),
        (-1, "uint32", "from 0 to"), ("01", "int32", "must be a whole number"), ("true", "bool", "must be `true` or `false`"),
        ({}, "[]string", "must be a list"), ([], "{string}string", "must be a mapping"), ("x", CLUSTER, "must be a mapping"),
        ({"a": {}}, "{uint32}" + CLUSTER, "the key `a`"), (5, "google.protobuf.Duration", "must be a string such as `5s`"),
        ("5", "google.protobuf.Duration", "invalid duration"), ("?", "bytes", "base64"), (True, "double", "must be a number"),
        ("strict_dns", CLUSTER + ".DiscoveryType", "invalid `DiscoveryType`"),
        ({}, ANY, "has no `@type`"), ({"@type": None}, ANY, "is empty"), ({"@type": 5}, ANY, "must be a string"),
        ({"@type": "a/b c"}, ANY, "is not a valid message name"), ({"@type": "a.B"}, ANY, "is not a type URL"),
        ([], ANY, "must be a mapping"),
        ({"@type": "type.googleapis.com/google.protobuf.StringValue"}, ANY, "has no `value`"),
        ({"@type": "type.googleapis.com/envoy.config.cluster.v3.CLUSTER"}, ANY, "unknown Envoy message"),
        ({"circuit_breakers": {"thresholds": [{"max_retries": "x"}]}}, CLUSTER, "`max_retries` must be a whole number"),
    ],
)  # fmt: skip
def test_not_decoded(value: Any, type_: str, words: str) -> None:
    [message] = faults(value, type_)
    assert words in message


def test_unknown_fields() -> None:
    value = Cursor(None, ("value",), {"conect_timeout": "1s", "zzz": 1, "name": "a"})  # type: ignore[arg-type]
    found = [fault for fault in decode(value, CLUSTER) if isinstance(fault, Stranger)]
    assert [(stranger.field.name, stranger.meant) for stranger in found] == [("conect_timeout", "connect_timeout"), ("zzz", None)]


def test_all_types_of_the_table_are_known() -> None:
    todo, seen = [CLUSTER, "envoy.config.listener.v3.Listener"], set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        fields = fields_of(name)
        assert fields is not None, name
        for type_ in fields.values():
            bare = type_.removeprefix("[]").rpartition("}")[2]
            if "." in bare and not bare.startswith("google.protobuf.") and enum_values(bare) is None:
                todo.append(bare)
    assert len(seen) > 50


def test_names() -> None:
    assert json_name("typed_per_filter_config") == "typedPerFilterConfig"
    assert split("envoy.config.cluster.v3.Cluster.LbPolicy") == ("envoy.config.cluster.v3", "Cluster.LbPolicy")
