"""TCP ports that ALLOW rules with HTTP conditions close."""

from collections.abc import Iterator, Sequence

from istiolint.fields.service_ports import carries_http, names_protocol
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.authorization import is_dry_run
from istiolint.mesh.injection import is_gateway
from istiolint.mesh.selected_workloads import once_per_selection
from istiolint.mesh.workload import Workload, ports_of
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import declare, finding, further_check

_OPAQUE = ("TCP", "TLS", "MONGO", "MYSQL", "REDIS")
"""Protocols of servers that do not parse requests."""
_OF_REQUESTS = {
    "source": ("requestPrincipals", "notRequestPrincipals"),
    "operation": ("hosts", "notHosts", "methods", "notMethods", "paths", "notPaths"),
}


_RULE = declare(
    "allow-closes-tcp-port", severity="warning", evidence="contradiction", topic="authorization", tags=["security"],
)  # fmt: skip


@further_check(_RULE, kinds=["AuthorizationPolicy"])
def allow_closes_tcp_port(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report TCP ports that no ALLOW rule without HTTP conditions allows; Istio drops rules with HTTP conditions there."""
    if policy.spec["action"].text not in ("", "ALLOW") or is_dry_run(policy):
        return
    if not (ports := _all_tcp_ports(policy, mesh)):
        return
    rules = [(rule, field) for rule in policy.spec["rules"] if (field := _request_field(rule)) is not None]
    reported: set[int] = set()
    for workload, port, target in ports if rules else ():
        field = next((field for rule, field in rules if _covers(rule, target)), None)
        if field is None or target in reported or _is_open(workload, target, mesh):
            continue
        reported.add(target)
        yield _closed(field, target, f"`{workload.title}`", port)


@further_check(_RULE, kinds=["AuthorizationPolicy"], when=["targetRef", "targetRefs"])
def allow_closes_tcp_port_at_waypoint(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report TCP ports of a Service that a policy closes at its waypoint."""
    if policy.spec["action"].text not in ("", "ALLOW") or is_dry_run(policy):
        return
    rules = [(rule, field) for rule in policy.spec["rules"] if (field := _request_field(rule)) is not None]
    allowing = [
        rule
        for other in (policy, *mesh.overlapping_policies(policy, "AuthorizationPolicy"))
        if other.spec["action"].text in ("", "ALLOW")
        for rule in other.spec["rules"]
    ]
    for target in (policy.spec["targetRef"], *policy.spec["targetRefs"]) if rules else ():
        service = mesh.get("Service", policy.namespace, target["name"].text) if target["kind"].text == "Service" else None
        use = mesh.waypoints.use(service) if service is not None else None
        if service is None or use is None or mesh.exclusive(policy, service) or not mesh.waypoints.gateways(use):
            continue
        for port in service.spec["ports"]:
            number = port["port"].number
            field = next((field for rule, field in rules if number is not None and _covers(rule, number)), None)
            if number is None or field is None or not _is_tcp(port):
                continue
            if not any(_request_field(rule) is None and _covers(rule, number) for rule in allowing):
                yield _closed(field, number, f"Service `{service.name}`", port)
                return


@further_check(_RULE, kinds=["AuthorizationPolicy"], beside=["Gateway"])
def allow_closes_tcp_server(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report TCP servers of a gateway that a policy closes."""
    if policy.spec["action"].text not in ("", "ALLOW") or is_dry_run(policy):
        return
    rules = [(rule, field) for rule in policy.spec["rules"] if (field := _request_field(rule)) is not None]
    workloads = mesh.workloads_selected_by(policy) if rules else ()
    for workload in workloads:
        for gateway in mesh.entrances.gateways_on(workload):
            for server in gateway.spec["servers"]:
                number = server["port"]["number"].number
                field = next((field for rule, field in rules if number is not None and _covers(rule, number)), None)
                opaque = server["port"]["protocol"].text.upper() in _OPAQUE or server["tls"]["mode"].text == "PASSTHROUGH"
                if number is None or field is None or not opaque or mesh.exclusive(policy, gateway):
                    continue
                if all(_request_field(rule) is not None for each in mesh.allowing.of(workload) for rule in each.spec["rules"]):
                    yield _closed(field, number, gateway.title, server["port"]["protocol"])
                    return


def _closed(field: Cursor, port: int, what: str, at: Cursor) -> Finding:
    return finding(
        field.key,
        f"TCP port {port} of {what} is closed; rules with `{field.name}` do not apply to TCP and no other rule allows it",
        hint=f'allow the port in a separate rule: `to: [{{operation: {{ports: ["{port}"]}}}}]`',
        related=[(_said(at) if at["port"].exists else at, "TCP is declared here")],
    )


def _request_field(rule: Cursor) -> Cursor | None:
    """The first condition of a rule that applies to HTTP requests only."""
    for part, fields in _OF_REQUESTS.items():
        for item in rule["from" if part == "source" else "to"]:
            for field in fields:
                if item[part][field]:
                    return item[part][field]
    return next((condition["key"] for condition in rule["when"] if condition["key"].text.startswith("request.")), None)


def _covers(rule: Cursor, port: int) -> bool:
    """Whether a rule may apply to a port: one of its operations names it, or has no `ports`."""
    lists = [target["operation"]["ports"] for target in rule["to"]]
    return not lists or any(not ports or any(each.text == str(port) for each in ports) for ports in lists)


def _is_open(workload: Workload, port: int, mesh: Mesh) -> bool:
    """Whether a rule without HTTP conditions allows connections to a port."""
    rules = (rule for policy in mesh.allowing.of(workload) for rule in policy.spec["rules"])
    return any(_request_field(rule) is None and _covers(rule, port) for rule in rules)


@once_per_selection
def _all_tcp_ports(workloads: Sequence[Workload], mesh: Mesh) -> list[tuple[Workload, Cursor, int]]:
    return [(workload, port, target) for workload in workloads for port, target in _tcp_ports(workload, mesh)]


def _tcp_ports(workload: Workload, mesh: Mesh) -> Iterator[tuple[Cursor, int]]:
    """The ports of a workload that Services declare as TCP, and none declares as HTTP."""
    ports = [
        (port, target)
        for service in mesh.workloads.services_of(workload)
        for port, _, target in ports_of(service, workload)
        if target is not None
    ]
    http = {target for port, target in ports if carries_http(port)}
    opaque = [(port, target) for port, target in ports if target not in http and _is_tcp(port)]
    if opaque and not is_gateway(workload) and mesh.injection.of(workload).state == "sidecar":
        yield from ((port, target) for port, target in opaque if mesh.injection.captures(workload, target))


def _is_tcp(port: Cursor) -> bool:
    """Whether a Service port declares a protocol other than HTTP."""
    return bool(names_protocol(port) and (port["appProtocol"].text or port["name"].text)) and not carries_http(port)


def _said(port: Cursor) -> Cursor:
    return port["name"] if port["name"] else port["port"]
