"""Services and ports of extension providers that the service registry does not have."""

from collections.abc import Iterator, Sequence

from istiolint.findings.finding import Finding, Severity
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import CONFIG_KINDS, mesh_configs
from istiolint.mesh.hosts import KnownHost
from istiolint.primitives.addresses import is_ip_address
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_AUTHORIZERS = ("envoyExtAuthzHttp", "envoyExtAuthzGrpc")
_SHORT = ("", "svc")


@check("provider-service-not-found", severity="error", evidence="missing", kinds=CONFIG_KINDS)
def provider_service_not_found(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a host that Istio does not find: Istio compares it literally and does not expand short names."""
    for config in mesh_configs(resource):
        for provider in config["extensionProviders"]:
            for _, settings in provider.items():
                host = settings["service"]
                if host.literal and not is_ip_address(host.text):
                    yield from _faults(settings, resource, mesh)


def _faults(settings: Cursor, resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    host, port = settings["service"], settings["port"]
    severity: Severity | None = None if settings.name in _AUTHORIZERS else "warning"
    effect = "proxies send nothing to this provider" if severity else "CUSTOM policies with this provider deny every request"
    namespace, _, name = host.text.rpartition("/")
    known = [each for each in mesh.hosts.exact(name) if namespace in ("", each.namespace)]
    if any(each.resource and mesh.exclusive(resource, each.resource) for each in known):
        return
    owners = sorted({each.namespace for each in known})
    if len(owners) > 1 and all(each.resource and each.resource.placed for each in known):
        yield finding(
            host,
            f"`{name}` exists in namespaces {' and '.join(f'`{owner}`' for owner in owners[:3])}, and Istio uses neither; "
            f"{effect}",
            hint=f"add the namespace: `{owners[0]}/{name}`",
            related=[place for each in known[:2] if (place := each.place)],
            severity=severity,
        )
        return
    if known:
        ports = sorted({number for each in known for number in each.ports})
        if port.number is None or not all(each.ports for each in known) or port.number in ports:
            return
        yield finding(
            port,
            f"`{name}` has no port {port.number}; {effect}",
            hint=f"use Service port {' or '.join(map(str, ports[:5]))} (not a container port)",
            related=[place for each in known[:1] if (place := each.place)],
            severity=severity,
        )
        return
    meant = _meant(name, mesh)
    if not meant and (mesh.settings.is_known_host(name) or any("*" in each.name for each in mesh.hosts.covering(name))):
        return
    service = mesh.hosts.service_name(name)
    yield finding(
        host,
        f"no Service or ServiceEntry has the host `{name}`{f' in namespace `{namespace}`' if namespace else ''}; {effect}",
        hint=f"use `{meant[0].name}`" + (": short names are not expanded" if "." not in name else "") if meant
        else "use the full host name of a Service, or add a ServiceEntry for it",
        related=[place for each in meant[:2] if (place := each.place)],
        severity=severity,
        known=mesh.settings.whole_mesh
        or (len(meant) == 1 and meant[0].resource is not None and meant[0].resource.placed)
        or (service is not None and mesh.coverage.lacks("Service", service.namespace, service.name, resource)),
    )  # fmt: skip


def _meant(name: str, mesh: Mesh) -> Sequence[KnownHost]:
    """Return the services that a host very likely means: in another case, shortened, or in another namespace."""
    if lower := mesh.hosts.exact(name.lower()):
        return lower
    short, _, rest = name.partition(".")
    namespace, _, stump = rest.partition(".")
    services = mesh.hosts.services_named(short.lower())
    if not rest:
        return services
    if stump in _SHORT:
        return [each for each in services if each.namespace == namespace.lower()]
    return services if mesh.hosts.service_name(name) else ()
