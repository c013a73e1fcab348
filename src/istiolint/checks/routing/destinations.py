"""Hosts in routes, mirrors and DestinationRules: whether the service exists, and whether the clients see it."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from istiolint.documents.placeholders import can_be_name
from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.mesh.hosts import Hosts, KnownHost
from istiolint.mesh.virtual_services import destinations
from istiolint.mesh.visibility import SERVICE_ANNOTATION, in_words, sees
from istiolint.primitives.similar import misspelt
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check

_HOST = re.compile(r"\*|(\*\.?)?[A-Za-z0-9_]([-A-Za-z0-9_.]*[A-Za-z0-9_])?\Z")
_STUMPS = ("", "svc", "svc.cluster", "cluster.local", "local", "svc.local")


@check(
    "host-not-found", severity="error", evidence="missing", kinds=["VirtualService"],
    codes=["IST0101", "KIA1101"], fixable=True,
)  # fmt: skip
def host_not_found(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report destinations without a Service, ServiceEntry or generated gateway service."""
    for destination in destinations(virtual_service):
        host = destination["host"]
        fqdn = mesh.hosts.fqdn(host.text, virtual_service.namespace)
        if _is_host(host.text) and next(mesh.hosts.covering(fqdn), None) is None and not mesh.settings.is_known_host(fqdn):
            yield _not_found(host, virtual_service, mesh.hosts, "Envoy has no cluster for it and returns 503")


