"""What a kustomization sets in all its resources: namespace, names, labels, annotations, replicas, variables."""

import re
from collections.abc import Callable, Iterable, Mapping

from istiolint.documents.derived import Provenance, Traced
from istiolint.findings.finding import Path
from istiolint.primitives.patterns import late
from istiolint.resources.cursor import Cursor
from istiolint.targets.piece import Piece

_UNNAMED = ("APIService", "CustomResourceDefinition", "Namespace")
"""Kinds whose names Kustomize leaves alone."""
_POD_TEMPLATES: dict[str, Path] = {
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    **dict.fromkeys(
        ("DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"), ("spec", "template")
    ),
}
_SELECTORS: dict[str, Path] = {
    "Service": ("spec", "selector"),
    "ReplicationController": ("spec", "selector"),
    **dict.fromkeys(
        ("DaemonSet", "Deployment", "PodDisruptionBudget", "ReplicaSet", "StatefulSet"), ("spec", "selector", "matchLabels")
    ),
    "NetworkPolicy": ("spec", "podSelector", "matchLabels"),
}  # fmt: skip
_WITH_SCHEMA = ("", "apps", "batch", "policy", "extensions", "networking.k8s.io")
_REFERENCES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ServiceAccount", ("serviceAccountName",)),
    ("ServiceAccount", ("serviceAccount",)),
    ("ConfigMap", ("volumes", "*", "configMap", "name")),
    ("Secret", ("volumes", "*", "secret", "secretName")),
)
"""Names that a pod's spec refers to, and of what kind."""
_INGRESS_SERVICE = ("spec", "rules", "*", "http", "paths", "*", "backend", "service", "name")
_VARIABLE = late(r"\$\{(\w+)(?::?[-=]([^}]*))?\}")


def set_namespace(pieces: Iterable[Piece], namespace: Cursor) -> None:
    """`namespace`: of all resources that live in one; a Namespace itself is renamed."""
    origin = Provenance(namespace.document, namespace.path)
    for piece in pieces:
        if piece.kind == "Namespace" and piece.group == "":
            piece.former_names.append(piece.name)
            piece.put(("metadata", "name"), namespace.text, origin)
        elif piece.is_namespaced:
            piece.former_namespaces.append(piece.namespace)
            piece.put(("metadata", "namespace"), namespace.text, origin)


def set_default_namespace(pieces: Iterable[Piece], namespace: Cursor) -> None:
    """Where resources go that name no namespace: the destination of an Argo CD Application."""
    unplaced = [piece for piece in pieces if not piece.namespace and piece.kind != "Namespace"]
    set_namespace(unplaced, namespace)


def rename(pieces: list[Piece], prefix: str, suffix: str, at: Cursor) -> None:
    """`namePrefix` and `nameSuffix`: of the resources, and of what the fields of Kubernetes' own kinds refer to.

    Kustomize does not know references in Istio's kinds: hosts keep their old names.
    """
    if not prefix and not suffix:
        return
    renamed: dict[str, dict[str, str]] = {}
    for piece in pieces:
        name = piece.traced.get("metadata", "name")
        if name is None or not isinstance(name.value, str) or piece.kind in _UNNAMED:
            continue
        new = f"{prefix}{name.value}{suffix}"
        renamed.setdefault(piece.kind, {})[name.value] = new
        piece.former_names.append(name.value)
        piece.change(piece.traced.put(("metadata", "name"), Traced(new, name.origin.inexact())), at.document)
    for piece in pieces:
        for kind, path in _references(piece):
            _rename_at(piece, path, renamed.get(kind, {}), at)


def _references(piece: Piece) -> Iterable[tuple[str, tuple[str, ...]]]:
    template = ("spec",) if piece.kind == "Pod" else (*_POD_TEMPLATES.get(piece.kind, ()), "spec")
    if len(template) > 1 or piece.kind == "Pod":
        yield from ((kind, (*map(str, template), *path)) for kind, path in _REFERENCES)
    if piece.kind == "Ingress":
        yield "Service", _INGRESS_SERVICE
    if piece.kind == "StatefulSet":
        yield "Service", ("spec", "serviceName")


