"""Identities in AuthorizationPolicies: principals that no workload has, and identities where callers present none."""

import re
from collections.abc import Iterator, Sequence

from istiolint.authorization.rules import negative
from istiolint.checks.authorization.gateway_identities import asks_for_certificate, servers_of
from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_deployments import service_account
from istiolint.mesh.injection import is_gateway
from istiolint.mesh.mtls import Effective
from istiolint.mesh.selected_workloads import once_per_selection
from istiolint.mesh.workload import Workload, ports_of
from istiolint.mesh.workloads import names
from istiolint.mutual_tls.client import SetTls, tls_set_by
from istiolint.mutual_tls.ports import ports
from istiolint.mutual_tls.server import server_mode
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource, once
from istiolint.rules.check import check, finding

KIND = ("AuthorizationPolicy",)
_SPIFFE = "spiffe://"
_PLAIN = re.compile(r"[\w./*-]+", re.ASCII)
_PRINCIPAL = re.compile(r"(?P<domain>[^/]+)/ns/(?P<namespace>[^/]+)/sa/(?P<account>[^/]+)")
_TWO = 2
_FULL = 4
"""How many slashes a full principal has."""
_WITH_PRINCIPALS = ("principals", "notPrincipals", "when")
_BY_IDENTITY = ("principals", "namespaces", "serviceAccounts", "notPrincipals", "notNamespaces", "notServiceAccounts")


@once
def principals(policy: Resource) -> Iterator[Cursor]:
    """Each principal that a policy names, in sources and in conditions."""
    for rule in policy.spec["rules"]:
        for origin in rule["from"]:
            for field in ("principals", "notPrincipals"):
                yield from origin["source"][field]
        for condition in rule["when"]:
            if condition["key"].text == "source.principal":
                yield from condition["values"]
                yield from condition["notValues"]


