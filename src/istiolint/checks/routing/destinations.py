"""Hosts that routes, mirrors and DestinationRules name: is there a service, and do the clients see it?"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from istiolint.documents.placeholders import can_be_name
from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.mesh.hosts import Hosts, KnownHost
from istiolint.mesh.virtual_services import destinations
from istiolint.mesh.visibility import in_words, sees
from istiolint.primitives.similar import misspelt
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_HOST = re.compile(r"\*|(\*\.?)?[A-Za-z0-9_]([-A-Za-z0-9_.]*[A-Za-z0-9_])?\Z")
_STUMPS = ("", "svc", "svc.cluster", "cluster.local", "local", "svc.local")


@check(
    "host-not-found", severity="error", evidence="missing", kinds=["VirtualService"],
    codes=["IST0101", "KIA1101"], fixable=True,
)  # fmt: skip
def host_not_found(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A destination that no Service, ServiceEntry or generated gateway service has."""
    for destination in destinations(virtual_service):
        host = destination["host"]
        fqdn = mesh.hosts.fqdn(host.text, virtual_service.namespace)
        if _is_host(host) and next(mesh.hosts.behind(fqdn), None) is None and not mesh.settings.knows_host(fqdn):
            yield _not_found(host, virtual_service, mesh.hosts, "Envoy gets no cluster for it and answers 503")


@check(
    "destination-rule-host-not-found", severity="warning", evidence="missing", kinds=["DestinationRule"],
    codes=["IST0174", "KIA0202"], fixable=True,
)  # fmt: skip
def destination_rule_host_not_found(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A DestinationRule for a host that nobody has."""
    host = rule.spec["host"]
    fqdn = mesh.hosts.fqdn(host.text, rule.namespace)
    wildcard_of_the_cluster = fqdn.startswith("*") and (fqdn == "*" or f".svc.{mesh.hosts.cluster_domain}".endswith(fqdn[1:]))
    known = wildcard_of_the_cluster or mesh.settings.knows_host(fqdn)
    if _is_host(host) and not known and next(mesh.hosts.under(fqdn), None) is None:
        found = _not_found(host, rule, mesh.hosts, "the rule applies to nothing")
        # the route to the host is reported already, as an error
        yield replace(found, severity="info") if mesh.virtual_services.routes_to(fqdn) else found


@check(
    "host-not-visible", severity="error", evidence="contradiction", kinds=["VirtualService"],
    codes=["IST0101", "KIA1101"],
)  # fmt: skip
def host_not_visible(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A destination that is there, but is not exported to those who use the route."""
    audience, gateways = mesh.virtual_services.audience(virtual_service), mesh.entrances.namespaces(virtual_service)
    clients = gateways or audience.namespaces
    for destination in destinations(virtual_service):
        host = destination["host"]
        behind = list(mesh.hosts.behind(mesh.hosts.fqdn(host.text, virtual_service.namespace))) if _is_host(host) else []
        seeing = [namespace for namespace in clients if any(sees(namespace, known.scope) for known in behind)]
        blind = [namespace for namespace in clients if namespace not in seeing]
        if behind and blind and (gateways or not seeing):
            yield finding(
                host,
                f"`{host.text}` is exported to {in_words(behind[0].scope)} only; "
                f"{'gateways' if gateways else 'proxies'} in {in_words(frozenset(blind))} that use this route have no cluster "
                "for it and return 503",
                hint="add the namespaces of the clients to its `exportTo` (for a Service, the annotation "
                "`networking.istio.io/exportTo`)",
                related=[known.place for known in behind if known.place],
                severity="error" if audience.certain or (gateways and not seeing) else "warning",
            )


def _not_found(host: Cursor, referrer: Resource, hosts: Hosts, consequence: str) -> Finding:
    """What to say of a host without a service, with the one that was meant where the input shows it."""
    fqdn = hosts.fqdn(host.text, referrer.namespace)
    service = hosts.service_name(fqdn)
    known = hosts.lacks(host.text, referrer)
    if renamed := hosts.renamed(host.text, referrer.namespace):
        return finding(
            host,
            f"Kustomize renamed Service `{renamed.former_names[0]}` to `{renamed.name}` but does not rewrite hosts; "
            f"{consequence}",
            hint=f"use `{renamed.name}`, or write the host with a replacement",
            related=[(renamed.metadata["name"], "the renamed Service")],
        )
    if meant := _with_a_stump(host.text, hosts):
        return finding(
            host,
            f"`{host.text}` is taken as it is, because it has a dot, and no Service or ServiceEntry is called so; {consequence}",
            hint=f"write the full name, `{meant.name}`",
            related=[meant.place] if meant.place else [],
            fix=Fix(f"write `{meant.name}`", (Replace(host.place, meant.name),)),
        )
    if service is None:
        return finding(
            host, f"no Service or ServiceEntry has the host `{host.text}`; {consequence}",
            hint="declare it with a ServiceEntry, or name an existing host", known=known,
        )  # fmt: skip
    elsewhere = [other for other in hosts.services_named(service.name) if other.namespace != service.namespace]
    message = f"there is no service `{service.name}` in namespace `{service.namespace}`; {consequence}"
    names = sorted({other.name for other in elsewhere})
    if "." not in host.text and names:
        message = f"`{host.text}` means `{fqdn}` here, and there is no such service; {consequence}"
    one = elsewhere[0] if len(names) == 1 else None
    return finding(
        host,
        message,
        hint=_proposal(service.name, names, hosts.services_in(service.namespace)),
        related=[other.place for other in elsewhere[:3] if other.place],
        fix=Fix(f"write `{one.name}`", (Replace(host.place, one.name),), safe=False) if one else None,
        known=known or bool(one and _is_strayed(host, referrer, one)),
        severity=None if known else "warning",
    )


def _is_strayed(host: Cursor, referrer: Resource, elsewhere: KnownHost) -> bool:
    """Whether a short name very likely means the one service of that name, though the input shows none of its own namespace."""
    return "." not in host.text and referrer.placed and elsewhere.resource is not None and elsewhere.resource.placed


def _proposal(name: str, elsewhere: Sequence[str], neighbours: Sequence[str]) -> str:
    if elsewhere:
        return f"a service of that name is elsewhere: write {' or '.join(f'`{fqdn}`' for fqdn in elsewhere[:3])}"
    near = misspelt(name, neighbours)
    return f"did you mean `{near}`?" if near else "add the Service, or name an existing one"


def _with_a_stump(host: str, hosts: Hosts) -> KnownHost | None:
    """The service that is meant by a name cut off behind the namespace: `reviews.shop`, `reviews.shop.svc`."""
    name, _, rest = host.partition(".")
    namespace, _, stump = rest.partition(".")
    if not namespace or stump not in _STUMPS:
        return None
    return next((known for known in hosts.services_named(name) if known.namespace == namespace), None)


def _is_host(host: Cursor) -> bool:
    """Whether a value can be a host at all; what is not is told by others, and placeholders are nobody's fault."""
    return bool(_HOST.fullmatch(host.text)) and can_be_name(host.text) and not host.text.replace(".", "").isdigit()
