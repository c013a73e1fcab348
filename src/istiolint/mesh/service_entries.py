"""Which ServiceEntries declare the same host and port."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from istiolint.mesh.visibility import Scope, scope_of
from istiolint.primitives.ports import RAW_TCP, on_the_wire
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource


class ServiceEntries:
    """The ports of ServiceEntries, by host and number."""

    def __init__(self, entries: Iterable[Resource]):
        self._ports: dict[tuple[str, int], list[tuple[Resource, Cursor, Scope]]] = defaultdict(list)
        self._without_address: dict[int, list[tuple[Resource, Cursor, Scope]]] = defaultdict(list)
        for entry in entries:
            seen = scope_of(entry)
            for port in entry.spec["ports"] if not entry.spec["addresses"] else ():
                if (number := port["number"].number) is not None and is_raw_tcp(port):
                    self._without_address[number].append((entry, port, seen))
            for host in entry.spec["hosts"]:
                for port in entry.spec["ports"]:
                    if host.text and (number := port["number"].number) is not None:
                        self._ports[host.text.lower(), number].append((entry, port, seen))

    def contradicting_ports(self, entry: Resource, port: Cursor) -> Iterator[tuple[Resource, Cursor]]:
        """Ports of other ServiceEntries for the same host and number, with another protocol, that some client sees as well."""
        for other, other_port in self.same_ports(entry, port):
            if on_the_wire(other_port["protocol"].text) != on_the_wire(port["protocol"].text):
                yield other, other_port

    def same_ports(self, entry: Resource, port: Cursor) -> Iterator[tuple[Resource, Cursor]]:
        """Ports of other ServiceEntries for the same host and number that some client sees as well."""
        seen = scope_of(entry)
        for other, other_port, other_seen in self._same(entry, port):
            if other is not entry and _meet(seen, other_seen):
                yield other, other_port

    def sharing_listener(self, entry: Resource, port: Cursor) -> Iterator[tuple[Resource, Cursor]]:
        """TCP ports of the same number in other ServiceEntries without addresses, for other hosts, that some client sees."""
        seen, hosts = scope_of(entry), {host.text.lower() for host in entry.spec["hosts"]}
        for other, other_port, other_seen in self._without_address.get(port["number"].number or -1, ()):
            theirs = {host.text.lower() for host in other.spec["hosts"]}
            if other is not entry and not hosts & theirs and _meet(seen, other_seen):
                yield other, other_port

    def _same(self, entry: Resource, port: Cursor) -> Iterator[tuple[Resource, Cursor, Scope]]:
        number = port["number"].number
        for host in entry.spec["hosts"]:
            yield from self._ports.get((host.text.lower(), number if number is not None else -1), ())


def is_raw_tcp(port: Cursor) -> bool:
    """Whether connections to a port carry no host name, so that only the address distinguishes them."""
    return port["protocol"].text.upper() in ("", *RAW_TCP)


def _meet(one: Scope, other: Scope) -> bool:
    return bool(one & other) or "*" in one | other
