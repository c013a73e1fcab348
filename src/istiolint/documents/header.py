"""What names an object, and by what others find it: stored beside its data, so that most objects need not be unpacked."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, NamedTuple


class Header(NamedTuple):
    """The name of an object, and the fields of its `spec` by which indexes find it.

    `host` is that of a DestinationRule; `hosts` and `gateways` are those of a VirtualService, "" instead of what is not text.
    """

    api_version: str
    kind: str
    name: str
    namespace: str
    host: str
    hosts: Sequence[str]
    gateways: Sequence[str]


def header_of(data: Any) -> Header | None:
    """Return the header of an object, as Resource reads it; None for a List, which consists of others."""
    api_version, kind, metadata = data.get("apiVersion"), data.get("kind"), data.get("metadata")
    if not isinstance(api_version, str) or not isinstance(kind, str) or ("items" in data and kind.endswith("List")):
        return None
    name, namespace = (metadata.get("name"), metadata.get("namespace")) if isinstance(metadata, dict) else (None, None)
    spec = data.get("spec")
    host, hosts, gateways = (spec.get(key) if isinstance(spec, dict) else None for key in ("host", "hosts", "gateways"))
    return Header(api_version, kind, _text(name), _text(namespace), _text(host), _texts(hosts), _texts(gateways))


HOST_OF, HOSTS_OF, GATEWAYS_OF = itemgetter(4), itemgetter(5), itemgetter(6)
"""These read one of the fields."""
HEADER_TYPES = (str, str, str, str, str, tuple, tuple)
"""The types of its fields as they are stored."""


def have_texts(fields: Sequence[Any]) -> bool:
    """Return whether the hosts and gateways among the fields of a header are text; most headers have neither."""
    hosts, gateways = fields[5], fields[6]
    return not (hosts or gateways) or all(type(text) is str for text in (*hosts, *gateways))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, value)) if isinstance(value, list) else ()