def _rename_at(piece: Piece, path: tuple[str, ...], names: Mapping[str, str], by: Cursor) -> None:
    for place in _places(piece.traced, path):
        found = piece.traced.get(*place)
        if found and isinstance(found.value, str) and found.value in names:
            piece.change(piece.traced.put(place, Traced(names[found.value], found.origin.inexact())), by.document)


def _places(traced: Traced, path: tuple[str, ...], done: Path = ()) -> Iterable[Path]:
    """Yield the paths that exist; `*` means each item of a list."""
    if not path:
        yield done
        return
    if path[0] == "*":
        for number, item in enumerate(traced.items()):
            yield from _places(item, path[1:], (*done, number))
    elif found := traced.get(path[0]):
        yield from _places(found, path[1:], (*done, path[0]))


def add_labels(pieces: Iterable[Piece], labels: Cursor, *, selectors: bool, templates: bool) -> None:
    """`commonLabels` and `labels`: on resources, and where asked for on pod templates and in selectors."""
    for piece in pieces:
        paths: list[Path] = [("metadata", "labels")]
        known = piece.group in _WITH_SCHEMA
        if known and (templates or selectors) and piece.kind in _POD_TEMPLATES:
            paths.append((*_POD_TEMPLATES[piece.kind], "metadata", "labels"))
        if known and selectors and piece.kind in _SELECTORS:
            path = _SELECTORS[piece.kind]
            if piece.kind not in ("NetworkPolicy", "PodDisruptionBudget") or piece.traced.get(*path):
                paths.append(path)
        for path in paths:
            _add(piece, path, labels)


def add_annotations(pieces: Iterable[Piece], annotations: Cursor) -> None:
    """`commonAnnotations`: on resources and their pod templates."""
    for piece in pieces:
        _add(piece, ("metadata", "annotations"), annotations)
        if piece.kind in _POD_TEMPLATES and piece.group in _WITH_SCHEMA:
            _add(piece, (*_POD_TEMPLATES[piece.kind], "metadata", "annotations"), annotations)


def _add(piece: Piece, path: Path, added: Cursor) -> None:
    for key, value in added.items():
        piece.put((*path, key), _as_text(value.value), Provenance(value.document, value.path))


def write_annotations_as_text(piece: Piece) -> None:
    """Kustomize writes annotations as strings, whatever they were."""
    annotations = piece.traced.get("metadata", "annotations")
    for key, value in annotations.value.items() if annotations and isinstance(annotations.value, dict) else ():
        if isinstance(value, bool | int | float) and annotations:
            origin = annotations.origin.child(key)
            piece.traced = piece.traced.put(("metadata", "annotations", key), Traced(_as_text(value), origin.inexact()))


def _as_text(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def set_replicas(pieces: Iterable[Piece], replicas: Cursor) -> None:
    """`replicas`: of the workloads with a name."""
    for entry in replicas:
        for piece in pieces:
            if entry["count"].number is not None and piece.is_called(entry["name"].text) and piece.kind in _POD_TEMPLATES:
                piece.put(("spec", "replicas"), entry["count"].number, Provenance(entry.document, (*entry.path, "count")))


def substitute(pieces: Iterable[Piece], variables: Mapping[str, str], by: Cursor) -> None:
    """Flux's `postBuild.substitute`: `${name}` and `${name:=default}` in all texts; what no value is known for stays."""

    def value(match: re.Match[str]) -> str:
        name, default = match.groups()
        return variables.get(name, match[0] if default is None else default)

    change: Callable[[str], str] = lambda text: _VARIABLE.sub(value, text) if "${" in text else text  # noqa: E731
    for piece in pieces:
        piece.change(piece.traced.map_texts(change), by.document)
