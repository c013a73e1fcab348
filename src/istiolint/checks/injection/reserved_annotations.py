"""Annotations that Istio's validation rejects, whatever the resource contains."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.istio.annotation_values import is_boolean
from istiolint.istio.annotations import DRY_RUN, INTERNAL
from istiolint.mesh import Mesh
from istiolint.resources.kinds import ISTIO
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, rejected
from istiolint.settings import minor

_VALIDATED = tuple(kind for group in ("networking", "security", "telemetry", "extensions") for kind in ISTIO[f"{group}.istio.io"])
_DRY_RUN_ACTIONS = ("ALLOW", "DENY")
_REFUSED_SINCE = {
    f"{INTERNAL}webhook-always-reject": 0,
    f"{INTERNAL}parent-namespace": 27,
    f"{INTERNAL}parents": 27,
}
"""Annotations with the first minor release of Istio that rejects them."""
_RELAXING = {"Gateway": f"{INTERNAL}gateway-semantics", "VirtualService": f"{INTERNAL}route-semantics"}
"""Istio sets these on what it generates from Gateway API resources, and skips some validation there."""


@check(
    "invalid-dry-run", severity="error", evidence="document", kinds=_VALIDATED, codes=["IST0107"],
    rows=["M-01", "M-02", "M-03"],
    when=["istio.io/dry-run"],
)  # fmt: skip
def invalid_dry_run(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report dry runs of other kinds than AuthorizationPolicy, or of other actions than ALLOW and DENY."""
    dry_run = resource.metadata["annotations"][DRY_RUN]
    action = resource.spec["action"].text or "ALLOW"
    if not dry_run.exists or dry_run.unresolved:
        return
    if resource.type != "AuthorizationPolicy":
        yield finding(
            dry_run.key,
            rejected(f"`{DRY_RUN}` is only supported on an AuthorizationPolicy", resource.kind),
            hint="remove the annotation",
        )
    elif action in ("AUDIT", "CUSTOM"):
        yield finding(
            dry_run.key,
            rejected(f"`{DRY_RUN}` does not support action `{action}`", "AuthorizationPolicy"),
            hint="remove the annotation",
            related=[(resource.spec["action"], "action set here")],
        )
    elif action in _DRY_RUN_ACTIONS and isinstance(dry_run.value, str) and not is_boolean(dry_run.text):
        yield finding(
            dry_run, rejected(f"`{dry_run.text}` is not a boolean", "AuthorizationPolicy"), hint='use `"true"` or `"false"`'
        )


@check(
    "internal-annotation", severity="error", evidence="document", kinds=_VALIDATED,
    rows=["M-04", "M-05", "M-06", "M-08"],
    when=["annotations"],
)  # fmt: skip
def internal_annotation(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report annotations that are reserved for Istio."""
    for name, annotation in resource.metadata["annotations"].items():
        if minor(mesh.settings.istio_version) >= _REFUSED_SINCE.get(name, 10**9):
            yield finding(
                annotation.key, f"annotation `{name}` is reserved for Istio, which rejects the {resource.kind}", hint="remove it"
            )
        elif name == _RELAXING.get(resource.type or ""):
            yield finding(
                annotation.key,
                f"annotation `{name}` is reserved for Istio; it disables part of the validation of this {resource.kind}",
                hint="remove it",
                severity="warning",
            )
