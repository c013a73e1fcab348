"""Ports and addresses of Gateway servers and Sidecar listeners."""

from collections.abc import Hashable, Iterator

from istiolint.checks.schema.shared_rules import (
    DUPLICATE_PORT,
    INVALID_BIND,
    INVALID_PORT,
    INVALID_PORT_NAME,
    UNSUPPORTED_TARGET_PORT,
)
from istiolint.fields.listeners import PARTS, Listener, listeners
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.addresses import UNIX, is_ip_address, socket_fault
from istiolint.primitives.hosts import is_label
from istiolint.primitives.ports import LARGEST_PORT, is_port
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import finding, further_check, rejected

_KINDS = tuple(PARTS)


@further_check(INVALID_PORT, kinds=_KINDS, rows=["GW-16", "SC-08", "SC-32", "SC-35"])
def listener_port(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a missing or invalid port number."""
    for listener in listeners(resource):
        number = listener.number
        if number is None or is_port(number) or (number == 0 and listener.on_socket):
            continue
        if not listener.port["number"].exists and listener.part == "servers":
            continue  # the schema reports the missing field
        yield finding(
            listener.port["number"],
            f"invalid port `{number}`; Istio rejects it"
            if listener.port["number"].exists
            else "the port has no `number`; Istio rejects it",
            hint=f"use a number from 1 to {LARGEST_PORT}",
        )


@further_check(INVALID_PORT_NAME, kinds=["Sidecar"], rows=["SC-06", "SC-30"])
def listener_port_name(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a port name that is not a DNS label."""
    for listener in listeners(resource):
        name = listener.port["name"]
        if name.literal and not is_label(name.text):
            yield finding(
                name,
                f"invalid port name `{name.text}`; Istio rejects it",
                hint="use at most 63 lower-case letters and digits, separated by `-`",
            )


@further_check(UNSUPPORTED_TARGET_PORT, kinds=_KINDS, rows=["GW-17", "SC-05", "SC-29"])
def listener_target_port(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report `targetPort`, which only ServiceEntry ports support."""
    for listener in listeners(resource):
        target = listener.port["targetPort"]
        if (target.number or 0) > 0:
            yield finding(
                target.key,
                f"`targetPort` is not supported in a {resource.kind}; Istio rejects it",
                hint="remove it; the gateway Service maps its own port to this one"
                if listener.part == "servers"
                else "remove it; `defaultEndpoint` sets where requests go"
                if listener.part == "ingress"
                else "remove it",
            )


@further_check(INVALID_BIND, kinds=_KINDS, rows=["GW-19", "GW-20", "GW-21", "SC-09", "SC-33", "SC-36"])
def listener_bind(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an invalid bind address."""
    for listener in listeners(resource):
        bind = listener.bind
        if not bind.literal or is_ip_address(bind.text):
            continue
        if listener.part == "egress" and listener.port.value is None:
            continue  # Istio ignores the address of a listener without a port
        if listener.on_socket:
            if fault := socket_fault(bind.text.removeprefix(UNIX)):
                yield finding(
                    bind, f"invalid bind address `{bind.text}`: {fault}; Istio rejects it", hint="use `unix:///path/to/socket`"
                )
            if listener.number:
                yield finding(
                    listener.port["number"],
                    rejected(f"port `{listener.number}` on a Unix domain socket", "combination"),
                    hint="set `number: 0`",
                    related=[(bind, "the socket is set here")],
                )
        elif listener.number or listener.part != "egress":
            sockets = ", a socket path such as `unix:///path/to/socket`" if listener.takes_sockets else ""
            yield finding(
                bind,
                f"invalid bind address `{bind.text}`; Istio rejects it",
                hint=f"use an IP address{sockets}, or remove `bind`",
            )


@further_check(DUPLICATE_PORT, kinds=_KINDS, rows=["GW-03", "SC-10", "SC-37", "SC-38"])
def listener_twice(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report servers that share a port name, and listeners that share a port or socket."""
    seen: dict[Hashable, Cursor] = {}
    for listener in listeners(resource):
        at = _identity(listener)
        if not at or not at.value or at.unresolved:
            continue
        first = seen.setdefault((listener.part, at.name, at.number or at.text), at)
        if first is not at:
            what = "port name" if at.name == "name" else "socket" if at.name == "bind" else "port"
            yield finding(
                at,
                rejected(
                    f"another {'server' if at.name == 'name' else 'listener'} of this {resource.kind} already uses {what} "
                    f"`{at.value}`",
                    "duplicate",
                ),
                hint="use a unique port name for each server" if at.name == "name" else "merge the two listeners",
                related=[(first, f"the {what} is first used here")],
            )


def _identity(listener: Listener) -> Cursor:
    """Return what must be unique among the listeners of the resource."""
    if listener.part == "servers":
        return listener.port["name"]
    return listener.bind if listener.on_socket else listener.port["number"]
