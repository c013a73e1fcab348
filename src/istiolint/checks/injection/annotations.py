"""Istio's annotations and labels: known names, the kinds that support them, and their valid values."""

from collections.abc import Iterator
from functools import lru_cache

from istiolint.findings.finding import Finding, Fix, Move, Rename
from istiolint.istio.annotation_values import fault
from istiolint.istio.annotations import DRY_RUN, GONE, INGRESS_CLASS, INTERNAL, Known, Sort, is_istio_key, known
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import PROXY_CONFIG
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import WORKLOADS, annotated_types, is_istio
from istiolint.resources.resource import Resource, once
from istiolint.rules.check import check, finding
from istiolint.settings import Settings, minor

KINDS = annotated_types()
SET_BY_ISTIO = ("sidecar.istio.io/status", "gateway.istio.io/controller-version", "istio.io/rev")
INJECT = "sidecar.istio.io/inject"
POD_LABELS = (INJECT, "istio.io/dataplane-mode", "istio-injection")
"""Labels that only work on pods or namespaces, but are often set on a controller."""


def _metadata(resource: Resource) -> Iterator[tuple[str, Cursor]]:
    """Yield every `metadata` of a resource with the type of its owner: its own, and its pods'."""
    yield resource.type or "", resource.metadata
    if resource.type in WORKLOADS and resource.type != "Pod":
        template = resource.spec["jobTemplate"]["spec"] if resource.type == "CronJob" else resource.spec
        yield "Pod", template["template"]["metadata"]
    if resource.type == "WorkloadGroup":
        yield "WorkloadEntry", resource.spec["metadata"]


def _ours(resource: Resource, sort: Sort) -> Iterator[tuple[str, str, Cursor, Known | None]]:
    """Yield the type of the owner, the name, the value and the known facts of each key of Istio's."""
    if not _are_any_ours(resource.keys):
        return
    for of, type_, name, value, facts in _all_ours(resource):
        if of == sort:
            yield type_, name, value, facts


@lru_cache(maxsize=4096)
def _are_any_ours(keys: frozenset[str]) -> bool:
    return any(map(is_istio_key, keys))


@once
def _all_ours(resource: Resource) -> Iterator[tuple[Sort, str, str, Cursor, Known | None]]:
    sorts: tuple[Sort, ...] = ("annotations", "labels")
    for sort in sorts:
        for type_, metadata in _metadata(resource):
            for name, value in metadata[sort].items():
                if is_istio_key(name) and name not in SET_BY_ISTIO:
                    yield sort, type_, name, value, known(sort).get(name)


