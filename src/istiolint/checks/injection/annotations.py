"""Istio's annotations and labels: known names, the kinds on which they work, and the values that they take."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding, Fix, Move, Rename
from istiolint.istio.annotation_values import fault
from istiolint.istio.annotations import DRY_RUN, INGRESS_CLASS, INTERNAL, Known, Sort, is_istio_key, known
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import PROXY_CONFIG
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import WORKLOADS, annotated_types, is_istio
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.settings import Settings, minor

KINDS = annotated_types()
SET_BY_ISTIO = ("sidecar.istio.io/status", "gateway.istio.io/controller-version", "istio.io/rev")
INJECT = "sidecar.istio.io/inject"
POD_LABELS = (INJECT, "istio.io/dataplane-mode", "istio-injection")
"""Labels that people put on a controller although they work on its pods (or on namespaces) only."""


def _metadata(resource: Resource) -> Iterator[tuple[str, Cursor]]:
    """Every `metadata` of a resource with the type of what carries it: its own, and its pods'."""
    yield resource.type or "", resource.metadata
    if resource.type in WORKLOADS and resource.type != "Pod":
        template = resource.spec["jobTemplate"]["spec"] if resource.type == "CronJob" else resource.spec
        yield "Pod", template["template"]["metadata"]
    if resource.type == "WorkloadGroup":
        yield "WorkloadEntry", resource.spec["metadata"]


def _ours(resource: Resource, sort: Sort) -> Iterator[tuple[str, str, Cursor, Known | None]]:
    """Type of the carrier, name, cursor of the value and what is known of it, for each key of Istio's."""
    table = known(sort)
    for type_, metadata in _metadata(resource):
        for name, value in metadata[sort].items():
            if is_istio_key(name) and name not in SET_BY_ISTIO:
                yield type_, name, value, table.get(name)


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
    """A name under istio.io that no version of Istio knows, or not the one that is linted for."""
    for _, name, value, facts in _ours(resource, "annotations"):
        if facts is None and not name.startswith(INTERNAL):
            yield _unknown(name, value, "annotations")
        elif facts and not facts.works_in(mesh.settings):
            yield _other_version(name, value, facts, mesh.settings)


@check("unknown-label", severity="warning", evidence="document", kinds=KINDS, fixable=True, when=["labels"])
def unknown_label(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A label that is nearly one of Istio's."""
    for _, name, value, facts in _ours(resource, "labels"):
        if facts is None and (near := _near(name, "labels")):
            yield finding(
                value.key,
                f"Istio knows no label `{name}`; it has no effect",
                hint=f"did you mean `{near}`?",
                fix=_rename(name, near, value),
            )


def _unknown(name: str, value: Cursor, sort: Sort) -> Finding:
    if name in known("labels"):
        return finding(
            value.key,
            f"`{name}` is a label; as an annotation it has no effect",
            hint="move it to `labels`",
            fix=_to_labels(value),
        )
    near = _near(name, sort)
    hint = f"did you mean `{near}`?" if near else None
    # names under istio.io that are like none of Istio's belong to other controllers as a rule
    return finding(
        value.key,
        f"Istio knows no annotation `{name}`; it has no effect",
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
    when = f"was removed in Istio {facts.removed}" if removed else f"came with Istio {facts.since}"
    return finding(value.key, f"`{name}` {when}; Istio {settings.istio_version} ignores it")


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
    when=["annotations", "labels"],
)
def misplaced_annotation(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """An annotation on a kind that does not read it."""
    for type_, name, value, facts in _ours(resource, "annotations"):
        refused = name == DRY_RUN and is_istio(type_)  # the rule invalid-dry-run tells of it
        if facts and "Any" not in facts.kinds and type_ not in facts.kinds and not refused:
            yield _misplaced(resource, name, value, "annotation", facts.kinds)


@check("misplaced-label", severity="warning", evidence="document", kinds=list(WORKLOADS))
def misplaced_label(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A label for pods or namespaces on a controller."""
    for name, value in resource.metadata["labels"].items():
        if name == "istio-injection":
            yield _misplaced(resource, name, value, "label", ("Namespace",))
        elif name in POD_LABELS and resource.type != "Pod" and not _on_pods(resource, name):
            yield _misplaced(resource, name, value, "label", ("Pod",))


def _on_pods(resource: Resource, name: str) -> bool:
    return any(metadata["labels"][name].exists for type_, metadata in _metadata(resource) if type_ == "Pod")


def _misplaced(resource: Resource, name: str, value: Cursor, what: str, kinds: tuple[str, ...]) -> Finding:
    names = [kind.removeprefix("Kubernetes") for kind in kinds]
    hint = f"put it on the {' or the '.join(names)}"
    if "Pod" in kinds and resource.type in WORKLOADS:
        where = "spec.jobTemplate.spec.template" if resource.type == "CronJob" else "spec.template"
        hint = f"write it under `{where}.metadata.{what}s`"
    elif name == "istio-injection":
        hint = f"label the namespace, or the pods with `{INJECT}`"
    return finding(value.key, f"the {what} `{name}` has no effect on a {resource.kind}", hint=hint)


@check(
    "invalid-annotation-value",
    severity="warning",
    evidence="document",
    kinds=KINDS,
    codes=["IST0125"],
    when=["annotations", "labels"],
)
def invalid_annotation_value(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A value that the sidecar injector or the proxy cannot read."""
    for type_, name, value, facts in _ours(resource, "annotations"):
        # texts of environment variables in a configuration of the proxy are no placeholders
        if name != PROXY_CONFIG and value.unresolved:
            continue
        if facts and type_ in facts.kinds and isinstance(value.value, str) and (wrong := fault(name, value.text)):
            yield finding(value, f"`{name}` cannot be `{value.text}`: {wrong.why}", hint=wrong.instead)


@check(
    "deprecated-annotation",
    severity="info",
    evidence="document",
    kinds=KINDS,
    codes=["IST0135"],
    fixable=True,
    fold="file",
    when=["annotations", "labels"],
)
def deprecated_annotation(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """An annotation that has a successor."""
    for type_, metadata in _metadata(resource):
        for name, value in metadata["annotations"].items():
            facts = known("annotations").get(name)
            replaced = name == INJECT and metadata["labels"][INJECT].exists
            if facts and facts.deprecated and facts.works_in(mesh.settings) and not replaced and name not in SET_BY_ISTIO:
                hint = f"write the label `{INJECT}` on the {'pod' if type_ == 'Pod' else 'pods'}" if name == INJECT else None
                fix = _to_labels(value) if name == INJECT and type_ == "Pod" else None
                yield finding(value.key, f"the annotation `{name}` is deprecated", hint=hint, fix=fix)


@check(
    "alpha-annotation",
    severity="info",
    evidence="heuristic",
    tags=["production"],
    kinds=KINDS,
    codes=["IST0136"],
    default=False,
    when=["annotations", "labels"],
)
def alpha_annotation(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """An annotation that may change or go without notice."""
    for _, name, value, facts in _ours(resource, "annotations"):
        if facts and facts.stage == "alpha" and name != INGRESS_CLASS and not _set_by_init(resource, name):
            yield finding(value.key, f"the annotation `{name}` is alpha: it may change or go in any release")


def _set_by_init(resource: Resource, name: str) -> bool:
    """Traffic annotations on a pod that has no istio-init container: injection wrote them for the CNI plugin."""
    capture = ("interceptionMode", "includeInboundPorts", "excludeInboundPorts", "includeOutboundIPRanges")
    init = any(container["name"].text == "istio-init" for container in resource.spec["initContainers"])
    return resource.type == "Pod" and not init and name.partition("/")[2] in capture
