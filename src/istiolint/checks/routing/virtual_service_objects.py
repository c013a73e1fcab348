"""VirtualServices as a whole: what delegates may have, hosts that overlap, and those without any route."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateways import MESH
from istiolint.primitives.addresses import is_ip_address
from istiolint.primitives.headers import is_claim
from istiolint.primitives.hosts import pattern_fault
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


def holds_for_sidecars(service: Resource) -> bool:
    """Whether a VirtualService is also for sidecars: it names no gateways, or `mesh` among them."""
    gateways = service.spec["gateways"]
    return gateways.value in (None, []) or any(gateway.text == MESH for gateway in gateways)


@check(
    "invalid-delegate", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-01", "VS-02", "VS-03"],
)  # fmt: skip
def invalid_delegate(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A VirtualService without hosts, which only others can use, with what it would need hosts for."""
    if service.spec["hosts"].value not in (None, []):
        return
    for field in ("gateways", "tls", "tcp"):
        if service.spec[field]:
            yield finding(
                service.spec[field].key,
                f"a VirtualService without `hosts` is a delegate, and those have no `{field}`; Istio refuses it",
                hint="add `hosts`, or leave the gateways to the VirtualService that delegates"
                if field == "gateways"
                else "add `hosts`; only HTTP routes can be handed on",
            )


@check(
    "virtual-service-without-routes", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-11"],
)  # fmt: skip
def virtual_service_without_routes(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Neither `http` nor `tls` nor `tcp`."""
    spec = service.spec
    if all(spec[field].value in (None, []) for field in ("http", "tls", "tcp")):
        written = next((spec[field].key for field in ("http", "tls", "tcp") if spec[field].exists), None)
        yield finding(
            written or (spec.key if spec.exists else service.metadata["name"]),
            "this VirtualService has no route; Istio refuses it",
            hint="write `http`, `tls` or `tcp`",
        )


@check(
    "overlapping-hosts", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-10", "P-08"],
)  # fmt: skip
def overlapping_hosts(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Hosts of one VirtualService that hold for the same names."""
    written = [host for host in service.spec["hosts"] if host.literal]
    if any(host.text == "*" for host in written) and holds_for_sidecars(service):
        return  # the `*` is refused already
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
                f"`{host.text}` stands in `hosts` twice; Istio refuses the VirtualService"
                if host.text == broader.text
                else f"`{host.text}` is part of `{broader.text}` in the same `hosts`; Istio refuses the VirtualService",
                hint="delete one of the two; for routes of its own, a host needs a VirtualService of its own",
                related=[(broader, "the other is here")],
            )


def _holds(wildcard: str, host: str) -> bool:
    """Whether a host is part of one with a wildcard; Istio compares what stands behind the `*`, not labels."""
    return host.removeprefix("*").endswith(wildcard[1:])


@check(
    "claim-match-for-sidecars", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-05", "VS-06", "P-26"],
    when=["headers", "withoutHeaders"],
)  # fmt: skip
def claim_match_for_sidecars(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Matches by the claims of a token, in a VirtualService that is not for gateways alone."""
    if not holds_for_sidecars(service):
        return
    delegate = service.spec["hosts"].value in (None, [])
    for match in (match for route in service.spec["http"] for match in route["match"]):
        for field in ("headers", "withoutHeaders"):
            for name, condition in match[field].items():
                if is_claim(name):
                    yield finding(
                        condition.key,
                        f"only gateways can route by `{name}`, and {'a delegate names none' if delegate else _why(service)}; "
                        "Istio refuses the VirtualService",
                        hint="match the claim in the VirtualService that delegates" if delegate else "name gateways only",
                    )


def _why(service: Resource) -> str:
    return "`mesh` stands for the sidecars" if service.spec["gateways"] else "without `gateways` this one is for the sidecars"
