"""Decode values of EnvoyFilters as Istio does: from JSON to messages of Envoy's API (golang/protobuf, package jsonpb)."""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from typing import NamedTuple

from istiolint.documents.placeholders import has_variable
from istiolint.findings.finding import Place
from istiolint.istio.envoy_messages import enum_values, fields_of, json_name, messages_of, split
from istiolint.primitives.durations import nanoseconds
from istiolint.resources.cursor import Cursor
from istiolint.schema.fault import quoted, shown
from istiolint.schema.spelling import nearest

TYPE = "@type"
_PREFIX = "google.protobuf."
_URL = "type.googleapis.com/"
_WRAPPED = {
    "BoolValue": "bool", "BytesValue": "bytes", "DoubleValue": "double", "FloatValue": "float", "Int32Value": "int32",
    "Int64Value": "int64", "StringValue": "string", "UInt32Value": "uint32", "UInt64Value": "uint64",
}  # fmt: skip
_WELL_KNOWN = frozenset((*_WRAPPED, "Any", "Duration", "Empty", "ListValue", "Struct", "Timestamp", "Value"))
_INTEGERS = {
    "int32": (-(2**31), 2**31), "int64": (-(2**63), 2**63), "uint32": (0, 2**32), "uint64": (0, 2**64),
}  # fmt: skip
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?|NaN|-?Infinity", re.ASCII)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}([.,]\d+)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*", re.ASCII)
_OLD = re.compile(r"^envoy\.(.*\.)?v2(alpha1?)?\.")
_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]*", re.ASCII)
_MOST_LETTERS = 2


class Fault(NamedTuple):
    """Why a value cannot be decoded, in words that name it."""

    at: Cursor | Place
    message: str
    hint: str | None = None


class Stranger(NamedTuple):
    """An unknown field of a message, and the field that was probably meant. Istio only warns about it."""

    field: Cursor
    message: str
    meant: str | None


def decode(value: Cursor, type_: str) -> Iterator[Fault | Stranger]:
    """Yield what is wrong with a value of a type from the table of messages. A null means no value, and is valid."""
    if value.value is None or has_variable(value.text):
        return
    if type_.startswith("[]"):
        if isinstance(value.value, list):
            for item in value:
                yield from decode(item, type_[2:])
        else:
            yield _not(value, "a list")
    elif type_.startswith("{"):
        yield from _map(value, *type_[1:].split("}", 1))
    elif type_.startswith(_PREFIX):
        yield from _well_known(value, type_.removeprefix(_PREFIX))
    elif "." not in type_:
        yield from _scalar(value, type_)
    elif (values := enum_values(type_)) is not None:
        yield from _enum(value, type_, values)
    else:
        yield from _message(value, type_)


def _not(value: Cursor, wanted: str, hint: str | None = None) -> Fault:
    return Fault(value, f"{_called(value)} must be {wanted}, not {shown(value.value)}", hint)


def _called(value: Cursor) -> str:
    name = next((step for step in reversed(value.path) if isinstance(step, str)), "")
    return f"an item of `{name}`" if isinstance(value.name, int) else f"`{name}`"


def _map(value: Cursor, key_type: str, value_type: str) -> Iterator[Fault | Stranger]:
    if not isinstance(value.value, dict):
        yield _not(value, "a mapping")
    for key, item in value.items():
        if key_type != "string" and not _INTEGER.fullmatch(key):
            yield Fault(item.key, f"the key `{key}` is not a whole number")
        yield from decode(item, value_type)


def _message(value: Cursor, type_: str) -> Iterator[Fault | Stranger]:
    fields = fields_of(type_)
    if fields is None:
        return
    if not isinstance(value.value, dict):
        yield _not(value, "a mapping")
        return
    by_name = {name: (field, kind) for field, kind in fields.items() for name in (field, json_name(field))}
    for name, item in value.items():
        if name in by_name:
            yield from decode(item, by_name[name][1])
        elif name != TYPE and not has_variable(name):
            near = nearest(name, fields if name.islower() else map(json_name, fields))
            yield Stranger(item, type_, near[0][1] if near else None)


