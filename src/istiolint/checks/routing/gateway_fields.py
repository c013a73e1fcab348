"""Names of gateways in VirtualServices, those of the matches included."""

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
    """Names that no Gateway can have."""
    for gateways in _lists(service):
        looked_at = True
        for gateway in gateways:
            # where Istio's validation does not look, `./NAME` goes through, and is resolved to the own namespace
            fault = _fault(gateway.text if looked_at else gateway.text.removeprefix("./"))
            if isinstance(gateway.value, str) and not gateway.unresolved and fault:
                follows = "Istio refuses the VirtualService" if looked_at else "the routes are bound to nothing there"
                yield finding(
                    gateway,
                    f"`{gateway.text}` is no name of a Gateway: {fault}; {follows}",
                    hint=f"write `{gateway.text[2:]}`, which is looked for in the namespace of the VirtualService"
                    if gateway.text.startswith("./")
                    else "write `NAMESPACE/NAME`, or `mesh` for the sidecars",
                    severity=None if looked_at else "warning",
                )
            # behind the first name without a namespace, Istio's own validation looks no further
            looked_at = looked_at and "/" in gateway.text


@check(
    "gateway-by-domain-name", severity="warning", evidence="document", kinds=["VirtualService"],
    rows=["VS-GW2"], fixable=True, codes=["KIA1108"],
    when=["gateways"],
)  # fmt: skip
def gateway_by_domain_name(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The old way to name a Gateway of another namespace, with dots."""
    for gateways in _lists(service):
        for gateway in gateways:
            text = gateway.text
            if "." in text and "/" not in text and not has_placeholder(text) and not _fault(text):
                name, namespace = text.split(".")[:2]
                meant = f"{namespace}/{name}" if namespace else name
                yield finding(
                    gateway,
                    f"`{text}` is the old way to name a Gateway of another namespace; Istio warns of it"
                    if namespace
                    else f"`{text}` ends in a dot: Istio looks for a namespace behind it, and warns",
                    hint=f"write `{meant}`",
                    fix=Fix(f"write `{meant}`", (Replace(gateway.place, meant),)) if namespace else None,
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
        return f"the {'name' if namespace else 'namespace'} beside the `/` is empty"
    if namespace == ".":
        return "the own namespace is left out, not written as `.`"
    return label_fault(namespace) or label_fault(name)
