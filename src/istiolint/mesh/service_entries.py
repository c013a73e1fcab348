"""Which ServiceEntries declare the same host and port."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from istiolint.mesh.visibility import Scope, scope_of
from istiolint.primitives.ports import on_the_wire
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource


class ServiceEntries:
    """The ports of ServiceEntries, by host and number."""

    def __init__(self, entries: Iterable[Resource]):
        self._ports: dict[tuple[str, int], list[tuple[Resource, Cursor, Scope]]] = defaultdict(list)
        for entry in entries:
            seen = scope_of(entry)
            for host in entry.spec["hosts"]:
                for port in entry.spec["ports"]:
                    if host.text and (number := port["number"].number) is not None:
                        self._ports[host.text.lower(), number].append((entry, port, seen))

    def contradicting_ports(self, entry: Resource, port: Cursor) -> Iterator[tuple[Resource, Cursor]]:
        """Ports of other ServiceEntries for the same host and number, with another protocol, that some client sees as well."""
        seen = scope_of(entry)
        for other, other_port, other_seen in self._same(entry, port):
            differs = on_the_wire(other_port["protocol"].text) != on_the_wire(port["protocol"].text)
            if other is not entry and differs and (seen & other_seen or "*" in seen | other_seen):
                yield other, other_port

    def _same(self, entry: Resource, port: Cursor) -> Iterator[tuple[Resource, Cursor, Scope]]:
        number = port["number"].number
        for host in entry.spec["hosts"]:
            yield from self._ports.get((host.text.lower(), number if number is not None else -1), ())
