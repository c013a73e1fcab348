"""DestinationRules that no client looks up, and subset policies that no route uses."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "destination-rule-not-consulted", severity="warning", evidence="contradiction", kinds=["DestinationRule"],
)  # fmt: skip
def destination_rule_not_consulted(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report rules that are exported from a namespace in which other clients do not look."""
    exports = [entry for entry in rule.spec["exportTo"] if entry.text not in ("", ".", rule.namespace)]
    host = rule.spec["host"]
    if not exports or not rule.placed or rule.namespace == mesh.root_namespace or "*" in host.text:
        return
    fqdn = mesh.hosts.fqdn(host.text, rule.namespace)
    known = [service for service in mesh.hosts.exact(fqdn) if service.resource is not None]
    if not known or any(
        service.namespace == rule.namespace or (service.resource and not service.resource.placed) for service in known
    ):
        return
    owner = known[0].namespace
    yield finding(
        exports[0],
        f"`exportTo` has no effect outside `{rule.namespace}`; proxies use DestinationRules only from their own namespace, "
        f"`{owner}` (the service's) and `{mesh.root_namespace}`",
        hint=f"move the DestinationRule to `{owner}`, or to each namespace that calls the service",
        related=[place for service in known[:1] if (place := service.place)],
    )


@check(
    "subset-policy-not-used", severity="warning", evidence="contradiction", kinds=["DestinationRule"],
    when=["subsets"],
)  # fmt: skip
def subset_policy_not_used(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report policies of subsets to which no route of the host sends traffic."""
    with_policy = [subset for subset in rule.spec["subsets"] if subset["trafficPolicy"] and subset["name"].text]
    fqdn = mesh.hosts.fqdn(rule.spec["host"].text, rule.namespace)
    if not with_policy or "*" in fqdn:
        return
    routed = [
        host
        for host in mesh.virtual_services.on_mesh(fqdn)
        if host.fqdn == fqdn and not mesh.exclusive(rule, host.virtual_service)
    ]
    for subset in with_policy:
        if routed and not mesh.virtual_services.routes_to_subset(fqdn, subset["name"].text):
            yield finding(
                subset["trafficPolicy"].key,
                f"policy of subset `{subset['name'].text}` never applies: no route targets this subset; traffic without a "
                "subset uses the policy of the host",
                hint="route to the subset, or move the policy to the top level of the DestinationRule",
                related=[(routed[0].at, f"{routed[0].virtual_service.title} routes this host")],
            )
