"""Gateway references in VirtualServices and in their matches."""

from collections.abc import Iterator

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.primitives.hosts import label_fault, name_fault
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "invalid-gateway-reference", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-04", "VS-51", "VS-129", "VS-134", "VS-GW1", "VS-GW3", "VS-GW4", "VS-GW5"],
    when=["gateways"],
)  # fmt: skip
def invalid_gateway_reference(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report names that no Gateway can have."""
    for gateways in _lists(service):
        looked_at = True
        for gateway in gateways:
            # where Istio does not validate, `./NAME` is accepted and resolves to the namespace of the VirtualService
            fault = _fault(gateway.text if looked_at else gateway.text.removeprefix("./"))
            if isinstance(gateway.value, str) and not gateway.unresolved and fault:
                follows = "Istio rejects the VirtualService" if looked_at else "the routes attach to no gateway"
                yield finding(
                    gateway,
                    f"invalid Gateway reference `{gateway.text}`: {fault}; {follows}",
                    hint=f"use `{gateway.text[2:]}`, which Istio looks up in the namespace of the VirtualService"
                    if gateway.text.startswith("./")
                    else "use `NAMESPACE/NAME`, or `mesh` for the sidecars",
                    severity=None if looked_at else "warning",
                )
            # Istio stops validating after the first name without a namespace
            looked_at = looked_at and "/" in gateway.text


@check(
    "gateway-by-domain-name", severity="warning", evidence="document", kinds=["VirtualService"],
    rows=["VS-GW2"], fixable=True, codes=["KIA1108"],
    when=["gateways"],
)  # fmt: skip
def gateway_by_domain_name(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report the deprecated dotted form for a Gateway in another namespace."""
    for gateways in _lists(service):
        for gateway in gateways:
            text = gateway.text
            if "." in text and "/" not in text and not has_placeholder(text) and not _fault(text):
                name, namespace = text.split(".")[:2]
                meant = f"{namespace}/{name}" if namespace else name
                yield finding(
                    gateway,
                    f"deprecated dotted form `{text}` for a Gateway in another namespace; Istio accepts it with a warning"
                    if namespace
                    else f"`{text}` ends in a dot; Istio expects a namespace after it and warns",
                    hint=f"use `{meant}`",
                    fix=Fix(f"use `{meant}`", (Replace(gateway.place, meant),)) if namespace else None,
                )


def _lists(service: Resource) -> Iterator[Cursor]:
    yield service.spec["gateways"]
    for protocol in ("http", "tls", "tcp"):
        for route in service.spec[protocol]:
            yield from (match["gateways"] for match in route["match"])


def _fault(text: str) -> str | None:
    namespace, slash, name = text.partition("/")
    if not slash:
        return name_fault(text)
    if not namespace or not name:
        return f"the {'name after' if namespace else 'namespace before'} the `/` is empty"
    if namespace == ".":
        return "`.` is not accepted as a namespace here"
    return label_fault(namespace) or label_fault(name)
