"""What a Gateway's servers and a Sidecar's listeners listen on: ports and addresses."""

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
from istiolint.rules.check import finding, further_check

_KINDS = tuple(PARTS)


@further_check(INVALID_PORT, kinds=_KINDS, rows=["GW-16", "SC-08", "SC-32", "SC-35"])
def listener_port(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A port number that no port has."""
    for listener in listeners(resource):
        number = listener.number
        if number is None or is_port(number) or (number == 0 and listener.on_socket):
            continue
        if not listener.port["number"].exists and listener.part == "servers":
            continue  # the schema says that it is missing
        yield finding(
            listener.port["number"],
            f"`{number}` is no port; Istio refuses it"
            if listener.port["number"].exists
            else "`number` is missing; Istio refuses a port without it",
            hint=f"a port is a number from 1 to {LARGEST_PORT}",
        )


@further_check(INVALID_PORT_NAME, kinds=["Sidecar"], rows=["SC-06", "SC-30"])
def listener_port_name(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A name that is no DNS label."""
    for listener in listeners(resource):
        name = listener.port["name"]
        if name.literal and not is_label(name.text):
            yield finding(
                name,
                f"`{name.text}` is no name of a port; Istio refuses it",
                hint="a name has at most 63 letters and digits, with `-` between them",
            )


@further_check(UNSUPPORTED_TARGET_PORT, kinds=_KINDS, rows=["GW-17", "SC-05", "SC-29"])
def listener_target_port(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A field that only the ports of a ServiceEntry have."""
    for listener in listeners(resource):
        target = listener.port["targetPort"]
        if (target.number or 0) > 0:
            yield finding(
                target.key,
                f"`targetPort` has no meaning in a {resource.kind}; Istio refuses it",
                hint="delete it; the Service of the gateway maps its port to the one here"
                if listener.part == "servers"
                else "delete it; `defaultEndpoint` says where requests go"
                if listener.part == "ingress"
                else "delete it",
            )


@further_check(INVALID_BIND, kinds=_KINDS, rows=["GW-19", "GW-20", "GW-21", "SC-09", "SC-33", "SC-36"])
def listener_bind(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """An address on which nothing can listen."""
    for listener in listeners(resource):
        bind = listener.bind
        if not bind.literal or is_ip_address(bind.text):
            continue
        if listener.part == "egress" and listener.port.value is None:
            continue  # Istio ignores the address of a listener without a port
        if listener.on_socket:
            if fault := socket_fault(bind.text.removeprefix(UNIX)):
                yield finding(bind, f"`{bind.text}` is no address to listen on: {fault}", hint="write `unix:///path/of/socket`")
            if listener.number:
                yield finding(
                    listener.port["number"],
                    f"a Unix domain socket has no port, and here is `{listener.number}`; Istio refuses both",
                    hint="write `number: 0`",
                    related=[(bind, "the socket is here")],
                )
        elif listener.number or listener.part != "egress":
            sockets = ", or `unix://` with the path of a socket" if listener.takes_sockets else ""
            yield finding(
                bind,
                f"`{bind.text}` is no address to listen on; Istio refuses it",
                hint=f"write an IP address{sockets}, or leave `bind` out",
            )


@further_check(DUPLICATE_PORT, kinds=_KINDS, rows=["GW-03", "SC-10", "SC-37", "SC-38"])
def listener_twice(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two servers with ports of one name, or two listeners on one port or socket."""
    seen: dict[Hashable, Cursor] = {}
    for listener in listeners(resource):
        at = _identity(listener)
        if not at or not at.value or at.unresolved:
            continue
        first = seen.setdefault((listener.part, at.name, at.number or at.text), at)
        if first is not at:
            what = "the name of a port" if at.name == "name" else "the socket" if at.name == "bind" else "the port"
            yield finding(
                at,
                f"{what}, `{at.value}`, is taken by another {'server' if at.name == 'name' else 'listener'} of this "
                f"{resource.kind}; Istio refuses it",
                hint="give each server a port name of its own" if at.name == "name" else "join the two listeners",
                related=[(first, "the other is here")],
            )


def _identity(listener: Listener) -> Cursor:
    """What no other listener of the resource may share."""
    if listener.part == "servers":
        return listener.port["name"]
    return listener.bind if listener.on_socket else listener.port["number"]
