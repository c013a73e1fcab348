"""Routes, matches and destinations in messages, and the places of findings about them."""

from collections.abc import Iterator

from istiolint.findings.finding import Place
from istiolint.resources.cursor import Cursor

_CONDITIONS = ("uri", "method", "authority", "scheme", "headers", "queryParams", "withoutHeaders", "sniHosts", "port")
_SHOWN = 2


def head(item: Cursor) -> Place:
    """Return the first key of a mapping: a finding about the entire mapping marks only its first line."""
    first = next(iter(item.mapping), None)
    return item.place if first is None else item[first].key


def label(route: Cursor) -> str:
    """Return a route in words: its name, or its position."""
    name = route["name"].text
    return f"`{name}`" if name else f"{route.path[-2]}[{route.name}]"


def in_words(match: Cursor) -> str:
    """Return the conditions of a match in words, the first two of them in full."""
    words = [text for field in _CONDITIONS for text in _condition(match[field], field)]
    words += [name for name in ("sourceLabels", "sourceNamespace", "gateways", "destinationSubnets") if match[name]]
    more = [f"{len(words) - _SHOWN} more"] if len(words) > _SHOWN else []
    return " and ".join(words[:_SHOWN] + more) or "a match without conditions"


def _condition(cursor: Cursor, field: str) -> Iterator[str]:
    if field in ("headers", "queryParams", "withoutHeaders"):
        names = {"headers": "header", "queryParams": "query parameter", "withoutHeaders": "without header"}
        for name, value in cursor.items():
            yield f"{names[field]} `{name}`{_string(value)}"
    elif field == "sniHosts":
        yield from (f"SNI `{host.text}`" for host in cursor if host.text)
    elif field == "port":
        yield from [f"port {cursor.number}"] if cursor.number else []
    elif cursor.mapping:
        yield field + _string(cursor)


def _string(condition: Cursor) -> str:
    return next((f" {form} `{text.text}`" for form, text in condition.items()), "")


def title(destination: Cursor) -> str:
    """Return a weighted destination in words: host and subset."""
    target = destination["destination"]
    return " ".join(filter(None, (target["host"].text, target["subset"].text))) or "?"
