"""What sidecars take from VirtualServices for one host: routes of several, where no connection meets two of them.

Istio builds routes for each port and client by itself, and leaves a VirtualService without any such route out.
"""

from collections.abc import Iterator
from typing import NamedTuple

from istiolint.mesh.gateways import MESH
from istiolint.mesh.host_index import overlap
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource


class _Reach(NamedTuple):
    """The connections of sidecars that one match is for; None and empty values are for all."""

    kind: str
    port: int | None
    hosts: tuple[str, ...]
    namespace: str
    labels: dict[str, str]


def routes_apart(one: Resource, other: Resource) -> bool:
    """Return whether no connection of a sidecar meets routes of both VirtualServices."""
    theirs = list(_reaches(other))
    return not any(_meet(ours, each) for ours in _reaches(one) for each in theirs)


def _reaches(virtual_service: Resource) -> Iterator[_Reach]:
    for kind in ("http", "tls", "tcp"):
        for route in virtual_service.spec[kind]:
            matches = list(route["match"])
            if not matches:
                yield _Reach(kind, None, (), "", {})
            yield from (_reach(kind, match) for match in matches if _is_for_sidecars(match))


def _is_for_sidecars(match: Cursor) -> bool:
    return not match["gateways"] or any(gateway.text == MESH for gateway in match["gateways"])


def _reach(kind: str, match: Cursor) -> _Reach:
    hosts = tuple(host.text for host in match["sniHosts"] if host.text)
    return _Reach(kind, match["port"].number, hosts, match["sourceNamespace"].text, match["sourceLabels"].labels)


def _meet(one: _Reach, other: _Reach) -> bool:
    return (
        one.kind == other.kind
        and (one.port == other.port or None in (one.port, other.port))
        and (not (one.hosts and other.hosts) or any(overlap(host, each) for host in one.hosts for each in other.hosts))
        and (one.namespace == other.namespace or "" in (one.namespace, other.namespace))
        and all(other.labels.get(key, value) == value for key, value in one.labels.items())
    )
