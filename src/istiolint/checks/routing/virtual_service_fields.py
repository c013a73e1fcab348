"""VirtualServices: hosts that are none, shares beyond 100%, and conditions for retries that Istio does not know."""

import json
from collections.abc import Iterator

from istiolint.checks.routing.virtual_service_objects import holds_for_sidecars
from istiolint.checks.schema.shared_rules import INVALID_HOST, INVALID_PERCENTAGE
from istiolint.documents.placeholders import has_placeholder
from istiolint.fields.retry_conditions import is_retry_condition
from istiolint.findings.finding import Finding, Fix, Replace
from istiolint.mesh import Mesh
from istiolint.mesh.gateways import MESH
from istiolint.mesh.virtual_services import destinations
from istiolint.primitives.addresses import is_ip_address
from istiolint.primitives.hosts import SNI_OF_SUBSETS, joined_items, pattern_fault, subset_sni_fault
from istiolint.primitives.percentages import SMALLEST
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check
from istiolint.schema.rules import OUT_OF_RANGE


@further_check(INVALID_HOST, kinds=["VirtualService"], rows=["VS-07", "VS-08", "VS-09", "VS-123", "D-1", "D-2"])
def virtual_service_host(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Hosts of a VirtualService, of its TLS matches, and of its destinations."""
    spec = service.spec
    in_mesh, for_subsets = holds_for_sidecars(service), _takes_names_of_subsets(service)
    for host in spec["hosts"]:
        if host.text == "*" and in_mesh:
            yield finding(
                host,
                "`*` would take all traffic of the mesh; Istio refuses it as host of a VirtualService that holds for sidecars",
                hint="write the names of the services, or bind it with `gateways` to a gateway only",
            )
        elif not is_ip_address(host.text):
            yield from _refused(host, "no host of a VirtualService", for_subsets=for_subsets and not in_mesh)
    no_mesh = all(gateway.text != MESH for gateway in spec["gateways"])
    for sni in (host for route in spec["tls"] for match in route["match"] for host in match["sniHosts"]):
        if not is_ip_address(sni.text):
            yield from _refused(sni, "no SNI host", for_subsets=no_mesh)
    for destination in destinations(service):
        if destination["host"].text == "*":
            yield finding(
                destination["host"],
                "`*` is no destination: it names no service; Istio refuses it",
                hint="write the name of a service",
            )
        else:
            yield from _refused(destination["host"], "no host of a destination")


def _takes_names_of_subsets(service: Resource) -> bool:
    """Whether some TLS match asks for SNI: then gateways may have hosts such as those that Istio makes for subsets."""
    return any(match["sniHosts"] for route in service.spec["tls"] for match in route["match"])


def _refused(host: Cursor, what: str, *, for_subsets: bool = False) -> Iterator[Finding]:
    text = host.text
    if not text or has_placeholder(text):  # of an empty one another check tells
        return
    if for_subsets and text.startswith(SNI_OF_SUBSETS):
        if fault := subset_sni_fault(text):
            yield finding(
                host,
                f"`{text}` is {what}: {fault}; Istio refuses it",
                hint="write `outbound_.443_._.stock.shop.svc.cluster.local`",
            )
    elif fault := pattern_fault(text):
        yield finding(
            host,
            f"`{text}` is {what}: {fault}; Istio refuses it",
            hint=joined_items(text) or "write a name such as `shop.example.com`",
        )


@further_check(
    INVALID_PERCENTAGE,
    kinds=["VirtualService"],
    rows=["VS-75", "VS-80", "VS-83", "VS-85", "VS-86", "VS-90", "P-13", "P-14"],
    when=["fault", "mirrorPercentage", "mirrors", "mirrorPercent", "mirror_percent"],
)
def invalid_percentage(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Shares of requests, for faults and mirrors, that are not between 0 and 100."""
    for route in service.spec["http"]:
        faults = [route["fault"][fault]["percentage"]["value"] for fault in ("abort", "delay")]
        mirrors = [route["mirrorPercentage"]["value"], *(mirror["percentage"]["value"] for mirror in route["mirrors"])]
        for share in (*faults, *mirrors, route["mirrorPercent"], route["mirror_percent"]):
            value = share.value
            if not isinstance(value, (int, float)) or isinstance(value, bool):
                continue
            negative = value < 0 and share.name not in (
                "mirrorPercent",
                "mirror_percent",
            )  # the schema tells of a negative integer
            if value > 100 or negative:
                yield finding(
                    share, f"`{value}` is no percentage; Istio refuses the VirtualService", hint="write a number from 0 to 100"
                )
            elif any(share is fault for fault in faults) and 0 < value < SMALLEST:
                yield finding(
                    share,
                    f"`{value}` percent is less than Envoy can count; Istio refuses the VirtualService",
                    hint="write at least 0.0001",
                )


@check(
    "unknown-retry-condition", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-104"], fixable=True,
    when=["retryOn"],
)  # fmt: skip
def unknown_retry_condition(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Parts of `retryOn` that are neither a condition nor a status code."""
    for route in service.spec["http"]:
        retry_on = route["retries"]["retryOn"]
        fix = _respelled(retry_on)
        if not retry_on.text or (retry_on.unresolved and not fix):
            continue
        for part in retry_on.text.split(","):
            if is_retry_condition(part):
                continue
            why = "has a space beside it" if is_retry_condition(part.strip()) else "is no condition for retries"
            yield finding(
                retry_on,
                f"`{part}` in `retryOn` {why}; Istio refuses the VirtualService",
                hint="separate conditions such as `5xx` and `reset` by a comma alone",
                fix=fix,
            )
            if fix:
                break  # it mends all of them


@further_check(OUT_OF_RANGE, kinds=["VirtualService"], rows=["VS-100"], when=["attempts"])
def negative_attempts(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Less than no retry."""
    for route in service.spec["http"]:
        attempts = route["retries"]["attempts"]
        if attempts.number is not None and -(2**31) <= attempts.number < 0:
            yield finding(
                attempts,
                f"`{attempts.number}` attempts are less than none; Istio refuses the VirtualService",
                hint="write 0 for no retries",
            )


@check(
    "retries-without-attempts", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-101"],
    when=["retries"],
)  # fmt: skip
def retries_without_attempts(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Settings for retries, of which there are none."""
    for route in service.spec["http"]:
        retries = route["retries"]
        set_to = [retries[field] for field in ("perTryTimeout", "retryOn", "retryRemoteLocalities")]
        written = next((field for field in set_to if field.value not in (None, "")), None)
        if written and retries["attempts"].value in (None, 0):
            counted = "`attempts: 0` means none" if retries["attempts"].exists else "without `attempts` there are none"
            yield finding(
                written.key,
                f"`{written.name}` is for retries, and {counted}; Istio refuses the VirtualService",
                hint="write how many, such as `attempts: 2`, or delete the other settings",
            )


def _respelled(retry_on: Cursor) -> Fix | None:
    """The conditions as Istio spells them, with commas alone between them, where that leaves only such as it knows."""
    meant = [part.strip().lower().replace("_", "-") for part in retry_on.text.split(",") if part.strip()]
    text = ",".join(meant)
    known = meant and all(is_retry_condition(part) for part in meant)
    return Fix(f"write `{text}`", (Replace(retry_on.place, json.dumps(text)),)) if known else None