@check(
    "principal-as-spiffe-url",
    severity="error",
    evidence="document",
    tags=["security"],
    kinds=KIND,
    fixable=True,
    codes=["KIA0106"],
    when=_WITH_PRINCIPALS,
)
def principal_as_spiffe_url(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report principals with the `spiffe://` prefix that certificates have."""
    for principal in principals(policy):
        if principal.text.startswith(_SPIFFE):
            right = principal.text.removeprefix(_SPIFFE)
            fix = (
                Fix(f"use `{right}`", (Replace(principal.place, right),)) if _PLAIN.fullmatch(right) and right[0] != "*" else None
            )
            yield finding(
                principal,
                f"principal `{principal.text}` never matches; principals are written without `{_SPIFFE}`",
                hint=f"use `{right}`",
                fix=fix,
            )


@check(
    "malformed-principal", severity="warning", evidence="document", tags=["security"], kinds=KIND, codes=["KIA0106"],
    when=_WITH_PRINCIPALS,
)  # fmt: skip
def malformed_principal(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report principals that do not have the form of an identity."""
    for principal in principals(policy):
        text = principal.text
        at_an_end = (text.startswith((_SPIFFE, "*")) or text.endswith("*")) and "*" not in text[1:-1] and text.count("*") < _TWO
        star = "*" in text
        if not text or at_an_end or principal.unresolved or (_PRINCIPAL.fullmatch(text) and not star):
            continue
        if not star and any(asks_for_certificate(server) for server in servers_of(policy, mesh)):
            continue  # certificates from outside the mesh name clients in other forms
        yield finding(
            principal,
            f"principal `{text}` never matches; "
            + (
                "`*` is a wildcard only once, at the start or end"
                if star
                else "identities have the form `TRUST-DOMAIN/ns/NAMESPACE/sa/NAME`"
            ),
            hint="list the identities" if star else f"use `cluster.local/ns/NAMESPACE/sa/{text.rpartition('/')[2]}`",
        )


@check(
    "unknown-trust-domain", severity="error", evidence="contradiction", tags=["security"], kinds=KIND, codes=["KIA0108"],
    when=_WITH_PRINCIPALS,
)  # fmt: skip
def unknown_trust_domain(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report trust domains that are neither that of the mesh nor one of its aliases."""
    written = mesh.config.at("trustDomain")
    by_default = mesh.settings.whole_mesh or mesh.config.known  # without a `trustDomain` it is `cluster.local`
    if (written is None and mesh.settings.trust_domain is None and not by_default) or mesh.other_clusters.services:
        return
    own = mesh.config.text("trustDomain")
    known = {own, "cluster.local", *mesh.config.names("trustDomainAliases")}
    for principal in principals(policy):
        if prefix := _unknown_prefix(principal, mesh):
            yield finding(
                principal,
                f"principal `{principal.text}` never matches; the trust domain is `{own}`, and Istio replaces `{prefix}` in full "
                "principals only",
                hint=f"use `{own}{principal.text.removeprefix(prefix)}`",
                related=[(written, "trust domain of the mesh")] if written else [],
            )
            continue
        match = _PRINCIPAL.fullmatch(principal.text)
        if match and "*" not in match["domain"] and match["domain"] not in known and not principal.unresolved:
            yield finding(
                principal.part(match["domain"]),
                f"principal never matches; trust domain `{match['domain']}` is not that of the mesh (`{own}`) or an alias",
                hint=f"use `{own}`, or add `{match['domain']}` to `trustDomainAliases` in the MeshConfig",
                related=[(written, "trust domain of the mesh")] if written else [],
            )


def _unknown_prefix(principal: Cursor, mesh: Mesh) -> str:
    """The trust domain of a principal such as `cluster.local/*` if no workload has it.

    Istio replaces the trust domain and its aliases in principals of five parts only.
    """
    domain, slash, rest = principal.text.partition("/")
    known = {mesh.config.text("trustDomain"), *mesh.config.names("trustDomainAliases")}
    wildcard = slash and rest.endswith("*") and principal.text.count("/") < _FULL and "*" not in domain
    return domain if wildcard and domain not in known and not principal.unresolved else ""


@check(
    "unknown-service-account",
    severity="warning",
    evidence="missing",
    kinds=KIND,
    codes=["KIA0106", "KIA0107"],
    when=_WITH_PRINCIPALS,
)
def unknown_service_account(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report service accounts that no workload uses."""
    # unknown-trust-domain reports principals with another trust domain
    domains = {mesh.config.text("trustDomain"), "cluster.local", *mesh.config.names("trustDomainAliases")}
    for principal in principals(policy):
        match = _PRINCIPAL.fullmatch(principal.text)
        if not match or "*" in principal.text or principal.unresolved or match["domain"] not in domains:
            continue
        namespace, account = match["namespace"], match["account"]
        workloads = mesh.workloads.in_namespace(namespace)
        exists = (
            mesh.get("ServiceAccount", namespace, account)
            or mesh.workloads.of_account(namespace, account)
            or any(service_account(gateway) == account for gateway in mesh.in_namespace(KUBERNETES_GATEWAY, namespace))
        )
        if not workloads and not exists:
            yield finding(
                principal,
                f"principal `{principal.text}` never matches; namespace `{namespace}` has no workload",
                hint="check the namespace",
                known=mesh.settings.whole_mesh,
            )
        elif workloads and not exists:
            near = sorted({one.service_account for one in workloads})
            yield finding(
                principal,
                f"principal never matches; no workload in namespace `{namespace}` uses service account `{account}`",
                hint=f"use one of the service accounts in the namespace: {', '.join(f'`{name}`' for name in near[:5])}",
                known=mesh.settings.whole_mesh
                or (
                    mesh.coverage.lacks("ServiceAccount", namespace, account, policy)
                    and bool(mesh.in_namespace("ServiceAccount", namespace))
                ),
            )


@check(
    "identity-without-mtls", severity="error", evidence="contradiction", tags=["security"], kinds=KIND, codes=["KIA0105"],
    when=_BY_IDENTITY,
)  # fmt: skip
def identity_without_mtls(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report conditions on the identity of callers where mTLS is disabled and callers present none."""
    field = next(
        (
            origin["source"][name]
            for rule in policy.spec["rules"]
            for origin in rule["from"]
            for name in _BY_IDENTITY
            if origin["source"][name]
        ),
        None,
    )
    if field is None:
        return
    workloads = mesh.workloads_selected_by(policy)
    if not workloads:
        return
    action = policy.spec["action"].text or "ALLOW"
    effect = "denies nothing" if action == "DENY" else "allows no request"
    if _without_mtls(policy, mesh):
        set_by = mesh.mtls.of(workloads[0]).set_by
        yield finding(
            field.key,
            f"`{field.name}` never matches and the rule {effect}; mTLS is disabled for {names(workloads)}",
            hint="set the mTLS mode to `STRICT` or `PERMISSIVE` for these workloads",
            related=[(set_by[0], "mTLS is disabled here")] if set_by else (),
        )
    elif (at := _plaintext_clients(policy, workloads, mesh)) is not None:
        yield finding(
            field.key,
            f"`{field.name}` never matches and the rule {effect}; clients in the mesh call {names(workloads)} in plaintext",
            hint="enable mTLS for clients: remove `tls` from the DestinationRule, or set `enableAutoMtls` or `ISTIO_MUTUAL`",
            related=[(at, "clients send plaintext because of this")],
            severity="error" if mesh.settings.whole_mesh else "warning",
        )


def _plaintext_clients(policy: Resource, workloads: Sequence[Workload], mesh: Mesh) -> Cursor | None:
    """What makes all clients of the mesh send plaintext to all services of these workloads; None where some use mTLS."""
    automatic = mesh.config.on("enableAutoMtls")
    if automatic and "tls" not in mesh.destination_rules.fields:
        return None
    if mesh.injection.ambient_namespaces:
        return None  # ztunnel presents identities, whatever DestinationRules say
    because: Cursor | None = None if automatic else mesh.config.at("enableAutoMtls")
    found = False
    for workload in workloads:
        if mesh.injection.of(workload).state != "sidecar" or is_gateway(workload):
            return None
        for service in mesh.workloads.services_of(workload):
            host = mesh.hosts.fqdn(service.name, service.namespace)
            if any(_uses_mtls(policy.namespace, host, number, automatic, mesh) for _, number, _ in ports_of(service, workload)):
                return None  # one client is enough, and checking this one needs no list of clients
            rules = mesh.destination_rules.covering(host)
            clients = {policy.namespace, service.namespace, *(rule.namespace for rule in rules), *mesh.namespaces}
            for _, number, _ in ports_of(service, workload):
                opened = [_opened(namespace, host, number, mesh) for namespace in sorted(clients)]
                if any(each.tls != "plaintext" if each else automatic for each in opened):
                    return None
                found = True
                because = next((each.at for each in opened if each), because)
    return because if found else None


def _uses_mtls(namespace: str, host: str, number: int, automatic: bool, mesh: Mesh) -> bool:
    opened = _opened(namespace, host, number, mesh)
    return opened.tls != "plaintext" if opened else automatic


def _opened(namespace: str, host: str, number: int, mesh: Mesh) -> SetTls | None:
    """What the DestinationRule of clients in a namespace sets for a port of a host."""
    rule = mesh.client_rules.of(namespace, {}, host)
    return tls_set_by(rule.tls("", number)) if rule is not None else None


@once_per_selection
def _without_mtls(workloads: Sequence[Workload], mesh: Mesh) -> bool:
    """Whether mTLS is off on all ports of these workloads, and their sidecars would use it."""
    if not all(mesh.mtls.of_namespace(each.namespace).disabled or mesh.mtls.selecting(each) for each in workloads):
        return False
    are_off = all(
        mesh.injection.of(workload).state == "sidecar"
        and (mode := server_mode(workload, port.number, mesh)) is not None
        and mode.disabled
        for workload in workloads
        for port in ports(workload, mesh)
    )
    return are_off and mesh.mtls.disables


@check(
    "deny-by-identity-in-permissive-mode",
    severity="warning",
    evidence="contradiction",
    tags=["security"],
    kinds=KIND,
    when=["action"],
)
def deny_by_identity_in_permissive_mode(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report DENY rules by identity where callers may present none."""
    field = next(_denied_identities(policy), None)
    if field is None or mesh.authorization.refuses_strangers(policy.namespace):
        return
    for workload, lenient in _lenient(policy, mesh):
        if not any(mesh.exclusive(policy, other) for other in lenient.policies):
            yield finding(
                field.key,
                f"plaintext clients bypass this DENY rule; `{workload.title}` is in `PERMISSIVE` mode, and `{field.name}` "
                "matches only mTLS clients",
                hint=f"set the mTLS mode to `STRICT`, or use `{negative(str(field.name))}`, which also matches plaintext clients",
                related=[(lenient.set_by[0], "plaintext is accepted here")],
            )
            return


@once_per_selection
def _lenient(workloads: Sequence[Workload], mesh: Mesh) -> list[tuple[Workload, Effective]]:
    """The workloads with a sidecar that accepts plaintext by a policy, and the mode that applies."""
    found = []
    for workload in workloads:
        numbers: list[int | None] = [port.number for port in workload.ports]
        modes = [server_mode(workload, number, mesh) for number in numbers or [None]]
        lenient = next((mode for mode in modes if mode is not None and mode.modes == {"PERMISSIVE"} and mode.set_by), None)
        if lenient and mesh.injection.of(workload).state == "sidecar":
            found.append((workload, lenient))
    return found


def _denied_identities(policy: Resource) -> Iterator[Cursor]:
    if policy.spec["action"].text == "DENY":
        for rule in policy.spec["rules"]:
            for origin in rule["from"]:
                yield from (origin["source"][name] for name in _BY_IDENTITY[:3] if origin["source"][name])
