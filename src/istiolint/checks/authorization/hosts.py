"""Hosts in AuthorizationPolicies that are unknown, match nothing or can be bypassed; and workloads without a policy."""

from collections.abc import Iterator

from istiolint.authorization.operations import keeping_out, operations
from istiolint.authorization.texts import text_covers
from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.kinds import WORKLOADS
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

KIND = ("AuthorizationPolicy",)
_ANY_PORT = 8080


@check(
    "policy-host-not-served", severity="warning", evidence="missing", kinds=KIND,
    codes=["KIA0104"],
    when=["hosts", "notHosts"],
)  # fmt: skip
def policy_host_not_served(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report hosts that no resource of the mesh serves."""
    for operation in operations(policy):
        for host in (host for field in ("hosts", "notHosts") for host in operation[field]):
            name = host.text.rpartition(":")[0] if ":" in host.text else host.text
            if not name or "*" in name or has_placeholder(name) or _is_served(name, policy, mesh):
                continue
            yield finding(
                host,
                f"unknown host `{name}`; no Service, ServiceEntry, VirtualService or Gateway that was read has this host",
                hint="use the name that clients send in the `Host` header",
                known=mesh.settings.whole_mesh,
            )


def _is_served(name: str, policy: Resource, mesh: Mesh) -> bool:
    fqdn = mesh.hosts.fqdn(name, policy.namespace)
    known = any(mesh.hosts.covering(fqdn)) or any(mesh.hosts.covering(name))
    return known or mesh.virtual_services.serves(name) or mesh.gateway_servers.serves(name)


@check(
    "denied-host-with-port", severity="warning", evidence="document", tags=["security"], kinds=KIND, when=["hosts", "notHosts"]
)
def denied_host_with_port(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report denied hosts whose form with a port is not denied."""
    named = [host for hosts in keeping_out(policy, "hosts") for host in hosts]
    for host in named:
        plain = host.text and not set("*:{") & set(host.text) and not host.unresolved
        if plain and not any(text_covers(other.text.lower(), f"{host.text.lower()}:{_ANY_PORT}") for other in named):
            yield finding(
                host,
                f"`Host: {host.text}:{_ANY_PORT}` bypasses this rule; policies compare the port in the header, routes ignore it",
                hint=f'add `"{host.text}:*"`',
            )


@check(
    "policy-host-never-matches", severity="error", evidence="document", tags=["security"], kinds=KIND, when=["hosts", "notHosts"]
)
def policy_host_never_matches(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report hosts with a `*` that is not a wildcard."""
    for operation in operations(policy):
        for host in (host for field in ("hosts", "notHosts") for host in operation[field]):
            text = host.text
            if has_placeholder(text) or not ("*" in text[1:-1] or (len(text) > 1 and text[0] == text[-1] == "*")):
                continue
            yield finding(
                host,
                f"host `{text}` never matches; only one `*` at the start or end is a wildcard",
                hint="use a form such as `*.example.com` or `example.com:*`, or list the hosts",
            )


@check(
    "workload-without-policy", severity="info", evidence="missing", tags=["security"], kinds=WORKLOADS, codes=["KIA1301"],
    default=False,
)  # fmt: skip
def workload_without_policy(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report workloads to which no AuthorizationPolicy applies."""
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
        "no AuthorizationPolicy applies to these pods; any client in the mesh can call them",
        hint="add a policy that allows the intended callers",
        known=mesh.settings.whole_mesh or bool(mesh.in_namespace("AuthorizationPolicy", workload.namespace)),
    )
