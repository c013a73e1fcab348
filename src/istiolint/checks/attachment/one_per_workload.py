"""Kinds of which only one applies to a namespace or a workload: Istio uses the oldest and ignores the others."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


def _two_for_namespace(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    if others := [
        other for other in mesh.selection(resource).also_for_namespace(resource) if not mesh.exclusive(resource, other)
    ]:
        yield finding(
            resource.metadata["name"],
            f"{resource.kind} `{others[0].name}` also applies to the entire namespace `{resource.namespace}`; "
            "Istio uses only the oldest one",
            hint="merge the two, or add a selector to one of them",
            related=[(other.metadata["name"], f"the other {resource.kind}") for other in others[:5]],
        )


def _two_for_workload(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    for other, workload in mesh.selection(resource).also_for_workload(resource):
        if not mesh.exclusive(resource, other):
            yield finding(
                resource.metadata["name"],
                f"{resource.kind} `{other.name}` also selects {workload.title}; Istio uses only the oldest one",
                hint="merge the two, or change the selectors so that they do not overlap",
                related=[(other.metadata["name"], f"the other {resource.kind}")],
            )


@check(
    "two-namespace-wide-sidecars", severity="error", evidence="contradiction", kinds=["Sidecar"],
    codes=["IST0111", "KIA0002"], fold="pair",
)  # fmt: skip
def two_namespace_wide_sidecars(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two Sidecars without a selector (another rule reports those of ambient namespaces)."""
    if mesh.injection.of_namespace(sidecar.namespace).state != "ambient":
        yield from _two_for_namespace(sidecar, mesh)


@check(
    "two-namespace-wide-telemetries", severity="warning", evidence="contradiction", kinds=["Telemetry"],
    codes=["IST0160", "KIA0002"], fold="pair",
)  # fmt: skip
def two_namespace_wide_telemetries(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two Telemetry resources without a selector."""
    yield from _two_for_namespace(telemetry, mesh)


@check(
    "two-sidecars-for-a-workload", severity="error", evidence="contradiction", kinds=["Sidecar"],
    codes=["IST0110", "KIA0003"], fold="pair",
)  # fmt: skip
def two_sidecars_for_a_workload(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two Sidecars that select one workload."""
    yield from _two_for_workload(sidecar, mesh)


@check(
    "two-telemetries-for-a-workload", severity="warning", evidence="contradiction", kinds=["Telemetry"],
    codes=["IST0159", "KIA0003"], fold="pair",
)  # fmt: skip
def two_telemetries_for_a_workload(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two Telemetry resources that select one workload."""
    yield from _two_for_workload(telemetry, mesh)


@check("sidecar-in-ambient", severity="warning", evidence="contradiction", kinds=["Sidecar"], codes=["IST0167"])
def sidecar_in_ambient(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a Sidecar resource for workloads in ambient mode."""
    chosen = mesh.selection(sidecar).selected(sidecar)
    ambient = [found for workload in chosen if (found := mesh.injection.of(workload)).state == "ambient"]
    if not sidecar.spec["workloadSelector"]["labels"]:
        namespace = mesh.injection.of_namespace(sidecar.namespace)
        ambient = [namespace] if namespace.state == "ambient" else []
    if ambient and len(ambient) >= len(chosen):
        yield finding(
            sidecar.metadata["name"],
            f"Sidecar has no effect in ambient mode; the selected workloads in namespace `{sidecar.namespace}` have no sidecar",
            hint="remove it; ztunnel and waypoints do not need scoping",
            related=[(ambient[0].at, "ambient mode is enabled here")] if ambient[0].at else [],
        )


@check(
    "root-sidecar-with-selector",
    severity="warning",
    evidence="document",
    kinds=["Sidecar"],
    codes=["KIA1006"],
)
def root_sidecar_with_selector(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a Sidecar with a selector in the root namespace, where it is not a mesh-wide default."""
    chosen = sidecar.spec["workloadSelector"]
    if sidecar.namespace == mesh.root_namespace and chosen["labels"]:
        yield finding(
            chosen.key,
            f"Sidecar in the root namespace `{sidecar.namespace}` has a `workloadSelector`; it applies only to that namespace, "
            "not mesh-wide",
            hint="remove `workloadSelector` for a mesh-wide default, or move the Sidecar to the namespace of the workloads",
        )
