"""Ports in AuthorizationPolicies, compared with the ports that Services declare."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from istiolint.authorization.operations import operations
from istiolint.authorization.texts import text_covers
from istiolint.fields.service_ports import carries_http, names_protocol
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import is_gateway
from istiolint.mesh.selected_workloads import once_per_selection
from istiolint.mesh.workload import Workload, ports_of
from istiolint.mesh.workloads import names
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

KIND = ("AuthorizationPolicy",)
_TOO_LONG = 6
_OF_REQUESTS = ("paths", "notPaths", "methods", "notMethods", "hosts", "notHosts")


@check("request-condition-on-tcp-port", severity="error", evidence="contradiction", tags=["security"], kinds=KIND, when=["ports"])
def request_condition_on_tcp_port(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report HTTP conditions for a port that a Service declares as TCP."""
    wanted = [
        operation for operation in operations(policy) if any(operation[field] for field in _OF_REQUESTS) and operation["ports"]
    ]
    for operation in wanted:
        for port in operation["ports"]:
            service_port = _plain_tcp(policy, port.text, mesh)
            if service_port is not None:
                field = next(operation[field] for field in _OF_REQUESTS if operation[field])
                effect = "denies every connection" if policy.spec["action"].text == "DENY" else "allows no connection"
                yield finding(
                    port,
                    f"`{field.name}` cannot be checked on TCP port {port.text}; the rule {effect} to this port",
                    hint="remove the port from this rule; if it carries HTTP, declare that in the name of the Service port",
                    related=[(service_port, "the Service declares TCP here")],
                )


@check("method-on-grpc-port", severity="warning", evidence="contradiction", tags=["security"], kinds=KIND, when=["ports"])
def method_on_grpc_port(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report methods other than POST for ports that Services declare as gRPC."""
    for operation in operations(policy):
        methods = [method.text for method in operation["methods"]]
        if not methods or not operation["ports"] or any(text_covers(method, "POST") for method in methods):
            continue
        declared = [_declared(policy, port.text, mesh) for port in operation["ports"]]
        if all(_carries_grpc(port) for port in declared):
            effect = "denies nothing" if policy.spec["action"].text == "DENY" else "allows nothing"
            yield finding(
                operation["methods"].key,
                f"`methods` never matches on gRPC port {operation['ports'][0].text}, where calls are `POST`; the rule {effect}",
                hint="remove `methods`, and match calls by path: `/PACKAGE.SERVICE/METHOD`",
                related=[(port, "the Service declares gRPC here") for port in declared if port is not None][:1],
            )


def _carries_grpc(port: Cursor | None) -> bool:
    name = (port["appProtocol"].text or port["name"].text).lower() if port is not None else ""
    return name.partition("-")[0] == "grpc" and not name.startswith("grpc-web")


def _plain_tcp(policy: Resource, number: str, mesh: Mesh) -> Cursor | None:
    port = _declared(policy, number, mesh)
    return None if port is None or carries_http(port) or not names_protocol(port) else port


def _declared(policy: Resource, number: str, mesh: Mesh) -> Cursor | None:
    """The Service port that targets a port of the workloads of a policy, if all such ports declare the same protocol."""
    found = _declarations(policy, mesh).get(number, {})
    return next(iter(found.values())) if len(found) == 1 else None


@once_per_selection
def _declarations(workloads: Sequence[Workload], mesh: Mesh) -> dict[str, dict[str, Cursor]]:
    """The Service ports that target each port of some workloads, by protocol; none if a gateway is among them."""
    found: dict[str, dict[str, Cursor]] = defaultdict(dict)
    if any(map(is_gateway, workloads)):
        return found
    for workload in workloads:
        for service in mesh.workloads.services_of(workload):
            for port, _, target in ports_of(service, workload):
                protocol = (port["appProtocol"].text or port["name"].text).lower().partition("-")[0]
                found[str(target)].setdefault(protocol, port)
    return found


class _Ports(NamedTuple):
    """The ports of some workloads: their Service ports with the target ports, and the ports that are open."""

    targets: dict[int, tuple[int, Cursor]]
    open: set[int]
    gateways: bool


@once_per_selection
def _ports(workloads: Sequence[Workload], mesh: Mesh) -> _Ports:
    found = _Ports({}, set(), any(workload.creates_pods and is_gateway(workload) for workload in workloads))
    for workload in workloads:
        if not workload.creates_pods:
            continue
        found.open.update(port.number for port in workload.ports)
        for service in mesh.workloads.services_of(workload):
            for port, number, target in ports_of(service, workload):
                if target is not None:
                    found.open.add(target)
                    found.targets.setdefault(number, (target, port))
    return found


@check("service-port-in-policy", severity="error", evidence="contradiction", tags=["security"], kinds=KIND, when=["ports"])
def service_port_in_policy(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report Service ports where the policy compares the target port."""
    ports = _ports(policy, mesh)
    for operation in operations(policy):
        for port in operation["ports"]:
            number = int(port.text) if port.text.isdecimal() and len(port.text) < _TOO_LONG else 0
            if number in ports.targets and number not in ports.open:
                target, at = ports.targets[number]
                yield finding(
                    port,
                    f"port `{number}` never matches; it is the Service port, and policies compare the target port `{target}`",
                    hint=f'use `"{target}"`',
                    related=[(at, "the Service maps the port here")],
                    severity="warning" if ports.gateways else None,
                )


@check("policy-port-without-sidecar", severity="warning", evidence="contradiction", tags=["security"], kinds=KIND, when=["ports"])
def policy_port_without_sidecar(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report ports that annotations exclude from the sidecar."""
    workloads = mesh.workloads_selected_by(policy)
    for operation in operations(policy) if workloads else ():
        for port in operation["ports"]:
            number = int(port.text) if port.text.isdecimal() and len(port.text) < _TOO_LONG else 0
            kept = _past_proxy(policy, mesh)(number) if number else None
            if kept is not None:
                yield finding(
                    port,
                    f"port {number} of {names(workloads)} bypasses the sidecar; policies are not enforced and all callers are "
                    "allowed",
                    hint="remove the port from the annotation or from the policy",
                    related=[(kept, "excluded from the sidecar here")],
                )


@once_per_selection
def _past_proxy(workloads: Sequence[Workload], mesh: Mesh) -> Callable[[int], Cursor | None]:
    """Return a function for the first annotation that excludes a port from the sidecars of all workloads, or None."""

    @cache
    def kept(number: int) -> Cursor | None:
        found = [mesh.injection.past_proxy(workload, number) for workload in workloads]
        return found[0] if all(at is not None for at in found) else None

    return kept
