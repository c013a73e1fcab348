"""VirtualServices: invalid hosts, invalid percentages, and unknown retry conditions."""

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
from istiolint.rules.check import check, finding, further_check, rejected
from istiolint.schema.rules import OUT_OF_RANGE


@further_check(INVALID_HOST, kinds=["VirtualService"], rows=["VS-07", "VS-08", "VS-09", "VS-123", "D-1", "D-2"])
def virtual_service_host(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid hosts of a VirtualService, of its TLS matches, and of its destinations."""
    spec = service.spec
    in_mesh, for_subsets = holds_for_sidecars(service), _takes_names_of_subsets(service)
    for host in spec["hosts"]:
        if host.text == "*" and in_mesh:
            yield finding(
                host,
                "host `*` would match all traffic in the mesh; Istio rejects it in a VirtualService that applies to sidecars",
                hint="list the hosts of the services, or bind the VirtualService to a gateway with `gateways`",
            )
        elif not is_ip_address(host.text):
            yield from _refused(host, "host", for_subsets=for_subsets and not in_mesh)
    no_mesh = all(gateway.text != MESH for gateway in spec["gateways"])
    for sni in (host for route in spec["tls"] for match in route["match"] for host in match["sniHosts"]):
        if not is_ip_address(sni.text):
            yield from _refused(sni, "SNI host", for_subsets=no_mesh)
    for at in (destination["host"] for destination in destinations(service)):
        if at.text == "*":
            yield finding(
                at,
                "invalid destination host `*`: a destination must be one service; Istio rejects it",
                hint="use the name of a service",
            )
        else:
            yield from _refused(at, "destination host")


def _takes_names_of_subsets(service: Resource) -> bool:
    """Whether some TLS match uses SNI: gateways may then have hosts in the form that Istio generates for subsets."""
    return any(match["sniHosts"] for route in service.spec["tls"] for match in route["match"])


def _refused(host: Cursor, what: str, *, for_subsets: bool = False) -> Iterator[Finding]:
    text = host.text
    if not text or has_placeholder(text):  # another check reports an empty one
        return
    if for_subsets and text.startswith(SNI_OF_SUBSETS):
        if fault := subset_sni_fault(text):
            yield finding(
                host,
                f"invalid {what} `{text}`: {fault}; Istio rejects it",
                hint="use `outbound_.443_._.stock.shop.svc.cluster.local`",
            )
    elif fault := pattern_fault(text):
        yield finding(
            host,
            f"invalid {what} `{text}`: {fault}; Istio rejects it",
            hint=joined_items(text) or "use a name such as `shop.example.com`",
        )


@further_check(
    INVALID_PERCENTAGE,
    kinds=["VirtualService"],
    rows=["VS-75", "VS-80", "VS-83", "VS-85", "VS-86", "VS-90", "P-13", "P-14"],
    when=["fault", "mirrorPercentage", "mirrors", "mirrorPercent", "mirror_percent"],
)
def invalid_percentage(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report percentages of faults and mirrors that are not between 0 and 100."""
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
            )  # the schema covers a negative integer
            if value > 100 or negative:
                yield finding(
                    share, rejected(f"invalid percentage `{value}`", "VirtualService"), hint="use a number from 0 to 100"
                )
            elif any(share is fault for fault in faults) and 0 < value < SMALLEST:
                yield finding(
                    share,
                    rejected(f"percentage `{value}` is too small for Envoy", "VirtualService"),
                    hint="use at least 0.0001",
                )


@check(
    "unknown-retry-condition", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-104"], fixable=True,
    when=["retryOn"],
)  # fmt: skip
def unknown_retry_condition(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report parts of `retryOn` that are neither a condition nor a status code."""
    for route in service.spec["http"]:
        retry_on = route["retries"]["retryOn"]
        fix = _respelled(retry_on)
        if not retry_on.text or (retry_on.unresolved and not fix):
            continue
        for part in retry_on.text.split(","):
            if is_retry_condition(part):
                continue
            what = "space around retry condition" if is_retry_condition(part.strip()) else "unknown retry condition"
            yield finding(
                retry_on,
                rejected(f"{what} `{part.strip()}` in `retryOn`", "VirtualService"),
                hint="use Envoy's retry conditions, separated by commas without spaces, as in `5xx,reset`",
                fix=fix,
            )
            if fix:
                break  # the fix covers all of them


@further_check(OUT_OF_RANGE, kinds=["VirtualService"], rows=["VS-100"], when=["attempts"])
def negative_attempts(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a negative number of retries."""
    for route in service.spec["http"]:
        attempts = route["retries"]["attempts"]
        if attempts.number is not None and -(2**31) <= attempts.number < 0:
            yield finding(
                attempts,
                rejected(f"negative number of retry attempts `{attempts.number}`", "VirtualService"),
                hint="use 0 for no retries",
            )


@check(
    "retries-without-attempts", severity="error", evidence="document", kinds=["VirtualService"],
    rows=["VS-101"],
    when=["retries"],
)  # fmt: skip
def retries_without_attempts(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report retry settings without attempts."""
    for route in service.spec["http"]:
        retries = route["retries"]
        set_to = [retries[field] for field in ("perTryTimeout", "retryOn", "retryRemoteLocalities")]
        written = next((field for field in set_to if field.value not in (None, "")), None)
        if written and retries["attempts"].value in (None, 0):
            counted = "`attempts: 0` disables them" if retries["attempts"].exists else "`attempts` is not set"
            yield finding(
                written.key,
                rejected(f"`{written.name}` requires retries, but {counted}", "VirtualService"),
                hint="set a number, such as `attempts: 2`, or remove the other settings",
            )


def _respelled(retry_on: Cursor) -> Fix | None:
    """Return a fix with the conditions as Istio spells them, if it then knows all of them."""
    meant = [part.strip().lower().replace("_", "-") for part in retry_on.text.split(",") if part.strip()]
    text = ",".join(meant)
    known = meant and all(is_retry_condition(part) for part in meant)
    return Fix(f"use `{text}`", (Replace(retry_on.place, json.dumps(text)),)) if known else None