@check(
    "unknown-annotation",
    severity="warning",
    evidence="document",
    kinds=KINDS,
    codes=["IST0108"],
    fixable=True,
    when=["annotations"],
)
def unknown_annotation(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report annotations under istio.io that no Istio version knows, or not the target version."""
    for _, name, value, facts in _ours(resource, "annotations"):
        if facts is None and not name.startswith(INTERNAL) and name not in GONE:  # the rule removed-label reports those
            yield _unknown(name, value, "annotations")
        elif facts and not facts.works_in(mesh.settings):
            yield _other_version(name, value, facts, mesh.settings)


@check("unknown-label", severity="warning", evidence="document", kinds=KINDS, fixable=True, when=["labels"])
def unknown_label(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report labels that look like misspelled labels of Istio's."""
    for _, name, value, facts in _ours(resource, "labels"):
        if facts is None and (near := _near(name, "labels")):
            yield finding(
                value.key,
                f"unknown label `{name}`; Istio ignores it",
                hint=f"did you mean `{near}`?",
                fix=_rename(name, near, value),
            )


def _unknown(name: str, value: Cursor, sort: Sort) -> Finding:
    if name in known("labels"):
        return finding(
            value.key,
            f"`{name}` is set as an annotation instead of a label; Istio ignores it",
            hint="move it to `labels`",
            fix=_to_labels(value),
        )
    near = _near(name, sort)
    hint = f"did you mean `{near}`?" if near else None
    # names under istio.io that resemble none of Istio's usually belong to other controllers
    return finding(
        value.key,
        f"unknown annotation `{name}`; Istio ignores it",
        hint=hint,
        severity=None if near else "info",
        fix=_rename(name, near, value) if near else None,
    )


def _rename(name: str, near: str, value: Cursor) -> Fix:
    return Fix(f"rename `{name}` to `{near}`", (Rename(value.place, near),), safe=name.lower() == near.lower())


def _to_labels(value: Cursor) -> Fix:
    return Fix(f"move `{value.name}` to `labels`", (Move(value.place, (*value.path[:-2], "labels", value.name)),), safe=False)


def _other_version(name: str, value: Cursor, facts: Known, settings: Settings) -> Finding:
    removed = facts.removed and settings.istio_minor >= minor(facts.removed)
    when = f"was removed in Istio {facts.removed}" if removed else f"requires Istio {facts.since}"
    return finding(value.key, f"annotation `{name}` {when}; Istio {settings.istio_version} ignores it")


def _near(name: str, sort: Sort) -> str | None:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    lowered = {candidate: candidate.lower() for candidate in known(sort)}
    found = process.extractOne(name.lower(), lowered, scorer=OSA.distance, score_cutoff=2 + len(name) // 20)
    return found[2] if found else None


@check(
    "misplaced-annotation",
    severity="warning",
    evidence="document",
    kinds=KINDS,
    codes=["IST0107"],
    when=["annotations"],
)
def misplaced_annotation(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report annotations on a kind that does not support them."""
    for type_, name, value, facts in _ours(resource, "annotations"):
        refused = name == DRY_RUN and is_istio(type_)  # the rule invalid-dry-run reports it
        if facts and "Any" not in facts.kinds and type_ not in facts.kinds and not refused:
            yield _misplaced(resource, name, value, "annotation", facts.kinds)


@check("misplaced-label", severity="warning", evidence="document", kinds=list(WORKLOADS))
def misplaced_label(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report labels for pods or namespaces on a controller."""
    for name, value in resource.metadata["labels"].items():
        if name == "istio-injection":
            yield _misplaced(resource, name, value, "label", ("Namespace",))
        elif name in POD_LABELS and resource.type != "Pod" and not _on_pods(resource, name):
            yield _misplaced(resource, name, value, "label", ("Pod",))


def _on_pods(resource: Resource, name: str) -> bool:
    return any(metadata["labels"][name].exists for type_, metadata in _metadata(resource) if type_ == "Pod")


def _misplaced(resource: Resource, name: str, value: Cursor, what: str, kinds: tuple[str, ...]) -> Finding:
    names = [kind.removeprefix("Kubernetes") for kind in kinds]
    hint = f"move it to the {' or the '.join(names)}"
    if "Pod" in kinds and resource.type in WORKLOADS:
        where = "spec.jobTemplate.spec.template" if resource.type == "CronJob" else "spec.template"
        hint = f"move it to `{where}.metadata.{what}s`"
    elif name == "istio-injection":
        hint = f"set it on the Namespace, or set `{INJECT}` on the pods"
    return finding(value.key, f"{what} `{name}` has no effect on a {resource.kind}", hint=hint)


@check(
    "invalid-annotation-value",
    severity="warning",
    evidence="document",
    kinds=KINDS,
    codes=["IST0125"],
    when=["annotations"],
)
def invalid_annotation_value(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report values that the sidecar injector or the proxy cannot parse."""
    for type_, name, value, facts in _ours(resource, "annotations"):
        # environment variables in a proxy configuration are not placeholders
        if name != PROXY_CONFIG and value.unresolved:
            continue
        if facts and type_ in facts.kinds and isinstance(value.value, str) and (wrong := fault(name, value.text)):
            yield finding(value, f"invalid value `{value.text}` for annotation `{name}`: {wrong.why}", hint=wrong.instead)


@check(
    "deprecated-annotation",
    severity="info",
    evidence="document",
    kinds=KINDS,
    codes=["IST0135"],
    fixable=True,
    fold="file",
    when=["annotations"],
)
def deprecated_annotation(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report deprecated annotations."""
    for type_, metadata in _metadata(resource):
        for name, value in metadata["annotations"].items():
            facts = known("annotations").get(name)
            replaced = name == INJECT and metadata["labels"][INJECT].exists
            if facts and facts.deprecated and facts.works_in(mesh.settings) and not replaced and name not in SET_BY_ISTIO:
                hint = f"use the label `{INJECT}` on the {'pod' if type_ == 'Pod' else 'pods'}" if name == INJECT else None
                fix = _to_labels(value) if name == INJECT and type_ == "Pod" else None
                message = f"annotation `{name}` is deprecated; a later Istio release may ignore it"
                yield finding(value.key, message, hint=hint, fix=fix)


@check(
    "alpha-annotation",
    severity="info",
    evidence="heuristic",
    tags=["production"],
    kinds=KINDS,
    codes=["IST0136"],
    default=False,
    when=["annotations"],
)
def alpha_annotation(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report alpha annotations."""
    for _, name, value, facts in _ours(resource, "annotations"):
        if facts and facts.stage == "alpha" and name != INGRESS_CLASS and not _set_by_init(resource, name):
            yield finding(value.key, f"annotation `{name}` is alpha; any Istio release may change or remove it")


def _set_by_init(resource: Resource, name: str) -> bool:
    """Return whether the injector set a traffic annotation for the CNI plugin: the pod has no istio-init container."""
    capture = ("interceptionMode", "includeInboundPorts", "excludeInboundPorts", "includeOutboundIPRanges")
    init = any(container["name"].text == "istio-init" for container in resource.spec["initContainers"])
    return resource.type == "Pod" and not init and name.partition("/")[2] in capture
