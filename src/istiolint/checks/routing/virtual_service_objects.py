"""VirtualServices: fields of delegates, overlapping hosts, and missing routes."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateways import MESH
from istiolint.primitives.addresses import is_ip_address
from istiolint.primitives.headers import is_claim
from istiolint.primitives.hosts import pattern_fault
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, rejected


def holds_for_sidecars(service: Resource) -> bool:
    """Whether a VirtualService also applies to sidecars: it has no gateways, or `mesh` among them."""
    gateways = service.spec["gateways"]
    return gateways.value in (None, []) or any(gateway.text == MESH for gateway in gateways)


@check(
    "invalid-delegate", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-01", "VS-02", "VS-03"],
)  # fmt: skip
def invalid_delegate(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report delegates (VirtualServices without hosts) with fields that require hosts."""
    if service.spec["hosts"].value not in (None, []):
        return
    for field in ("gateways", "tls", "tcp"):
        if service.spec[field]:
            yield finding(
                service.spec[field].key,
                f"a VirtualService without `hosts` is a delegate and cannot have `{field}`; Istio rejects it",
                hint="add `hosts`, or set `gateways` in the VirtualService that delegates"
                if field == "gateways"
                else "add `hosts`, or use `http` routes, the only kind that a delegate supports",
            )


@check(
    "virtual-service-without-routes", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-11"],
)  # fmt: skip
def virtual_service_without_routes(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report VirtualServices without `http`, `tls` or `tcp`."""
    spec = service.spec
    if all(spec[field].value in (None, []) for field in ("http", "tls", "tcp")):
        written = next((spec[field].key for field in ("http", "tls", "tcp") if spec[field].exists), None)
        yield finding(
            written or (spec.key if spec.exists else service.metadata["name"]),
            "VirtualService has no routes; Istio rejects it",
            hint="add `http`, `tls` or `tcp` routes",
        )


@check(
    "overlapping-hosts", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-10", "P-08"],
)  # fmt: skip
def overlapping_hosts(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report hosts of one VirtualService that cover the same names."""
    written = [host for host in service.spec["hosts"] if host.literal]
    if any(host.text == "*" for host in written) and holds_for_sidecars(service):
        return  # another check reports the `*`
    sound = [host for host in written if not pattern_fault(host.text) or is_ip_address(host.text)]
    wildcards = [host for host in sound if host.text.startswith("*")]
    seen: dict[str, Cursor] = {}
    for host in sound:
        broader = seen.setdefault(host.text, host)
        if broader is host:
            broader = next((other for other in wildcards if other.text != host.text and _holds(other.text, host.text)), host)
        if broader is not host:
            yield finding(
                host,
                rejected(f"duplicate host `{host.text}` in `hosts`", "VirtualService")
                if host.text == broader.text
                else rejected(f"host `{host.text}` is covered by `{broader.text}` in the same `hosts`", "VirtualService"),
                hint="remove one of the two, or move it to its own VirtualService",
                related=[(broader, "the other host")],
            )


def _holds(wildcard: str, host: str) -> bool:
    """Whether a wildcard covers a host; Istio compares the text after the `*`, not labels."""
    return host.removeprefix("*").endswith(wildcard[1:])


@check(
    "claim-match-for-sidecars", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-05", "VS-06", "P-26"],
    when=["headers", "withoutHeaders"],
)  # fmt: skip
def claim_match_for_sidecars(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report matches on JWT claims in a VirtualService that also applies to sidecars."""
    if not holds_for_sidecars(service):
        return
    delegate = service.spec["hosts"].value in (None, [])
    for match in (match for route in service.spec["http"] for match in route["match"]):
        for field in ("headers", "withoutHeaders"):
            for name, condition in match[field].items():
                if is_claim(name):
                    yield finding(
                        condition.key,
                        rejected(
                            f"only gateways can match `{name}`, and "
                            f"{'a delegate has no `gateways`' if delegate else _why(service)}",
                            "VirtualService",
                        ),
                        hint="match the claim in the VirtualService that delegates"
                        if delegate
                        else "set `gateways` to gateways only, without `mesh`",
                    )


def _why(service: Resource) -> str:
    return (
        "`mesh` includes the sidecars"
        if service.spec["gateways"]
        else "without `gateways` this VirtualService applies to sidecars"
    )
