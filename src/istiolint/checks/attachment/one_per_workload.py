"""Kinds of which a namespace, or a workload, can have only one: Istio takes the oldest and ignores the others."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


def _two_for_namespace(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    if others := [other for other in mesh.selection(resource).also_for_namespace(resource) if not mesh.rivals(resource, other)]:
        yield finding(
            resource.metadata["name"],
            f"`{others[0].name}` speaks for all of the namespace `{resource.namespace}`, too; "
            f"only the older {resource.kind} counts",
            hint="join the two, or give one a selector",
            related=[(other.metadata["name"], "the other one") for other in others[:5]],
        )


def _two_for_workload(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    for other, workload in mesh.selection(resource).also_for_workload(resource):
        if not mesh.rivals(resource, other):
            yield finding(
                resource.metadata["name"],
                f"`{other.name}` selects {workload.title}, too; only the older {resource.kind} counts for it",
                hint="join the two, or part their selectors",
                related=[(other.metadata["name"], "the other one")],
            )


@check(
    "two-namespace-wide-sidecars", severity="error", evidence="contradiction", kinds=["Sidecar"],
    codes=["IST0111", "KIA0002"], fold="pair",
)  # fmt: skip
def two_namespace_wide_sidecars(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two Sidecars without a selector; in an ambient namespace neither counts, and another rule tells that."""
    if mesh.injection.of_namespace(sidecar.namespace).state != "ambient":
        yield from _two_for_namespace(sidecar, mesh)


@check(
    "two-namespace-wide-telemetries", severity="warning", evidence="contradiction", kinds=["Telemetry"],
    codes=["IST0160", "KIA0002"], fold="pair",
)  # fmt: skip
def two_namespace_wide_telemetries(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two Telemetry resources without a selector."""
    yield from _two_for_namespace(telemetry, mesh)


@check(
    "two-sidecars-for-a-workload", severity="error", evidence="contradiction", kinds=["Sidecar"],
    codes=["IST0110", "KIA0003"], fold="pair",
)  # fmt: skip
def two_sidecars_for_a_workload(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two Sidecars select one workload."""
    yield from _two_for_workload(sidecar, mesh)


@check(
    "two-telemetries-for-a-workload", severity="warning", evidence="contradiction", kinds=["Telemetry"],
    codes=["IST0159", "KIA0003"], fold="pair",
)  # fmt: skip
def two_telemetries_for_a_workload(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two Telemetry resources select one workload."""
    yield from _two_for_workload(telemetry, mesh)


@check("sidecar-in-ambient", severity="warning", evidence="contradiction", kinds=["Sidecar"], codes=["IST0167"])
def sidecar_in_ambient(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A Sidecar resource for workloads that have no sidecar."""
    chosen = mesh.selection(sidecar).selected(sidecar)
    ambient = [found for workload in chosen if (found := mesh.injection.of(workload)).state == "ambient"]
    if not sidecar.spec["workloadSelector"]["labels"]:
        namespace = mesh.injection.of_namespace(sidecar.namespace)
        ambient = [namespace] if namespace.state == "ambient" else []
    if ambient and len(ambient) >= len(chosen):
        yield finding(
            sidecar.metadata["name"],
            f"a Sidecar has no effect in ambient mode: {ambient[0].because}",
            hint="delete it; in ambient mode ztunnel and waypoints need no scoping",
            related=[(ambient[0].at, "ambient mode")] if ambient[0].at else [],
        )


@check(
    "root-sidecar-with-selector",
    severity="warning",
    evidence="document",
    kinds=["Sidecar"],
    codes=["KIA1006"],
)
def root_sidecar_with_selector(sidecar: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The mesh-wide default cannot select workloads."""
    chosen = sidecar.spec["workloadSelector"]
    if sidecar.namespace == mesh.root_namespace and chosen["labels"]:
        yield finding(
            chosen.key,
            f"a Sidecar in the root namespace `{sidecar.namespace}` with a `workloadSelector` is no default for the mesh; it "
            "applies to that namespace alone",
            hint="leave out `workloadSelector` for a default of the mesh, or move the Sidecar to the workloads' namespace",
        )
