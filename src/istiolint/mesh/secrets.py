"""Which Secrets there are, or will be made by an operator."""

from collections import defaultdict
from collections.abc import Iterable

from istiolint.resources.resource import Resource


class Secrets:
    """Names of Secrets by namespace: those of the input and those that its other resources ask operators for."""

    def __init__(self, secrets: Iterable[Resource], makers: Iterable[Resource]):
        self._namespaces: dict[str, set[str]] = defaultdict(set)
        for secret in secrets:
            self._namespaces[secret.name].add(secret.namespace)
        self._made: set[tuple[str, str]] = set()
        for maker in makers:
            spec = maker.spec
            named = spec["secretName"].text or spec["target"]["name"].text or spec["template"]["metadata"]["name"].text
            self._made.add((maker.namespace, named or maker.name))

    def may_exist(self, namespace: str, name: str) -> bool:
        """Whether a Secret is in the input, or asked for there."""
        return namespace in self._namespaces.get(name, ()) or (namespace, name) in self._made

    def namespaces_of(self, name: str) -> list[str]:
        """The namespaces that have a Secret of this name, sorted."""
        return sorted(self._namespaces.get(name, ()))
