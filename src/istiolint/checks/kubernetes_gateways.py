"""Gateways of the Gateway API: listeners and addresses that are wanted twice."""

from collections.abc import Iterator

from istiolint.cursor import Cursor
from istiolint.finding import Finding
from istiolint.kinds import KUBERNETES_GATEWAY
from istiolint.mesh import Mesh
from istiolint.resource import Resource
from istiolint.rules import check, finding


@check(
    "listener-not-unique", severity="error", evidence="document", category="traffic",
    kinds=[KUBERNETES_GATEWAY], codes=["KIA1503"],
)  # fmt: skip
def listener_not_unique(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two listeners for the same port, protocol and host, or for two protocols on one port that cannot share it."""
    seen: dict[tuple[int | None, str, str], Cursor] = {}
    for listener in gateway.spec["listeners"]:
        protocol = listener["protocol"].text
        kind = "TLS" if protocol in ("HTTPS", "TLS") else protocol
        key = (listener["port"].number, kind, listener["hostname"].text.lower())
        if key[0] is not None and (first := seen.setdefault(key, listener)) is not listener:
            host = f"`{listener['hostname'].text}`" if listener["hostname"].text else "all hosts"
            yield finding(
                listener["port"],
                f"another listener takes {host} on port {key[0]} by {protocol} already: neither of them is served",
                hint="give each a port or a hostname of its own",
                related=[(first["port"], "the other listener")],
            )


@check(
    "two-gateways-for-one-address", severity="warning", evidence="contradiction", category="traffic", kinds=[KUBERNETES_GATEWAY],
    codes=["KIA1502"],
)  # fmt: skip
def two_gateways_for_one_address(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two Gateways of one namespace that ask for the same address."""
    for address in gateway.spec["addresses"]:
        for other in mesh.in_namespace(KUBERNETES_GATEWAY, gateway.namespace) if address["value"].text else ():
            theirs = next((at["value"] for at in other.spec["addresses"] if at["value"].text == address["value"].text), None)
            if other is not gateway and theirs is not None and not mesh.rivals(gateway, other):
                yield finding(
                    address["value"],
                    f"{other.title} asks for `{address['value'].text}` as well: one of both does not get it",
                    hint="give each an address of its own, or put the listeners into one Gateway",
                    related=[(theirs, "the other Gateway")],
                )
