"""Which ServiceEntries declare the same host and port."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from istiolint.cursor import Cursor
from istiolint.resource import Resource

EVERYWHERE = "*"


def scopes(resource: Resource) -> set[str]:
    """The namespaces to which `exportTo` shows a resource: `*` for all, `.` resolved to its own."""
    named = {item.text for item in resource.spec["exportTo"] if item.text}
    return {resource.namespace if name == "." else name for name in named} or {EVERYWHERE}


class ServiceEntries:
    """The ports of ServiceEntries, by host and number."""

    def __init__(self, entries: Iterable[Resource]):
        self._ports: dict[tuple[str, int], list[tuple[Resource, Cursor, set[str]]]] = defaultdict(list)
        for entry in entries:
            seen = scopes(entry)
            for host in entry.spec["hosts"]:
                for port in entry.spec["ports"]:
                    if host.text and (number := port["number"].number) is not None:
                        self._ports[host.text.lower(), number].append((entry, port, seen))

    def contradicting_ports(self, entry: Resource, port: Cursor) -> Iterator[tuple[Resource, Cursor]]:
        """Ports of other ServiceEntries for the same host and number, with another protocol, that some client sees as well."""
        seen = scopes(entry)
        for other, other_port, other_seen in self._same(entry, port):
            differs = other_port["protocol"].text.upper() != port["protocol"].text.upper()
            if other is not entry and differs and (seen & other_seen or EVERYWHERE in seen | other_seen):
                yield other, other_port

    def _same(self, entry: Resource, port: Cursor) -> Iterator[tuple[Resource, Cursor, set[str]]]:
        number = port["number"].number
        for host in entry.spec["hosts"]:
            yield from self._ports.get((host.text.lower(), number if number is not None else -1), ())
