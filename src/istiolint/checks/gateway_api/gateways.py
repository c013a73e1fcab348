"""Gateways of the Gateway API: conflicting listeners and addresses, and their references."""

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
"""The first protocol of a connection: listeners on one port must have the same."""
_CLASS = "istio"
"""The class of edge gateways (waypoints and east-west gateways have their own protocol)."""
_PROTOCOLS = ("HTTP", "HTTPS", "TCP", "TLS")


@further_check(LISTENER_NOT_UNIQUE, kinds=[KUBERNETES_GATEWAY])
def listener_not_unique(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two listeners for the same port, protocol and hostname."""
    seen: dict[tuple[int | None, str, str], Cursor] = {}
    for listener in gateway.spec["listeners"]:
        protocol = listener["protocol"].text
        kind = "TLS" if protocol in ("HTTPS", "TLS") else protocol
        key = (listener["port"].number, kind, listener["hostname"].text.lower())
        if key[0] is not None and (first := seen.setdefault(key, listener)) is not listener:
            host = f"`{listener['hostname'].text}`" if listener["hostname"].text else "all hosts"
            yield finding(
                listener["port"],
                f"another listener already serves {host} on port {key[0]} with {protocol}; the listeners conflict, and "
                "neither is served",
                hint="use a different port or hostname for each",
                related=[(first["port"], "the other listener is here")],
            )


@check(
    "two-gateways-for-one-address", severity="warning", evidence="contradiction", kinds=[KUBERNETES_GATEWAY],
    codes=["KIA1502"], fold="pair",
)  # fmt: skip
def two_gateways_for_one_address(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two Gateways of one namespace that request the same address."""
    for address in gateway.spec["addresses"]:
        for other in mesh.in_namespace(KUBERNETES_GATEWAY, gateway.namespace) if address["value"].text else ():
            theirs = next((at["value"] for at in other.spec["addresses"] if at["value"].text == address["value"].text), None)
            if other is not gateway and theirs is not None and not mesh.exclusive(gateway, other):
                yield finding(
                    address["value"],
                    f"{other.title} also requests address `{address['value'].text}`; only one of them gets it",
                    hint="use a different address for each, or move the listeners into one Gateway",
                    related=[(theirs, "the other Gateway requests it here")],
                )


@further_check(LISTENER_NOT_UNIQUE, kinds=[KUBERNETES_GATEWAY])
def protocols_of_port(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report listeners on one port with incompatible protocols."""
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
                f"port {port} already has a listener with protocol {first.text} and cannot also serve {protocol.text}; "
                "neither listener is served",
                hint="use a different port for one of them",
                related=[(first, "the other listener is here")],
            )


@check(
    "certificate-not-granted", severity="error", evidence="missing", kinds=[KUBERNETES_GATEWAY],
)  # fmt: skip
def certificate_not_granted(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a listener with a Secret in another namespace without a ReferenceGrant."""
    for listener in gateway.spec["listeners"]:
        for certificate in listener["tls"]["certificateRefs"]:
            secret = not certificate["group"].text and certificate["kind"].text in ("", "Secret")
            namespace, name = certificate["namespace"].text, certificate["name"].text
            if not (secret and namespace and name) or namespace == gateway.namespace or not can_be_name(namespace):
                continue
            if not mesh.grants.allow(gateway, Reference("Secret", namespace, name, certificate), "Secret"):
                yield finding(
                    certificate["namespace"],
                    f"no ReferenceGrant allows Gateways in namespace `{gateway.namespace}` to use Secret `{namespace}/{name}`; "
                    f"TLS handshakes on listener `{listener['name'].text}` fail",
                    hint=f"add a ReferenceGrant in `{namespace}`, from Gateway in `{gateway.namespace}` to Secret `{name}`",
                    known=mesh.settings.whole_mesh or (gateway.placed and mesh.secrets.may_exist(namespace, name)),
                )


@check(
    "gateway-parameters-not-found", severity="error", evidence="missing", kinds=[KUBERNETES_GATEWAY],
)  # fmt: skip
def gateway_parameters_not_found(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a ConfigMap with Deployment and Service settings that does not exist in the namespace of its Gateway."""
    reference = gateway.spec["infrastructure"]["parametersRef"]
    name = reference["name"]
    if not name.text or reference["kind"].text != "ConfigMap" or reference["group"].text or not can_be_name(name.text):
        return
    if not gateway.spec["gatewayClassName"].text.startswith("istio") or mesh.get("ConfigMap", gateway.namespace, name.text):
        return
    if mesh.coverage.generates("ConfigMap", name.text):
        return
    elsewhere = [other for other in mesh.all("ConfigMap") if other.name == name.text and not mesh.exclusive(gateway, other)]
    yield finding(
        name,
        f"ConfigMap `{name.text}` not found in namespace `{gateway.namespace}`; the settings for the Gateway's Deployment "
        "and Service have no effect",
        hint=f"move it from namespace `{elsewhere[0].namespace}` to the namespace of the Gateway"
        if elsewhere
        else "add the ConfigMap, or remove `parametersRef`",
        known=mesh.settings.whole_mesh or (gateway.placed and len(elsewhere) == 1 and elsewhere[0].placed),
    )


@check(
    "unsupported-listener-protocol", severity="error", evidence="document", kinds=[KUBERNETES_GATEWAY],
    fixable=True,
)  # fmt: skip
def unsupported_listener_protocol(gateway: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a protocol that Istio gateways do not support, or one in lower case."""
    for listener in gateway.spec["listeners"] if gateway.spec["gatewayClassName"].text == _CLASS else ():
        protocol = listener["protocol"]
        if not protocol.text or protocol.text in _PROTOCOLS:
            continue
        right = protocol.text.upper() if protocol.text.upper() in _PROTOCOLS else ""
        yield finding(
            protocol,
            f"Istio gateways do not support protocol `{protocol.text}`; listener `{listener['name'].text}` is not accepted and "
            "its port stays closed",
            hint=f"use `{right}`" if right else f"use one of {', '.join(f'`{known}`' for known in _PROTOCOLS)}",
            fix=Fix(f"replace with `{right}`", (Replace(protocol.place, right),)) if right else None,
        )
