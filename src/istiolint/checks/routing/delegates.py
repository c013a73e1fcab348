"""Delegate routes that Istio drops because their match is not covered by the root's match."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from istiolint.documents.placeholders import can_be_name
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateways import gateway_name
from istiolint.mesh.virtual_services import delegates
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_TEXTS = ("uri", "scheme", "method", "authority")
_MAPS = ("headers", "withoutHeaders", "queryParams")


class _Conflict(NamedTuple):
    """The condition of a delegate that conflicts with the root's, and how to fix it."""

    at: Cursor
    hint: str


class _Namespaces(NamedTuple):
    """The namespaces in which a root and its delegate look up names without one."""

    root: str
    delegate: str


@check("delegate-outside-root-match", severity="error", evidence="contradiction", kinds=["VirtualService"])
def delegate_outside_root_match(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report delegate routes whose match is not covered by any match of the root."""
    if virtual_service.spec["hosts"]:
        return
    handing = [
        (root, at, list(at_route["match"]))
        for root in mesh.virtual_services.roots(virtual_service)
        if not mesh.exclusive(virtual_service, root)
        for at_route, at in _delegating(root, virtual_service)
    ]
    for route in virtual_service.spec["http"] if handing else ():
        found = [
            (root, at, conflict)
            for root, at, theirs in handing
            if (conflict := _outside(route["match"], theirs, _Namespaces(root.namespace, virtual_service.namespace))) is not None
        ]
        if len(found) == len(handing):
            root, at, conflict = found[0]
            yield finding(
                conflict.at,
                f"match is not covered by the match in {root.title} that delegates here; Istio drops this route",
                hint=conflict.hint,
                related=[(at, "delegated from here")],
            )


def _delegating(root: Resource, delegate: Resource) -> Iterator[tuple[Cursor, Cursor]]:
    """The routes of a root that delegate to a VirtualService, each with its `delegate`."""
    wanted = {str(at.path) for namespace, name, at in delegates(root) if (namespace, name) == (delegate.namespace, delegate.name)}
    for route in root.spec["http"]:
        if str(route["delegate"].path) in wanted:
            yield route, route["delegate"]


def _outside(own: Cursor, theirs: Sequence[Cursor], namespaces: _Namespaces) -> _Conflict | None:
    """The conflict of the first match of a delegate that conflicts with every match of the root."""
    if not theirs:
        return None
    for match in own:
        conflicts = [_conflict(root, match, namespaces) for root in theirs]
        known = [conflict for conflict in conflicts if conflict is not None]
        if len(known) == len(conflicts):
            return known[0]
    return None


def _conflict(root: Cursor, match: Cursor, namespaces: _Namespaces) -> _Conflict | None:
    """How a match of a delegate conflicts with one of the root (Istio's hasConflict)."""
    for name in _TEXTS:
        if hint := _text_conflict(root[name], match[name]):
            return _Conflict(match[name], hint)
    for name in _MAPS:
        for key, value in match[name].items():
            if hint := _text_conflict(root[name][key], value):
                return _Conflict(value, hint)
    return _other_conflict(root, match) or _gateway_conflict(root, match, namespaces)


def _other_conflict(root: Cursor, match: Cursor) -> _Conflict | None:
    """How the conditions conflict that do not compare texts by exact, prefix and regex."""
    case = root["ignoreUriCase"].value is True
    if case != (match["ignoreUriCase"].value is True) and not root["ignoreUriCase"].text and not match["ignoreUriCase"].text:
        at = match["ignoreUriCase"] if match["ignoreUriCase"].exists else match
        return _Conflict(at, f"set `ignoreUriCase: {str(case).lower()}`, as in the root's match: the two must agree")
    ports = root["port"].number, match["port"].number
    if all(ports) and ports[0] != ports[1]:
        return _Conflict(match["port"], f"remove `port`, which the route takes from the root ({ports[0]})")
    namespaces = root["sourceNamespace"].literal, match["sourceNamespace"].literal
    if all(namespaces) and namespaces[0] != namespaces[1]:
        return _Conflict(
            match["sourceNamespace"], f"remove `sourceNamespace`, which the route takes from the root (`{namespaces[0]}`)"
        )
    for key, value in match["sourceLabels"].items():
        theirs = root["sourceLabels"][key]
        if theirs.literal and value.literal and theirs.literal != value.literal:
            return _Conflict(value, f"remove the label, which the route takes from the root (`{theirs.literal}`)")
    return None


def _gateway_conflict(root: Cursor, match: Cursor, namespaces: _Namespaces) -> _Conflict | None:
    """The first gateway of a delegate's match that the root's match does not list."""
    listed = list(root["gateways"])
    theirs = {gateway_name(each.text, namespaces.root) for each in listed}
    if not listed or not all(each.literal for each in listed):
        return None
    for gateway in match["gateways"]:
        if gateway.literal and gateway_name(gateway.text, namespaces.delegate) not in theirs:
            words = " or ".join(f"`{each}`" for each in sorted(map(str, theirs)))
            return _Conflict(gateway, f"use only gateways of the root's match: {words}")
    return None


def _text_conflict(root: Cursor, leaf: Cursor) -> str:
    """How to fix a condition of a delegate that conflicts with the root's (Istio's stringMatchConflict); "" if none does."""
    if (
        not root.mapping
        or not leaf.mapping
        or any(not can_be_name(str(value)) for value in (*root.mapping.values(), *leaf.mapping.values()))
    ):
        return ""
    kinds = ("exact", "prefix", "regex")
    written = any(leaf[kind].text for kind in kinds)
    if (root["regex"].text and written) or (leaf["regex"].text and any(root[kind].text for kind in kinds)):
        return f"remove one of the two: a `regex` on either side conflicts with any other condition on `{leaf.name}`"
    if exact := root["exact"].text:
        conflict = bool(leaf["prefix"].text) or leaf["exact"].text != exact
        return f"remove the condition: the route takes `exact: {exact}` from the root" if conflict else ""
    if prefix := root["prefix"].text:
        text = leaf["prefix"].text or leaf["exact"].text
        return f"start it with the root's prefix `{prefix}`" if text and not text.startswith(prefix) else ""
    return ""
