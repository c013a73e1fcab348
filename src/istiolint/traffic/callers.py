"""The conditions of a match on the client: gateways, labels and namespace."""

from collections.abc import Hashable, Iterator
from typing import NamedTuple

MESH = "mesh"


class Callers(NamedTuple):
    """The proxies that a match applies to. `gateways` is None if it applies to all gateways of the VirtualService."""

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
        """Alternative sets of keys under which an index can store a match with these conditions."""
        if self.gateways:
            yield tuple(("gateway", gateway) for gateway in sorted(self.gateways))
        for label in sorted(self.labels):
            yield (("label", label),)
        if self.namespace:
            yield (("namespace", self.namespace),)

    def probes(self) -> Iterator[Hashable]:
        """The keys under which matches that cover one with these conditions are stored."""
        for gateway in sorted(self.gateways or ())[:1]:
            yield "gateway", gateway
        for label in sorted(self.labels):
            yield "label", label
        if self.namespace:
            yield "namespace", self.namespace


ANYONE = Callers()
"""No condition on who sends."""


class Binding(NamedTuple):
    """The context of a match in its VirtualService: the namespace of short gateway names, and the gateways.

    `gateways` is None for a delegate, which has those of the VirtualServices that delegate to it.
    """

    namespace: str
    gateways: frozenset[str] | None

    def qualified(self, gateway: str) -> str:
        """Return a gateway as `namespace/name`; `mesh` and legacy host names stay unchanged."""
        return gateway if "/" in gateway or "." in gateway or gateway == MESH else f"{self.namespace}/{gateway}"

    def callers(self, match: dict[str, object], *, gateways_only: bool) -> Callers | None:
        """Return the conditions of a match; None if they have a wrong type.

        `gateways_only`: in an HTTP match that names gateways, Istio ignores labels and namespace.
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
