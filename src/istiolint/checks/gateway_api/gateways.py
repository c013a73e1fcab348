"""Gateways of the Gateway API: listeners and addresses that are wanted twice, and what they refer to."""

from collections.abc import Iterator

from istiolint.documents.placeholders import can_be_name
from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_api import Reference
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check

LISTENER_NOT_UNIQUE = declare("listener-not-unique", severity="error", topic="gateway-api", codes=["KIA1503"])
_ALONE_ON_PORT = {"HTTP": "HTTP", "HTTPS": "TLS", "TLS": "TLS", "TCP": "TCP"}
"""What a connection to a listener begins with: listeners of one port must agree on it."""
_CLASS = "istio"
"""The class of gateways at the edge (waypoints and gateways between networks have a protocol of their own)."""
_PROTOCOLS = ("HTTP", "HTTPS", "TCP", "TLS")


@further_check(LISTENER_NOT_UNIQUE, kinds=[KUBERNETES_GATEWAY])
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
    "two-gateways-for-one-address", severity="warning", evidence="contradiction", kinds=[KUBERNETES_GATEWAY],
    codes=["KIA1502"], fold="pair",
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


@further_check(LISTENER_NOT_UNIQUE, kinds=[KUBERNETES_GATEWAY])
def protocols_of_port(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Listeners for one port whose connections begin differently."""
    seen: dict[int, Cursor] = {}
    for listener in gateway.spec["listeners"]:
        port, protocol = listener["port"].number, listener["protocol"]
        begins = _ALONE_ON_PORT.get(protocol.text)
        if port is None or begins is None:
            continue
        first = seen.setdefault(port, protocol)
        if _ALONE_ON_PORT[first.text] != begins:
            yield finding(
                protocol,
                f"port {port} has a listener for {first.text} already, and cannot serve {protocol.text} as well: the listeners "
                "are in conflict",
                hint="give one of them another port",
                related=[(first, "the other listener")],
            )


@check(
    "certificate-not-granted", severity="error", evidence="missing", kinds=[KUBERNETES_GATEWAY],
)  # fmt: skip
def certificate_not_granted(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A listener with a Secret of another namespace that is not open to Gateways of this one."""
    for listener in gateway.spec["listeners"]:
        for certificate in listener["tls"]["certificateRefs"]:
            secret = not certificate["group"].text and certificate["kind"].text in ("", "Secret")
            namespace, name = certificate["namespace"].text, certificate["name"].text
            if not (secret and namespace and name) or namespace == gateway.namespace or not can_be_name(namespace):
                continue
            if not mesh.grants.allow(gateway, Reference("Secret", namespace, name, certificate), "Secret"):
                yield finding(
                    certificate["namespace"],
                    f"nothing lets Gateways of namespace `{gateway.namespace}` refer to Secrets of `{namespace}`: listener "
                    f"`{listener['name'].text}` gets no certificate and serves no TLS",
                    hint=f"add a ReferenceGrant in `{namespace}`, from Gateway in `{gateway.namespace}` to Secret `{name}`",
                    known=mesh.settings.whole_mesh or (gateway.placed and mesh.secrets.may_exist(namespace, name)),
                )


@check(
    "gateway-parameters-not-found", severity="error", evidence="missing", kinds=[KUBERNETES_GATEWAY],
)  # fmt: skip
def gateway_parameters_not_found(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A ConfigMap for the Deployment and Service of a Gateway that is not in its namespace."""
    reference = gateway.spec["infrastructure"]["parametersRef"]
    name = reference["name"]
    if not name.text or reference["kind"].text != "ConfigMap" or reference["group"].text or not can_be_name(name.text):
        return
    if not gateway.spec["gatewayClassName"].text.startswith("istio") or mesh.get("ConfigMap", gateway.namespace, name.text):
        return
    elsewhere = [other for other in mesh.all("ConfigMap") if other.name == name.text and not mesh.rivals(gateway, other)]
    yield finding(
        name,
        f"there is no ConfigMap `{name.text}` in namespace `{gateway.namespace}`: the settings for the Gateway's Deployment "
        "and Service do not hold",
        hint=f"move it there from `{elsewhere[0].namespace}`: a Gateway reads those of its own namespace only"
        if elsewhere
        else "add the ConfigMap, or delete `parametersRef`",
        known=mesh.settings.whole_mesh or (gateway.placed and len(elsewhere) == 1 and elsewhere[0].placed),
    )


@check(
    "unsupported-listener-protocol", severity="error", evidence="document", kinds=[KUBERNETES_GATEWAY],
    fixable=True,
)  # fmt: skip
def unsupported_listener_protocol(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A protocol that Istio's gateways do not take, or one in lower case."""
    for listener in gateway.spec["listeners"] if gateway.spec["gatewayClassName"].text == _CLASS else ():
        protocol = listener["protocol"]
        if not protocol.text or protocol.text in _PROTOCOLS:
            continue
        right = protocol.text.upper() if protocol.text.upper() in _PROTOCOLS else ""
        yield finding(
            protocol,
            f"gateways of Istio have no protocol `{protocol.text}`: listener `{listener['name'].text}` is not accepted, and its "
            "port stays closed",
            hint=f"write `{right}`" if right else f"they have {', '.join(f'`{known}`' for known in _PROTOCOLS)}",
            fix=Fix(f"write `{right}`", (Replace(protocol.place, right),)) if right else None,
        )
