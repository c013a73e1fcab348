"""VirtualServices that route one host for the same sidecars, and delegates."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.mesh.route_reach import routes_apart
from istiolint.mesh.virtual_services import MeshHost, delegates
from istiolint.mesh.visibility import Scope
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "two-virtual-services-for-one-host",
    severity="warning",
    evidence="contradiction",
    kinds=["VirtualService"],
    codes=["IST0109", "KIA1106"],
    fold="pair",
)
def two_virtual_services_for_one_host(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two VirtualServices for a host: sidecars use the older one and ignore the other."""
    for host, other in _neighbours(virtual_service, mesh):
        apart = host.fqdn != other.fqdn or routes_apart(virtual_service, other.virtual_service)
        if not apart and _is_ambiguous(host, other, mesh):
            source = host.at.document.source is other.at.document.source
            yield finding(
                host.at,
                f"{other.virtual_service.title} also routes `{host.fqdn}` for the same sidecars; they use the older of the two "
                "and ignore the other",
                hint="merge the routes into one VirtualService, or separate them with `exportTo` or `gateways`",
                related=[(other.at, "also routes this host")],
                severity="error" if source and other.virtual_service.namespace == virtual_service.namespace else None,
            )
            return


@check(
    "virtual-service-overrides-another", severity="info", evidence="heuristic", kinds=["VirtualService"],
    codes=["IST0109"], default=False, fold="pair",
)  # fmt: skip
def virtual_service_overrides_another(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report overlapping hosts where the narrower host, or the narrower export, is known to win."""
    for host, other in _neighbours(virtual_service, mesh):
        if other.fqdn != host.fqdn or not (
            routes_apart(virtual_service, other.virtual_service) or _is_ambiguous(host, other, mesh)
        ):
            narrower = "with the narrower host" if other.fqdn != host.fqdn else "exported to fewer namespaces"
            yield finding(
                host.at,
                f"host overlaps with `{other.fqdn}` of {other.virtual_service.title}; "
                f"sidecars that see both use the one {narrower}",
                related=[(other.at, "the overlapping host")],
            )
            return


@check(
    "delegate-not-found", severity="error", evidence="missing", kinds=["VirtualService"], fixable=True,
    when=["delegate"],
)  # fmt: skip
def delegate_not_found(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report routes that delegate to an unknown VirtualService."""
    for namespace, name, delegate in delegates(virtual_service):
        if mesh.virtual_services.find(namespace, name):
            continue
        elsewhere = mesh.virtual_services.named(name)
        names = sorted({other.namespace for other in elsewhere})
        placed = virtual_service.placed and all(other.placed for other in elsewhere)
        written = delegate["namespace"]
        yield finding(
            delegate["name"],
            f"no VirtualService `{name}` in namespace `{namespace}`; Istio drops the route, and requests match a later one or "
            "get 404",
            hint=f"set `namespace` to {' or '.join(f'`{other}`' for other in names[:3])}, where this VirtualService exists"
            if names
            else "add the VirtualService, or use an existing one without `hosts`",
            related=[(other.metadata["name"], f"{other.title} is here") for other in elsewhere[:3]],
            fix=Fix(f"use `{names[0]}`", (Replace(written.place, names[0]),), safe=False)
            if written and len(names) == 1
            else None,
            known=mesh.settings.whole_mesh or (bool(names) and placed),
        )


def _neighbours(virtual_service: Resource, mesh: Mesh) -> Iterator[tuple[MeshHost, MeshHost]]:
    """Yield each host of a VirtualService with the overlapping hosts of others that the same sidecars see."""
    scope = mesh.virtual_services.scope(virtual_service)
    for host in mesh.virtual_services.mesh_hosts(virtual_service):
        for other in mesh.virtual_services.on_mesh(host.fqdn):
            if other.virtual_service is virtual_service:
                continue
            theirs = mesh.virtual_services.scope(other.virtual_service)
            if (scope & theirs or "*" in scope | theirs) and not mesh.exclusive(virtual_service, other.virtual_service):
                yield host, other


def _is_ambiguous(host: MeshHost, other: MeshHost, mesh: Mesh) -> bool:
    """Whether some sidecars rank both the same. Resources private to their namespace rank first, then those exported by name.

    Of those exported to all namespaces, their own namespace's rank before others.
    """
    one, two = mesh.virtual_services.scope(host.virtual_service), mesh.virtual_services.scope(other.virtual_service)
    return _rank(one, host.virtual_service) == _rank(two, other.virtual_service) and bool(one & two)


def _rank(scope: Scope, virtual_service: Resource) -> int:
    return 2 if "*" in scope else 0 if scope == {virtual_service.namespace} else 1
