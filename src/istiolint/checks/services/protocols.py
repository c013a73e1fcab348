"""Unknown port protocols."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import UNKNOWN_PROTOCOL
from istiolint.documents.placeholders import has_variable
from istiolint.fields.listeners import listeners
from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.primitives.ports import PROTOCOLS, protocol_meant
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import finding, further_check, rejected


@further_check(UNKNOWN_PROTOCOL, kinds=["Gateway", "Sidecar"], rows=["GW-15", "SC-07", "SC-31"])
def listener_protocol(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report unknown protocols of Gateway and Sidecar listeners (a Sidecar detects the protocol if none is set)."""
    for listener in listeners(resource):
        protocol = listener.port["protocol"]
        if isinstance(protocol.value, str) and (protocol.text or listener.part == "servers"):
            yield from _unknown(protocol, resource)


@further_check(UNKNOWN_PROTOCOL, kinds=["ServiceEntry"], rows=["SE-16", "P-17"])
def service_entry_protocol(entry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report unknown protocols of ServiceEntry ports."""
    for port in entry.spec["ports"]:
        if port["protocol"].text:
            yield from _unknown(port["protocol"], entry)


def _unknown(protocol: Cursor, resource: Resource) -> Iterator[Finding]:
    if protocol.text.upper() in PROTOCOLS:
        return
    meant = protocol_meant(protocol.text)
    # `GRPC_WEB` and `H_TP` look like placeholders; MY_PROTOCOL is one
    waits = has_variable(protocol.text) or (protocol.unresolved and "PROTO" in protocol.text)
    if meant or not waits:
        yield finding(
            protocol,
            rejected(f"{f'unknown protocol `{protocol.text}`' if protocol.text else 'empty protocol'}", resource.kind),
            hint=f"use `{meant}`" if meant else f"use one of {', '.join(sorted(PROTOCOLS))}",
            fix=Fix(f"use `{meant}`", (Replace(protocol.place, meant),)) if meant else None,
        )
