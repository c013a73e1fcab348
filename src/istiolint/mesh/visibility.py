"""To which namespaces a resource is shown: `exportTo`, the annotation of Services, and the mesh-wide defaults."""

from collections.abc import Iterable
from typing import TypeAlias

from istiolint.resources.resource import Resource

Scope: TypeAlias = frozenset[str]
"""Names of namespaces; `*` means all of them. The empty scope contains no namespace."""

_ALL = ("*",)
EVERYWHERE: Scope = frozenset(_ALL)
SERVICE_ANNOTATION = "networking.istio.io/exportTo"
_FIELDS = frozenset((SERVICE_ANNOTATION, "exportTo", "workloadSelector"))


def scope_of(resource: Resource, default: Iterable[str] = _ALL) -> Scope:
    """Which namespaces see a Service, ServiceEntry, VirtualService or DestinationRule.

    `default` is the mesh-wide setting for its kind. A DestinationRule for some workloads never leaves its namespace.
    """
    if _FIELDS.isdisjoint(resource.keys):
        if tuple(default) == _ALL:
            return EVERYWHERE
        written = []
    elif resource.type == "Service":
        written = [name.strip() for name in resource.annotations.get(SERVICE_ANNOTATION, "").split(",")]
    elif resource.type == "DestinationRule" and resource.spec["workloadSelector"].exists:
        written = ["."]
    else:
        written = [name.text for name in resource.spec["exportTo"]]
    names = {name for name in written if name} or set(default)
    return frozenset(resource.namespace if name == "." else name for name in names if name != "~")


def sees(namespace: str, scope: Scope) -> bool:
    """Whether what is shown to `scope` is seen in a namespace."""
    return namespace in scope or "*" in scope


def in_words(scope: Scope) -> str:
    """A scope as messages show it."""
    if "*" in scope:
        return "all namespaces"
    return " and ".join(f"`{name}`" for name in sorted(scope)) or "no namespace"
