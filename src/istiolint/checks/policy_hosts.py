"""Hosts in AuthorizationPolicies, and workloads that no policy covers."""

from collections.abc import Iterator

from istiolint.documents.placeholders import has_placeholder
from istiolint.finding import Finding
from istiolint.kinds import WORKLOADS
from istiolint.mesh import Mesh
from istiolint.resource import Resource
from istiolint.rules import check, finding


@check(
    "policy-host-not-served", severity="warning", evidence="missing", category="reference", kinds=["AuthorizationPolicy"],
    codes=["KIA0104"],
)  # fmt: skip
def policy_host_not_served(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A host that nothing in the mesh serves."""
    for rule in policy.spec["rules"]:
        for host in (host for target in rule["to"] for field in ("hosts", "notHosts") for host in target["operation"][field]):
            name = host.text.rpartition(":")[0] if ":" in host.text else host.text
            if not name or "*" in name or has_placeholder(name) or _is_served(name, policy, mesh):
                continue
            yield finding(
                host,
                f"nothing in the input serves `{name}`: no Service, ServiceEntry, VirtualService or Gateway has this host",
                hint="write the name as clients send it in `Host`",
                known=mesh.settings.whole_mesh,
            )


def _is_served(name: str, policy: Resource, mesh: Mesh) -> bool:
    fqdn = mesh.hosts.fqdn(name, policy.namespace)
    known = any(mesh.hosts.behind(fqdn)) or any(mesh.hosts.behind(name))
    return known or mesh.virtual_services.serves(name) or mesh.gateway_servers.serves(name)


@check(
    "workload-without-policy", severity="info", evidence="missing", category="security", kinds=WORKLOADS, codes=["KIA1301"],
    default=False,
)  # fmt: skip
def workload_without_policy(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A workload that whoever is in the mesh may call."""
    workload = mesh.workloads.of(resource)
    if workload is None or not mesh.injection.of(workload).in_mesh:
        return
    for namespace in dict.fromkeys([workload.namespace, mesh.root_namespace]):
        for policy in mesh.in_namespace("AuthorizationPolicy", namespace):
            labels = policy.spec["selector"]["matchLabels"].labels
            if not (policy.spec["targetRef"] or policy.spec["targetRefs"]) and workload.matches(labels):
                return
    yield finding(
        resource.metadata["name"],
        "no AuthorizationPolicy holds for these pods: whoever is in the mesh may call them",
        hint="add a policy that allows those who are to call",
        known=mesh.settings.whole_mesh or bool(mesh.in_namespace("AuthorizationPolicy", workload.namespace)),
    )
