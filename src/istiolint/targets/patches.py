"""Patches of a kustomization: which resources they change, and how."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from istiolint.documents import Document
from istiolint.documents.derived import Provenance, Traced
from istiolint.primitives.patterns import late
from istiolint.primitives.re2_patterns import compiled
from istiolint.resources.cursor import Cursor
from istiolint.targets import json_patch
from istiolint.targets.piece import Piece
from istiolint.targets.strategic_merge import merge

_REQUIREMENT = late(r"\s*(!?)([^\s!=(),]+)\s*(?:(==|=|!=)\s*([^\s,]*)|(in|notin)\s*\(([^)]*)\))?\s*(?:,|$)")


class Patch(NamedTuple):
    """One document of a patch: at `content`; `target` is the selector in the kustomization, empty where the patch names its
    target itself."""

    content: Cursor
    target: Cursor
    keeps_names: bool = True

    @property
    def traced(self) -> Traced:
        """Its content, with where it is written."""
        return Traced(self.content.value, Provenance(self.content.document, self.content.path))


def apply(patches: Iterable[Patch], pieces: list[Piece]) -> Iterator[str]:
    """Apply patches in order, in place; yields in words what cannot be applied. What a patch deletes leaves the list."""
    for patch in patches:
        found = [piece for piece in pieces if _is_target(patch, piece)]
        for piece in found:
            try:
                changed = _patched(patch, piece)
            except json_patch.JsonPatchError as error:
                yield str(error)
                continue
            if changed is None:
                pieces.remove(piece)
            else:
                piece.change(changed, patch.content.document)
        if not found:
            yield "a patch matches no resource"


def _patched(patch: Patch, piece: Piece) -> Traced | None:
    if isinstance(patch.content.value, list):
        return json_patch.apply(piece.traced, patch.traced)
    changed = merge(piece.traced, patch.traced, piece.group)
    if changed is None or not patch.keeps_names:
        return changed
    for path in (("kind",), ("apiVersion",), ("metadata", "name"), ("metadata", "namespace")):
        was = piece.traced.get(*path)
        if was is not None:
            changed = changed.put(path, was)  # also where a patch repeats it to name its target
        elif changed.get(*path) is not None:
            changed = changed.drop(path)
    return changed


def _is_target(patch: Patch, piece: Piece) -> bool:
    if patch.target:
        return _is_selected(patch.target, piece)
    content = patch.content
    group, _, _ = content["apiVersion"].text.rpartition("/")
    namespace = content["metadata"]["namespace"].text
    return (
        content["kind"].text == piece.kind
        and group == piece.group
        and piece.is_called(content["metadata"]["name"].text)
        and (not namespace or namespace in (piece.namespace, *piece.former_namespaces))
    )


def _is_selected(target: Cursor, piece: Piece) -> bool:
    """As Kustomize selects: patterns match whole names, and a name that a resource had before counts as well."""
    names, namespaces = [piece.name, *piece.former_names], [piece.namespace, *piece.former_namespaces]
    fields = {
        "group": [piece.group], "version": [piece.version], "kind": [piece.kind], "name": names, "namespace": namespaces,
    }  # fmt: skip
    for field, values in fields.items():
        pattern = target[field].text
        if pattern and not any(_matches(pattern, value) for value in values):
            return False
    labels, annotations = (piece.traced.get("metadata", part) for part in ("labels", "annotations"))
    return _fits(target["labelSelector"].text, labels) and _fits(target["annotationSelector"].text, annotations)


def _matches(pattern: str, text: str) -> bool:
    if pattern == text:
        return True
    regex, _ = compiled(pattern)
    return regex is not None and regex.fullmatch(text) is not None


def _fits(selector: str, labels: Traced | None) -> bool:
    """Whether labels meet a selector as it is written in one line: `app=cart,tier in (web, api)`."""
    found: Mapping[str, object] = labels.value if labels and isinstance(labels.value, dict) else {}
    for match in _REQUIREMENT.finditer(selector):
        negated, key, operator, value, set_operator, values = match.groups()
        if operator in ("=", "=="):
            fits = found.get(key) == value
        elif operator == "!=":
            fits = found.get(key) != value
        elif set_operator:
            fits = (found.get(key) in [one.strip() for one in values.split(",")]) == (set_operator == "in")
        else:
            fits = (key in found) != bool(negated)
        if not fits:
            return False
    return True


def documents_of(patches: Iterable[Patch]) -> set[Document]:
    """The documents that patches are written in."""
    return {patch.content.document for patch in patches}