@check("partial-service-host", severity="warning", evidence="contradiction", kinds=["VirtualService"], fixable=True)
def partial_service_host(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report hosts of a VirtualService that are a Service's name cut off after the namespace."""
    full = {host.fqdn for host in mesh.virtual_services.mesh_hosts(virtual_service)}
    for known in mesh.virtual_services.mesh_hosts(virtual_service):
        host = known.at
        meant = _with_a_stump(host.text, mesh.hosts) if _is_host(host.text) else None
        if not meant or meant.name in full or next(mesh.hosts.overlapping(host.text), None):
            continue
        if meant.resource is not None and mesh.exclusive(virtual_service, meant.resource):
            continue
        yield finding(
            host,
            f"`{host.text}` is not the full name of Service `{meant.namespace}/{host.text.partition('.')[0]}`; requests to its "
            "other names, or to ports other than 80, bypass the routes",
            hint=f"use the full name, `{meant.name}`",
            related=[meant.place] if meant.place else [],
            fix=Fix(f"use `{meant.name}`", (Replace(host.place, meant.name),), safe=False),
        )


@check(
    "destination-rule-host-not-found", severity="warning", evidence="missing", kinds=["DestinationRule"],
    codes=["IST0174", "KIA0202"], fixable=True,
)  # fmt: skip
def destination_rule_host_not_found(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report DestinationRules for unknown hosts."""
    host = rule.spec["host"]
    fqdn = mesh.hosts.fqdn(host.text, rule.namespace)
    wildcard_of_the_cluster = fqdn.startswith("*") and (fqdn == "*" or f".svc.{mesh.hosts.cluster_domain}".endswith(fqdn[1:]))
    known = wildcard_of_the_cluster or mesh.settings.is_known_host(fqdn)
    if _is_host(host.text) and not known and next(mesh.hosts.overlapping(fqdn), None) is None:
        found = _not_found(host, rule, mesh.hosts, "the rule has no effect")
        # the route to the host is reported already, as an error
        yield found._replace(severity="info") if mesh.virtual_services.routes_to(fqdn) else found


HOST_NOT_VISIBLE = declare(
    "host-not-visible", severity="error", evidence="contradiction", topic="routing", codes=["IST0101", "KIA1101"],
)  # fmt: skip
HIDDEN_HINT = "add the namespaces of the clients to its `exportTo` (for a Service, the annotation `networking.istio.io/exportTo`)"


@further_check(HOST_NOT_VISIBLE, kinds=["VirtualService"], beside=["defaultServiceExportTo", "exportTo", SERVICE_ANNOTATION])
def host_not_visible(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report destinations that exist but are not exported to the clients of the route."""
    audience, gateways = mesh.virtual_services.audience(virtual_service), mesh.entrances.namespaces(virtual_service)
    clients = gateways or audience.namespaces
    for destination in destinations(virtual_service):
        host = destination["host"]
        behind = list(mesh.hosts.covering(mesh.hosts.fqdn(host.text, virtual_service.namespace))) if _is_host(host.text) else []
        seeing = [namespace for namespace in clients if any(sees(namespace, known.scope) for known in behind)]
        blind = [namespace for namespace in clients if namespace not in seeing]
        if behind and blind and (gateways or not seeing):
            yield finding(
                host,
                f"`{host.text}` is exported only to {in_words(behind[0].scope)}; "
                f"{'gateways' if gateways else 'proxies'} in {in_words(frozenset(blind))} have no cluster for it and return 503",
                hint=HIDDEN_HINT,
                related=[known.place for known in behind if known.place],
                severity="error" if audience.certain or (gateways and not seeing) else "warning",
            )


def _not_found(host: Cursor, referrer: Resource, hosts: Hosts, consequence: str) -> Finding:
    """Return the finding for a host without a service, with the intended service if the input shows it."""
    fqdn = hosts.fqdn(host.text, referrer.namespace)
    service = hosts.service_name(fqdn)
    known = hosts.lacks(host.text, referrer)
    if renamed := hosts.renamed(host.text, referrer.namespace):
        return finding(
            host,
            f"Kustomize renamed Service `{renamed.former_names[0]}` to `{renamed.name}` but does not rewrite hosts; "
            f"{consequence}",
            hint=f"use `{renamed.name}`, or set the host with a Kustomize replacement",
            related=[(renamed.metadata["name"], "the renamed Service")],
        )
    if meant := _with_a_stump(host.text, hosts):
        return finding(
            host,
            f"unknown host `{host.text}`: Istio uses a name with a dot as the full name; {consequence}",
            hint=f"use the full name, `{meant.name}`",
            related=[meant.place] if meant.place else [],
            fix=Fix(f"use `{meant.name}`", (Replace(host.place, meant.name),)),
        )
    if service is None:
        return finding(
            host, f"no Service or ServiceEntry has the host `{host.text}`; {consequence}",
            hint="add a ServiceEntry for it, or use an existing host", known=known,
        )  # fmt: skip
    elsewhere = [other for other in hosts.services_named(service.name) if other.namespace != service.namespace]
    message = f"no service `{service.name}` in namespace `{service.namespace}`; {consequence}"
    names = sorted({other.name for other in elsewhere})
    if "." not in host.text and names:
        message = f"`{host.text}` resolves to `{fqdn}`, and no such service exists; {consequence}"
    one = elsewhere[0] if len(names) == 1 else None
    return finding(
        host,
        message,
        hint=_proposal(service.name, names, hosts.services_in(service.namespace)),
        related=[other.place for other in elsewhere[:3] if other.place],
        fix=Fix(f"use `{one.name}`", (Replace(host.place, one.name),), safe=False) if one else None,
        known=known or bool(one and _is_strayed(host, referrer, one)),
        severity=None if known else "warning",
    )


def _is_strayed(host: Cursor, referrer: Resource, elsewhere: KnownHost) -> bool:
    """Whether a short name very likely means the only service of that name, although the input shows none of its namespace."""
    return "." not in host.text and referrer.placed and elsewhere.resource is not None and elsewhere.resource.placed


def _proposal(name: str, elsewhere: Sequence[str], neighbors: Sequence[str]) -> str:
    if elsewhere:
        return f"use {' or '.join(f'`{fqdn}`' for fqdn in elsewhere[:3])}, a service of that name in another namespace"
    near = misspelt(name, neighbors)
    return f"did you mean `{near}`?" if near else "add the Service, or use an existing one"


def _with_a_stump(host: str, hosts: Hosts) -> KnownHost | None:
    """Return the service meant by a name that is cut off after the namespace: `reviews.shop`, `reviews.shop.svc`."""
    name, _, rest = host.partition(".")
    namespace, _, stump = rest.partition(".")
    if not namespace or stump not in _STUMPS:
        return None
    return next((known for known in hosts.services_named(name) if known.namespace == namespace), None)


@lru_cache(maxsize=4096)
def _is_host(text: str) -> bool:
    """Whether a text can be a host. Other checks report invalid hosts; placeholders are not reported."""
    return bool(_HOST.fullmatch(text)) and can_be_name(text) and not text.replace(".", "").isdigit()
