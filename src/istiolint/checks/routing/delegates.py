"""Delegate routes that Istio drops because their match is not covered by the root's match."""

from collections.abc import Iterator, Sequence

from istiolint.documents.placeholders import can_be_name
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.virtual_services import delegates
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_TEXTS = ("uri", "scheme", "method", "authority")
_MAPS = ("headers", "withoutHeaders", "queryParams")


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
        found = [(root, at, field) for root, at, theirs in handing if (field := _outside(route["match"], theirs)) is not None]
        if len(found) == len(handing):
            root, at, field = found[0]
            yield finding(
                field,
                f"match is not covered by the match in {root.title} that delegates here; Istio drops this route",
                hint="use a prefix that starts with the root's prefix; a `regex` on either side conflicts with any other "
                f"condition on `{field.name}`",
                related=[(at, "delegated from here")],
            )


def _delegating(root: Resource, delegate: Resource) -> Iterator[tuple[Cursor, Cursor]]:
    """The routes of a root that delegate to a VirtualService, each with its `delegate`."""
    wanted = {str(at.path) for namespace, name, at in delegates(root) if (namespace, name) == (delegate.namespace, delegate.name)}
    for route in root.spec["http"]:
        if str(route["delegate"].path) in wanted:
            yield route, route["delegate"]


def _outside(own: Cursor, theirs: Sequence[Cursor]) -> Cursor | None:
    """The field of the first match of a delegate that conflicts with every match of the root."""
    if not theirs:
        return None
    for match in own:
        conflicts = [_conflict(root, match) for root in theirs]
        fields = [field for field in conflicts if field is not None]
        if len(fields) == len(conflicts):
            return fields[0]
    return None


def _conflict(root: Cursor, match: Cursor) -> Cursor | None:
    """The field by which a match of a delegate conflicts with one of the root (Istio's hasConflict)."""
    for name in _TEXTS:
        if _text_conflicts(root[name], match[name]):
            return match[name]
    for name in _MAPS:
        for key, value in match[name].items():
            if _text_conflicts(root[name][key], value):
                return value
    if root["port"].number and match["port"].number and root["port"].number != match["port"].number:
        return match["port"]
    return None


def _text_conflicts(root: Cursor, leaf: Cursor) -> bool:
    """Whether a condition of a delegate asks for something else than the root's (Istio's stringMatchConflict)."""
    if (
        not root.mapping
        or not leaf.mapping
        or any(not can_be_name(str(value)) for value in (*root.mapping.values(), *leaf.mapping.values()))
    ):
        return False
    written = any(leaf[kind].text for kind in ("exact", "prefix", "regex"))
    if (root["regex"].text and written) or (leaf["regex"].text and any(root[kind].text for kind in ("exact", "prefix", "regex"))):
        return True
    if exact := root["exact"].text:
        return bool(leaf["prefix"].text) or leaf["exact"].text != exact
    if prefix := root["prefix"].text:
        text = leaf["prefix"].text or leaf["exact"].text
        return bool(text) and not text.startswith(prefix)
    return False