def _well_known(value: Cursor, name: str) -> Iterator[Fault | Stranger]:
    if name == "Any":
        yield from _any(value)
    elif name in _WRAPPED:
        yield from _scalar(value, _WRAPPED[name])
    elif name == "Duration":
        if not isinstance(value.value, str):
            yield _not(value, "a string such as `5s`", f"use `{value.value}s`" if value.number is not None else None)
        elif nanoseconds(value.text) is None:
            yield Fault(value, f"invalid duration {quoted(value.text)}", "use a number with a unit, such as `250ms` or `5s`")
    elif name == "Timestamp":
        if not isinstance(value.value, str) or not _TIME.fullmatch(value.text):
            yield _not(value, "a time such as `2026-01-31T12:00:00Z`")
    elif name in ("Struct", "Empty") and not isinstance(value.value, dict):
        yield _not(value, "a mapping")
    elif name == "ListValue" and not isinstance(value.value, list):
        yield _not(value, "a list")


def _any(value: Cursor) -> Iterator[Fault | Stranger]:
    if not isinstance(value.value, dict):
        yield _not(value, f"a mapping with `{TYPE}`")
        return
    type_ = value[TYPE]
    if not type_.exists:
        yield Fault(value.key, f"{_called(value)} has no `{TYPE}`", f"set `{TYPE}` to `{_URL}` followed by the message name")
    elif type_.value is None or type_.value == "":
        yield Fault(type_.key, f"`{TYPE}` is empty", f"use `{_URL}` followed by the message name")
    elif not isinstance(type_.value, str):
        yield _not(type_, "a string", f"use `{_URL}` followed by the message name")
    elif not has_variable(type_.text):
        yield from _content(value, type_, type_.text.rpartition("/")[2])


def _content(value: Cursor, type_: Cursor, name: str) -> Iterator[Fault | Stranger]:
    well_known = name.removeprefix(_PREFIX)
    if name.startswith(_PREFIX) and well_known in _WELL_KNOWN:
        if not value["value"].exists:
            yield Fault(type_, f"`{name}` has no `value`", "move the content to `value`")
        else:
            yield from _well_known(value["value"], well_known)
    elif "/" not in type_.text:
        yield Fault(type_, f"{quoted(type_.text)} is not a type URL", f"use `{_URL}{name}`")
    elif _OLD.search(name):
        yield Fault(type_, f"`{name}` belongs to Envoy API v2, which Istio 1.8 removed", "use types and fields of Envoy API v3")
    elif not _NAME.fullmatch(name):
        yield Fault(type_, f"{quoted(type_.text)} is not a valid message name", "use a type from Envoy's API reference")
    elif fields_of(name) is not None:
        yield from _message(value, name)
    else:
        package, message = split(name)
        near = [known for distance, known in nearest(message, messages_of(package)) if distance <= _MOST_LETTERS]
        if near:
            meant = f"{type_.text.removesuffix(name)}{package}.{near[0]}"
            yield Fault(type_, f"unknown Envoy message `{name}`", f"did you mean `{meant}`?")


def _scalar(value: Cursor, type_: str) -> Iterator[Fault]:
    found = value.value
    if type_ == "bool":
        if not isinstance(found, bool):
            yield _not(value, "`true` or `false`")
    elif type_ == "string":
        if not isinstance(found, str):
            yield _not(value, "a string", "put it in quotes" if not isinstance(found, (dict, list)) else None)
    elif type_ == "bytes":
        if not isinstance(found, str) or not _is_base64(found):
            yield _not(value, "a base64 string")
    elif type_ in _INTEGERS:
        low, high = _INTEGERS[type_]
        number = int(found) if isinstance(found, str) and _INTEGER.fullmatch(found) and len(found) < 30 else value.number
        if number is None or not low <= number < high:
            yield _not(value, f"a whole number from {low} to {high - 1}" if number is not None else "a whole number")
    elif (
        isinstance(found, bool)
        or not isinstance(found, (int, float, str))
        or (isinstance(found, str) and not _NUMBER.fullmatch(found))
    ):
        yield _not(value, "a number")


def _enum(value: Cursor, type_: str, values: tuple[str, ...]) -> Iterator[Fault]:
    if isinstance(value.value, str):
        if value.text in values:
            return
        near = nearest(value.text, values)
        # Istio may accept values that are newer than the table
        if near or not _CONSTANT.fullmatch(value.text):
            hint = f"did you mean `{near[0][1]}`?" if near else f"use one of {', '.join(f'`{known}`' for known in values[:12])}"
            yield Fault(value, f"invalid `{type_.rpartition('.')[2]}` {quoted(value.text)}", hint)
    elif value.number is None:
        yield _not(
            value, f"a value of `{type_.rpartition('.')[2]}`", f"use one of {', '.join(f'`{name}`' for name in values[:12])}"
        )


def _is_base64(text: str) -> bool:
    try:
        b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except (Error, ValueError):
        return False
    return True
