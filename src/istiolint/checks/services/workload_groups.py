"""WorkloadGroups: the service account that machines run with, and labels by which they are told apart."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "machine-account-not-found", severity="warning", evidence="missing", kinds=["WorkloadGroup"], codes=["KIA1701"],
)  # fmt: skip
def machine_account_not_found(group: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A service account that does not exist: machines of the group get no identity."""
    account = group.spec["template"]["serviceAccount"]
    if account.text and not mesh.get("ServiceAccount", group.namespace, account.text):
        yield finding(
            account,
            f"there is no ServiceAccount `{group.namespace}/{account.text}`: machines of this group get no certificate",
            hint="add it, or name the one that is there",
            known=mesh.settings.whole_mesh or bool(mesh.in_namespace("ServiceAccount", group.namespace)),
        )


@check(
    "two-groups-of-machines", severity="warning", evidence="contradiction", kinds=["WorkloadGroup"], codes=["KIA1702"],
    fold="pair",
)  # fmt: skip
def two_groups_of_machines(group: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two groups with the same labels, which every selector takes for one."""
    labels = group.spec["metadata"]["labels"]
    for other in mesh.in_namespace("WorkloadGroup", group.namespace) if labels.labels else ():
        theirs = other.spec["metadata"]["labels"]
        if other is not group and theirs.labels == labels.labels and not mesh.rivals(group, other):
            yield finding(
                labels.key,
                f"{other.title} has the same labels: Services and policies take the machines of both for one",
                hint="add a label that tells them apart",
                related=[(theirs.key, "the same labels")],
            )
            return
