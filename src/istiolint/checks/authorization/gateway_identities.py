"""Conditions on the identity of callers at gateways, whose clients present no certificate."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_servers import Server
from istiolint.mesh.selected_workloads import SelectedWorkloads, once_per_selection
from istiolint.mesh.waypoints import WAYPOINT_CLASSES
from istiolint.primitives.ports import TLS
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_BY_IDENTITY = ("principals", "namespaces", "serviceAccounts", "notPrincipals", "notNamespaces", "notServiceAccounts")
_CONDITIONS = ("source.principal", "source.namespace", "source.serviceAccount")
_CLIENT_CERTIFICATES = ("MUTUAL", "OPTIONAL_MUTUAL", "ISTIO_MUTUAL")
_TERMINATE_MODE = "gateway.istio.io/tls-terminate-mode"


@check(
    "identity-at-gateway-without-mtls",
    severity="error",
    evidence="contradiction",
    tags=["security"],
    kinds=["AuthorizationPolicy"],
    when=(*_BY_IDENTITY, "when"),
    beside=["Gateway", KUBERNETES_GATEWAY],
)
def identity_at_gateway_without_mtls(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report conditions on identities at gateways that request no client certificate."""
    if not any(_identities(rule) for rule in policy.spec["rules"]):
        return
    servers = servers_of(policy, mesh)
    for rule in policy.spec["rules"] if servers else ():
        concerned = _on_ports(rule, servers)
        if not concerned or any(asks_for_certificate(server) for server in concerned):
            continue
        for field, name, negative in _identities(rule):
            effect = {
                ("DENY", False): "never matches and denies nothing",
                ("DENY", True): "matches and denies every request",
                ("ALLOW", False): "never matches and the rule allows nothing",
                ("ALLOW", True): "matches every request",
            }.get((policy.spec["action"].text or "ALLOW", negative), "cannot be checked")
            yield finding(
                field.key,
                f"`{name}` {effect}; clients of {concerned[0].gateway.title} present no certificate",
                hint="use `remoteIpBlocks` or `requestPrincipals`, or set `tls.mode: MUTUAL` on the server",
                related=[(concerned[0].cursor, "server without client certificates")],
            )


def _identities(rule: Cursor) -> list[tuple[Cursor, str, bool]]:
    """The first condition on identities of each source and of each `when`: where it is, its name, and whether it excludes."""
    found = []
    for origin in rule["from"]:
        if field := next((origin["source"][name] for name in _BY_IDENTITY if origin["source"][name]), None):
            found.append((field, str(field.name), str(field.name).startswith("not")))
    for condition in rule["when"]:
        field = condition["values"] or condition["notValues"]
        if field and condition["key"].text in _CONDITIONS:
            found.append((field, condition["key"].text, field.name == "notValues"))
    return found


def servers_of(policy: Resource, mesh: Mesh) -> list[Server]:
    """The servers of the gateways that a policy applies to; none where it also applies to other workloads."""
    targets = [ref for ref in (policy.spec["targetRef"], *policy.spec["targetRefs"]) if ref.mapping]
    if targets:
        return _of_targets(policy, targets, mesh)
    gateways = _gateways(policy, mesh)
    if any(mesh.exclusive(policy, gateway) for gateway in gateways):
        return []
    return [Server(gateway, cursor) for gateway in gateways for cursor in gateway.spec["servers"]]


@once_per_selection
def _gateways(selected: SelectedWorkloads, mesh: Mesh) -> list[Resource]:
    """The Gateways that all workloads of a policy run; none where some of them run none."""
    found: dict[int, Resource] = {}
    for workload in selected:
        run = mesh.entrances.gateways_on(workload)
        if not run:
            return []
        found |= {id(gateway): gateway for gateway in run}
    return list(found.values())


def _of_targets(policy: Resource, targets: list[Cursor], mesh: Mesh) -> list[Server]:
    found: list[Server] = []
    for target in targets:
        gateway = (
            mesh.get(KUBERNETES_GATEWAY, policy.namespace, target["name"].text) if target["kind"].text == "Gateway" else None
        )
        if gateway is None or gateway.spec["gatewayClassName"].text in WAYPOINT_CLASSES or mesh.exclusive(policy, gateway):
            return []
        found += (Server(gateway, listener) for listener in gateway.spec["listeners"])
    return found


def _on_ports(rule: Cursor, servers: list[Server]) -> list[Server]:
    """The servers of the ports that a rule names; all servers if it names none, or only unknown ones."""
    written = {port.text for target in rule["to"] for port in target["operation"]["ports"]}
    if not written or any(not target["operation"]["ports"] for target in rule["to"]):
        return servers
    return [server for server in servers if str(server.cursor["port"]["number"].number) in written] or servers


def asks_for_certificate(server: Server) -> bool:
    """Whether a server of a gateway requests a client certificate."""
    tls = server.cursor["tls"]
    if server.gateway.type == KUBERNETES_GATEWAY:
        frontend = tls["frontendValidation"] or server.gateway.spec["tls"]["frontend"]
        return bool(frontend) or tls["options"][_TERMINATE_MODE].text in _CLIENT_CERTIFICATES
    return server.protocol in TLS and tls["mode"].text in _CLIENT_CERTIFICATES
