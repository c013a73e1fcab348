"""WorkloadGroups: the service account of VM workloads, and the labels that distinguish them."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "workload-group-service-account-not-found",
    severity="warning",
    evidence="missing",
    kinds=["WorkloadGroup"],
    codes=["KIA1701"],
)
def workload_group_service_account_not_found(group: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a service account that does not exist: workloads of the group get no identity."""
    account = group.spec["template"]["serviceAccount"]
    if account.text and not mesh.get("ServiceAccount", group.namespace, account.text):
        yield finding(
            account,
            f"no ServiceAccount `{group.namespace}/{account.text}` found; VM workloads of this group get no certificate",
            hint="create the ServiceAccount, or use an existing one",
            known=mesh.settings.whole_mesh or bool(mesh.in_namespace("ServiceAccount", group.namespace)),
        )


@check(
    "workload-groups-with-same-labels", severity="warning", evidence="contradiction", kinds=["WorkloadGroup"], codes=["KIA1702"],
    fold="pair",
)  # fmt: skip
def workload_groups_with_same_labels(group: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two groups with the same labels, which no selector can distinguish."""
    labels = group.spec["metadata"]["labels"]
    for other in mesh.in_namespace("WorkloadGroup", group.namespace) if labels.labels else ():
        theirs = other.spec["metadata"]["labels"]
        if other is not group and theirs.labels == labels.labels and not mesh.exclusive(group, other):
            yield finding(
                labels.key,
                f"{other.title} has the same labels; Services and policies cannot distinguish the two groups",
                hint="add a label that distinguishes them",
                related=[(theirs.key, "the same labels")],
            )
            return
