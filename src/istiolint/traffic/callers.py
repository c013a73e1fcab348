"""The conditions of a match on who sends: gateways, labels and namespace of the client."""

from collections.abc import Hashable, Iterator
from typing import NamedTuple

MESH = "mesh"


class Callers(NamedTuple):
    """Proxies that a match is for. `gateways` is None where every gateway (or sidecar) of the VirtualService counts."""

    gateways: frozenset[str] | None = None
    labels: frozenset[tuple[str, str]] = frozenset()
    namespace: str = ""

    def covers(self, other: "Callers") -> bool:
        """Whether every proxy of the other is one of these."""
        return (
            (self.gateways is None or (other.gateways is not None and other.gateways <= self.gateways))
            and self.labels <= other.labels
            and self.namespace in ("", other.namespace)
        )

    def filings(self) -> Iterator[tuple[Hashable, ...]]:
        """Where an index can keep a match with these conditions; each filing is a set of keys."""
        if self.gateways:
            yield tuple(("gateway", gateway) for gateway in sorted(self.gateways))
        for label in sorted(self.labels):
            yield (("label", label),)
        if self.namespace:
            yield (("namespace", self.namespace),)

    def probes(self) -> Iterator[Hashable]:
        """Where matches that cover one with these conditions can be."""
        for gateway in sorted(self.gateways or ())[:1]:
            yield "gateway", gateway
        for label in sorted(self.labels):
            yield "label", label
        if self.namespace:
            yield "namespace", self.namespace


ANYONE = Callers()
"""No condition on who sends."""


class Binding(NamedTuple):
    """What a match inherits from its VirtualService: the namespace that short names of gateways are in, and its gateways.

    `gateways` is None for a delegate: it has those of the VirtualServices that delegate to it.
    """

    namespace: str
    gateways: frozenset[str] | None

    def qualified(self, gateway: str) -> str:
        """A gateway as `namespace/name`; `mesh` and legacy names of services stay as they are."""
        return gateway if "/" in gateway or "." in gateway or gateway == MESH else f"{self.namespace}/{gateway}"

    def callers(self, match: dict[str, object], *, gateways_only: bool) -> Callers | None:
        """The conditions of a match; None where they are of a wrong type.

        `gateways_only`: in an HTTP match that names gateways, Istio does not look at labels and namespace.
        """
        gateways, labels = match.get("gateways", []), match.get("sourceLabels", {})
        namespace = match.get("sourceNamespace", "")
        if not isinstance(gateways, list) or not isinstance(labels, dict) or not isinstance(namespace, str):
            return None
        if not all(isinstance(value, str) for value in (*gateways, *labels.values())):
            return None
        named = frozenset(map(self.qualified, gateways))
        if named and gateways_only:
            labels, namespace = {}, ""
        everywhere = not named or (self.gateways is not None and self.gateways <= named)
        return Callers(None if everywhere else named, frozenset(labels.items()), namespace)
