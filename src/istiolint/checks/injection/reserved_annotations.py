"""Annotations that Istio's validation refuses, whatever the rest of the resource says."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.istio.annotation_values import is_boolean
from istiolint.istio.annotations import DRY_RUN, INTERNAL
from istiolint.mesh import Mesh
from istiolint.resources.kinds import ISTIO
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.settings import minor

_VALIDATED = tuple(kind for group in ("networking", "security", "telemetry", "extensions") for kind in ISTIO[f"{group}.istio.io"])
_DRY_RUN_ACTIONS = ("ALLOW", "DENY")
_REFUSED_SINCE = {
    f"{INTERNAL}webhook-always-reject": 0,
    f"{INTERNAL}parent-namespace": 27,
    f"{INTERNAL}parents": 27,
}
"""Annotations by the minor release of Istio from which on it refuses them."""
_RELAXING = {"Gateway": f"{INTERNAL}gateway-semantics", "VirtualService": f"{INTERNAL}route-semantics"}
"""Istio checks less where it finds these, on what it makes from resources of the Gateway API."""


@check(
    "invalid-dry-run", severity="error", evidence="document", kinds=_VALIDATED, codes=["IST0107"],
    rows=["M-01", "M-02", "M-03"],
    when=["istio.io/dry-run"],
)  # fmt: skip
def invalid_dry_run(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A dry run of what Istio cannot try: another kind than AuthorizationPolicy, or another action than ALLOW and DENY."""
    dry_run = resource.metadata["annotations"][DRY_RUN]
    action = resource.spec["action"].text or "ALLOW"
    if not dry_run.exists or dry_run.unresolved:
        return
    if resource.type != "AuthorizationPolicy":
        yield finding(
            dry_run.key,
            f"Istio tries out AuthorizationPolicies only; it refuses the {resource.kind} with `{DRY_RUN}`",
            hint="delete the annotation",
        )
    elif action in ("AUDIT", "CUSTOM"):
        yield finding(
            dry_run.key,
            f"Istio does not try out policies with action `{action}`; it refuses this one",
            hint="delete the annotation",
            related=[(resource.spec["action"], "the action is here")],
        )
    elif action in _DRY_RUN_ACTIONS and isinstance(dry_run.value, str) and not is_boolean(dry_run.text):
        yield finding(dry_run, f"`{dry_run.text}` is no boolean; Istio refuses the policy", hint='write `"true"` or `"false"`')


@check(
    "internal-annotation", severity="error", evidence="document", kinds=_VALIDATED,
    rows=["M-04", "M-05", "M-06", "M-08"],
    when=["annotations"],
)  # fmt: skip
def internal_annotation(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """An annotation that Istio keeps for itself."""
    for name, annotation in resource.metadata["annotations"].items():
        if minor(mesh.settings.istio_version) >= _REFUSED_SINCE.get(name, 10**9):
            yield finding(
                annotation.key, f"`{name}` is Istio's own; it refuses the {resource.kind} that has it", hint="delete it"
            )
        elif name == _RELAXING.get(resource.type or ""):
            yield finding(
                annotation.key,
                f"`{name}` is Istio's own: with it Istio overlooks faults of this {resource.kind}",
                hint="delete it",
                severity="warning",
            )
