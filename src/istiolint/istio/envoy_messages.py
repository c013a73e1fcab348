"""The messages of Envoy's API: which fields they have, and of which types (schemas/envoy-messages.json)."""

from functools import cache
from typing import Any

from istiolint.data import read

Fields = dict[str, str]
"""The types of fields by name; the prefix `[]` means a list, `{KEY}` a map."""


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = read("envoy-messages")
    return table


def enum_values(name: str) -> tuple[str, ...] | None:
    """Return the values of an enum; None for what is not a known enum."""
    values = _table()["enums"].get(name)
    return tuple(values) if values is not None else None


def fields_of(name: str) -> Fields | None:
    """Return the fields of a message by its full name; None for what is not a known message."""
    package, message = split(name)
    fields: Fields | None = _table()["messages"].get(package, {}).get(message)
    return fields


def messages_of(package: str) -> tuple[str, ...]:
    """Return the names of the messages of a package."""
    return tuple(_table()["messages"].get(package, ()))


def split(name: str) -> tuple[str, str]:
    """Split the full name of a message into package and message: packages are in lower case."""
    parts = name.split(".")
    at = next((index for index, part in enumerate(parts) if part[:1].isupper()), len(parts))
    return ".".join(parts[:at]), ".".join(parts[at:])


def json_name(field: str) -> str:
    """Return the name of a field in JSON: `connectTimeout` for `connect_timeout`."""
    first, *others = field.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)
