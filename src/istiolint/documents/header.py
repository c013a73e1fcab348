"""What names an object, and by what others find it: stored apart from its data, so that most objects need not be unpacked."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias


class Header(NamedTuple):
    """The name of an object, and the fields of its `spec` by which indexes find it."""

    api_version: str
    kind: str
    name: str
    namespace: str
    spec: "SpecHeader | tuple[()]"
    """Nothing where it has none of the fields."""


SpecHeader: TypeAlias = tuple[str, Sequence[str], Sequence[str]]
"""`host` of a DestinationRule, `hosts` and `gateways` of a VirtualService, "" instead of what is not text."""
NO_HEADER: SpecHeader = ("", (), ())


def header_of(data: Any) -> Header | None:
    """Return the header of an object, as Resource reads it; None for a List, which consists of others."""
    api_version, kind, metadata = data.get("apiVersion"), data.get("kind"), data.get("metadata")
    if not isinstance(api_version, str) or not isinstance(kind, str) or ("items" in data and kind.endswith("List")):
        return None
    name, namespace = (metadata.get("name"), metadata.get("namespace")) if isinstance(metadata, dict) else (None, None)
    return Header(api_version, kind, _text(name), _text(namespace), _spec_header(data.get("spec")))


def _spec_header(spec: Any) -> SpecHeader | tuple[()]:
    if not isinstance(spec, dict) or not ("host" in spec or "hosts" in spec or "gateways" in spec):
        return ()
    found = _text(spec.get("host")), _texts(spec.get("hosts")), _texts(spec.get("gateways"))
    return () if found == NO_HEADER else found


def is_spec_header(fields: Sequence[Any]) -> bool:
    """Return whether a tuple of a stored header has the form of a SpecHeader, or is empty."""
    if not fields:
        return True
    host, hosts, gateways = fields
    return type(host) is str and type(hosts) is type(gateways) is tuple and {str}.issuperset(map(type, hosts + gateways))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, value)) if isinstance(value, list) else ()
