"""Symbols of documents, and code lenses: how many workloads a selector selects, and a request to trace."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.server.meaning import selected
from istiolint.trace.model import model_of
from istiolint.trace.request import Request
from istiolint.trace.suggestions import requests_to
from istiolint.trace.text import render
from istiolint.trace.tracer import Tracer

_PARTS = ("http", "tcp", "tls", "servers", "subsets", "rules", "ports", "listeners")
"""Lists of `spec` whose items are symbols."""


class Lens(NamedTuple):
    """A line of text above a field; `route` is the number of the route that can be traced, None for no command."""

    at: Cursor
    title: str
    route: int | None = None


def lenses(resource: Resource, mesh: Mesh) -> Iterator[Lens]:
    """Yield the code lenses of a resource."""
    if found := selected(resource, mesh):
        yield Lens(found[0], f"{found[1]} workload{'' if found[1] == 1 else 's'} selected")
    if resource.type == "VirtualService":
        for number, route in enumerate(resource.spec["http"]):
            yield Lens(route, "trace a request to this route", number)


def trace_route(resource: Resource, route: int, mesh: Mesh) -> str | None:
    """Trace a request that matches a route of a VirtualService; None where no such request is known."""
    found: Sequence[Request] = requests_to(model_of(mesh), resource, route)
    return render(Tracer(mesh).trace(found[0])) if found else None


class Symbol(NamedTuple):
    """A resource, or an item of one of its lists, and what is inside."""

    name: str
    detail: str
    at: Cursor
    children: "tuple[Symbol, ...]" = ()


def symbol(resource: Resource) -> Symbol:
    """Return the symbol of a resource."""
    children = tuple(
        Symbol(item["name"].text or f"{part}[{number}]", part, item)
        for part in _PARTS
        for number, item in enumerate(resource.spec[part])
    )
    return Symbol(resource.title, resource.api_version, resource, children)
