"""Listeners: the servers of Gateways and Sidecars."""

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from istiolint.primitives.addresses import UNIX
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource

Part: TypeAlias = Literal["servers", "ingress", "egress"]
PARTS: dict[str, tuple[Part, ...]] = {"Gateway": ("servers",), "Sidecar": ("ingress", "egress")}
LARGEST_NUMBER = 2**32 - 1
"""What the schema allows; it reports larger and negative numbers."""


class Listener(NamedTuple):
    """An item of `servers` (Gateway), `ingress` or `egress` (Sidecar)."""

    part: Part
    cursor: Cursor

    @property
    def port(self) -> Cursor:
        """`port`."""
        return self.cursor["port"]

    @property
    def number(self) -> int | None:
        """`port.number`, 0 where none is set; None without a port, or where the schema rejects the number."""
        if not isinstance(self.port.value, dict):
            return None
        number = 0 if self.port["number"].value is None else self.port["number"].number
        return number if number is not None and 0 <= number <= LARGEST_NUMBER else None

    @property
    def protocol(self) -> str:
        """`port.protocol` in upper case."""
        return self.port["protocol"].text.upper()

    @property
    def bind(self) -> Cursor:
        """`bind`."""
        return self.cursor["bind"]

    @property
    def takes_sockets(self) -> bool:
        """Whether it may listen on a Unix domain socket."""
        return self.part != "ingress"

    @property
    def on_socket(self) -> bool:
        """Whether it listens on a Unix domain socket."""
        return self.takes_sockets and self.bind.text.startswith(UNIX)


def listeners(resource: Resource) -> Iterator[Listener]:
    """The servers or listeners of a Gateway or Sidecar."""
    for part in PARTS[resource.type or ""]:
        for item in resource.spec[part]:
            yield Listener(part, item)
