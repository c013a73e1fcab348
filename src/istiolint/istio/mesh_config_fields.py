"""The fields of the MeshConfig, the proxy configuration and the MeshNetworks (schemas/meshconfig.json)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from istiolint.data import read
from istiolint.resources.cursor import Cursor

WORDS: dict[str, tuple[str, ...]] = {
    "NormalizationType": ("DEFAULT", "NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"),
    "Mode": ("REGISTRY_ONLY", "ALLOW_ANY", "PASSTHROUGH", "LOCALHOST"),
    "TLSProtocol": ("TLS_AUTO", "TLSV1_2", "TLSV1_3"),
    "AccessLogEncoding": ("TEXT", "JSON"),
    "IngressControllerMode": ("UNSPECIFIED", "OFF", "DEFAULT", "STRICT"),
    "ForwardClientCertDetails": (
        "UNDEFINED", "SANITIZE", "FORWARD_ONLY", "APPEND_FORWARD", "SANITIZE_SET", "ALWAYS_FORWARD_ONLY",
    ),
    "TracingServiceName": ("APP_LABEL_AND_NAMESPACE", "CANONICAL_NAME_ONLY", "CANONICAL_NAME_AND_NAMESPACE"),
    "H2UpgradePolicy": ("DO_NOT_UPGRADE", "UPGRADE"),
    "InboundInterceptionMode": ("REDIRECT", "TPROXY", "NONE"),
}  # fmt: skip
"""The words that fields of a type take (those of traffic out of the mesh and into it share one name of type)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A field of a message. `type` is a scalar's, `duration`, or the name of a message; a `map` has values of that type."""

    type: str
    map: bool = False
    since: str | None = None
    removed: str | None = None
    deprecated: bool = False


class Placed(NamedTuple):
    """A field as it is written: its value, what it should be (None for an unknown field), and its siblings by name."""

    at: Cursor
    setting: Setting | None
    siblings: tuple[str, ...]


@cache
def messages() -> dict[str, dict[str, Setting]]:
    """All messages by name, each with its fields."""
    data = read("meshconfig")
    return {message: {name: Setting(**facts) for name, facts in fields.items()} for message, fields in data.items()}


def placed(config: Cursor, message: str) -> Iterator[Placed]:
    """All fields within a message, as far as messages are known. Names may be written as protobuf has them (`trust_domain`)."""
    fields = messages()[message]
    for name, value in config.items():
        setting = fields.get(_camel(name))
        yield Placed(value, setting, tuple(fields))
        if setting is not None and setting.type in messages():
            values = [item for _, item in value.items()] if setting.map else [value, *value]
            for item in values:
                yield from placed(item, setting.type)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in others)
