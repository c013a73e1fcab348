"""Subsets in routes: whether a DestinationRule defines them for the clients of the route."""

from collections.abc import Iterator

from istiolint.documents.placeholders import can_be_name
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.destination_rules import subsets, subsets_of
from istiolint.mesh.virtual_services import destinations
from istiolint.mesh.visibility import sees
from istiolint.primitives.similar import closest
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource, once
from istiolint.rules.check import check, finding


@check(
    "route-to-missing-subset", severity="error", evidence="contradiction", kinds=["VirtualService"],
    codes=["IST0101", "KIA1107"],
    when=["subset"],
)  # fmt: skip
def route_to_missing_subset(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report subsets that no DestinationRule for the host defines."""
    in_order: dict[str, list[str]] = {}
    for host, subset, fqdn in _routed_subsets(virtual_service, mesh):
        rules = mesh.destination_rules.covering(fqdn)
        made = mesh.destination_rules.subsets(fqdn)
        if subset.text not in made:
            if fqdn not in in_order:
                in_order[fqdn] = sorted(made)
            maybe = not mesh.settings.whole_mesh and subset.text in subsets(
                mesh.destination_rules.possible(fqdn, virtual_service)
            )
            yield finding(
                subset,
                f"no DestinationRule for `{host}` defines subset `{subset.text}`; Envoy has no cluster for it and returns 503",
                hint=_proposal(subset.text, in_order[fqdn], bool(rules)),
                related=[(_subsets_of(rule), f"{rule.title} applies to this host") for rule in rules[:3]],
                known=not maybe and (bool(rules) or _is_known_without_rules(fqdn, subset.text, virtual_service, mesh)),
            )


@check(
    "subset-not-visible", severity="warning", evidence="contradiction", kinds=["VirtualService"],
    codes=["IST0101", "KIA1107"],
    when=["subset"],
)  # fmt: skip
def subset_not_visible(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report subsets that a DestinationRule defines, but not for the proxies that use the route."""
    routed = [
        (host, subset, fqdn)
        for host, subset, fqdn in _routed_subsets(virtual_service, mesh)
        if not mesh.destination_rules.shows_to_all(fqdn, subset.text)
    ]
    if not routed:
        return
    gateways = mesh.entrances.namespaces(virtual_service)
    callers = () if gateways else _callers(virtual_service, mesh)
    audience = gateways or (*mesh.virtual_services.audience(virtual_service).namespaces, *callers)
    for host, subset, fqdn in routed:
        rules = mesh.destination_rules.covering(fqdn)
        maker = next((rule for rule in rules if subset.text in subsets_of(rule)), None)
        used = {name: mesh.client_rules.usable(name, fqdn) for name in audience} if maker is not None else {}
        without = [name for name, merged in used.items() if not any(subset.text in each.subsets for each in merged)]
        unplaced = maker is not None and not (maker.placed and virtual_service.placed) and not mesh.settings.whole_mesh
        certain = next((name for name in without if name in callers), None)
        if maker is None or unplaced or not without or (len(without) < len(used) and not gateways and certain is None):
            continue
        client = certain or without[0]
        instead = [rule for each in used[client] for rule in each.rules if rule is not maker][:1]
        yield finding(
            subset,
            f"subset `{subset.text}` of `{host}` in {maker.title} is not visible to {'gateways' if gateways else 'proxies'} in "
            f"`{client}`" + (f", which use {instead[0].title}" if instead else "; Envoy returns 503"),
            hint="merge the rules into one" if instead else f"move the rule to the service's namespace, or to `{client}`",
            related=[
                (subsets_of(maker)[subset.text]["name"], "the subset is defined here"),
                *((rule.spec["host"], "this rule applies instead") for rule in instead),
            ],
        )


def _routed_subsets(virtual_service: Resource, mesh: Mesh) -> Iterator[tuple[str, Cursor, str]]:
    """Yield the host as written, the subset and the full host name of every destination with a subset."""
    for host, subset in _named_subsets(virtual_service):
        yield host, subset, mesh.hosts.fqdn(host, virtual_service.namespace)


@once
def _named_subsets(virtual_service: Resource) -> Iterator[tuple[str, Cursor]]:
    for destination in destinations(virtual_service):
        host, subset = destination["host"].text, destination["subset"]
        if host and subset.text and can_be_name(host) and can_be_name(subset.text):
            yield host, subset


def _callers(virtual_service: Resource, mesh: Mesh) -> tuple[str, ...]:
    """The namespaces of sidecars that are configured to call a Service whose routes are in a VirtualService."""
    scope = mesh.virtual_services.scope(virtual_service)
    services = [
        known.resource
        for host in mesh.virtual_services.mesh_hosts(virtual_service)
        for known in mesh.hosts.exact(host.fqdn)
        if known.resource is not None and not mesh.exclusive(virtual_service, known.resource)
    ]
    callers = [call.caller for service in services for call in mesh.calls.of_service(service)]
    calling = (caller for caller in callers if caller.resource.placed and mesh.injection.of(caller).state == "sidecar")
    return tuple(dict.fromkeys(caller.namespace for caller in calling if sees(caller.namespace, scope)))


def _is_known_without_rules(fqdn: str, subset: str, referrer: Resource, mesh: Mesh) -> bool:
    """Whether the target, which has no rule for a host, would have one: it has the service itself."""
    service = mesh.hosts.service_name(fqdn)
    has_service = mesh.settings.whole_mesh or next(mesh.hosts.covering(fqdn), None) is not None
    # pods with the usual label show the Service as well
    has_service = has_service or bool(service and mesh.workloads.selected({"app": service.name}, service.namespace))
    return has_service and mesh.coverage.lacks_subset(fqdn, subset, referrer)


def _proposal(subset: str, made: list[str], has_rules: bool) -> str:
    if not has_rules:
        return "add a DestinationRule for the host with this subset"
    if not made:
        return "add this subset to a DestinationRule for the host"
    near = closest(subset, made, cutoff=0.6)
    return (f"did you mean `{near}`? " if near else "") + f"available subsets: {', '.join(f'`{name}`' for name in made[:8])}"


def _subsets_of(rule: Resource) -> Cursor:
    return rule.spec["subsets"][0]["name"] if rule.spec["subsets"] else rule.spec["host"]
