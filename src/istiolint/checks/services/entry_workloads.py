"""ServiceEntries whose selector matches no workload."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check("service-entry-selects-nothing", severity="warning", evidence="missing", kinds=["ServiceEntry"])
def service_entry_selects_nothing(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """No pod and no WorkloadEntry of the namespace has the labels: the host has no endpoints."""
    labels = entry.spec["workloadSelector"]["labels"]
    if not labels.labels or mesh.workloads.selected(labels.labels, entry.namespace):
        return
    others = mesh.workloads.selected(labels.labels, None)
    elsewhere = [workload for workload in others if not mesh.exclusive(entry, workload.resource)]
    placed = entry.placed and all(workload.resource.placed for workload in others)
    wanted = ", ".join(f"{key}: {value}" for key, value in labels.labels.items())
    yield finding(
        labels,
        f"no pod or WorkloadEntry in namespace `{entry.namespace}` has labels `{wanted}`; the host has no endpoints and "
        "Envoy returns 503",
        hint=f"move the ServiceEntry to namespace `{elsewhere[0].namespace}`: selectors do not cross namespaces"
        if elsewhere
        else "use labels that the pods or WorkloadEntries have",
        related=[(workload.resource.metadata["name"], f"{workload.title} has these labels") for workload in elsewhere[:2]],
        known=mesh.settings.whole_mesh
        or (
            placed
            and (bool(elsewhere) or mesh.coverage.shows_workloads(entry.namespace))
            and not mesh.coverage.is_filled(entry.namespace)
        ),
    )
