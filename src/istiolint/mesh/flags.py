"""Environment variables of istiod: the flags by which an installation turns features on and off."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import HELM_VALUES, Resource

FLAG_KINDS = ("Deployment", "Istio", "IstioOperator", HELM_VALUES)
"""Kinds that may set flags of istiod."""

_OFF = ("0", "f", "false", "", "none")
_WITHOUT_ISTIOD = ("remote", "empty")


class Flag(NamedTuple):
    """A variable: its name, where that is, and its value."""

    name: str
    at: Cursor
    value: Cursor


def flags_of(resource: Resource) -> Iterator[Flag]:
    """The variables that a resource sets for istiod."""
    if resource.type == "Deployment":
        if resource.labels.get("app") == "istiod":
            for container in resource.spec["template"]["spec"]["containers"]:
                yield from map(_variable, container["env"])
        return
    yield from map(_variable, resource.spec["components"]["pilot"]["k8s"]["env"])
    values = resource if resource.type == HELM_VALUES else resource.spec["values"]
    for variables in (values["pilot"]["env"], values["env"]):
        yield from (Flag(name, value, value) for name, value in variables.items())


class Flags:
    """The flags that the input sets, wherever istiod is installed from."""

    def __init__(self, resources: Iterable[Resource]):
        resources = list(resources)
        flags = [flag for resource in resources for flag in flags_of(resource)]
        self._installed = any(_installs_istiod(resource) for resource in resources)
        self._not_off = frozenset(flag.name for flag in flags if str(flag.value.value).lower() not in _OFF)
        self._on = frozenset(flag.name for flag in flags if str(flag.value.value).lower() in ("true", "1"))
        self._texts = {flag.name: flag.value for flag in reversed(flags) if flag.value.text}

    def text(self, name: str) -> Cursor | None:
        """Where some installation sets a flag to a text."""
        return self._texts.get(name)

    def on(self, name: str) -> bool:
        """Whether some installation turns a flag on."""
        return name in self._on

    def off(self, name: str) -> bool:
        """Whether a flag that is off by default stays off: the input installs istiod, never with a value that may be true."""
        return self._installed and name not in self._not_off


def _installs_istiod(resource: Resource) -> bool:
    """Whether a resource brings istiod with all its flags; the profile `remote` takes the istiod of another cluster."""
    if resource.type == "Deployment":
        return resource.labels.get("app") == "istiod"
    profile = (resource if resource.type == HELM_VALUES else resource.spec)["profile"].text
    return profile not in _WITHOUT_ISTIOD


def _variable(variable: Cursor) -> Flag:
    return Flag(variable["name"].text, variable["name"], variable["value"])
