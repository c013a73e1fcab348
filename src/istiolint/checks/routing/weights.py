"""Weights of destinations: relative to their sum; a missing weight is zero."""

from collections.abc import Iterator

from istiolint.findings.finding import Delete, Finding, Fix
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource, once
from istiolint.rules.check import check, declare, finding, further_check, rejected
from istiolint.traffic.words import head, title

DESTINATION_WITHOUT_WEIGHT = declare("destination-without-weight", severity="warning", topic="routing")
WEIGHTS_ALL_ZERO = declare("weights-all-zero", severity="error", topic="routing", codes=["IST0106"])

PROTOCOLS = ("http", "tls", "tcp")


@check(
    "negative-weight", severity="error", evidence="document", kinds=["VirtualService"],
    codes=["IST0106"],
    rows=["VS-111"],
    when=["weight"],
)  # fmt: skip
def negative_weight(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report negative weights, which Istio's webhook rejects."""
    for destinations in _destinations(service):
        for weight in (destination["weight"] for destination in destinations):
            if (number := weight.number) is not None and number < 0:
                yield finding(
                    weight,
                    rejected(f"negative weight `{number}`", "VirtualService"),
                    hint="use 0 for a destination that should receive no traffic",
                )


@further_check(WEIGHTS_ALL_ZERO, kinds=["VirtualService"], rows=["VS-112"])
def weights_all_zero(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report several destinations without any weight above 0, which Istio's webhook rejects."""
    for destinations in _destinations(service):
        weights = [destination["weight"] for destination in destinations]
        if len(weights) < 2 or any(weight.exists and weight.number is None for weight in weights):
            continue
        if not any(weight.number for weight in weights):
            written = "has weight 0" if all(weight.exists for weight in weights) else "lacks a weight above 0"
            yield finding(
                next((weight for weight in weights if weight.exists), None) or head(destinations[0]),
                rejected(f"each of the {len(weights)} destinations {written}", "VirtualService"),
                hint="set the `weight` of each destination",
            )


@further_check(DESTINATION_WITHOUT_WEIGHT, kinds=["VirtualService"], when=["weight"])
def destination_without_weight(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report destinations without a weight next to weighted ones."""
    for destinations in _destinations(service):
        weighted = [destination for destination in destinations if destination["weight"].number]
        for destination in destinations if weighted else ():
            if destination.mapping and not destination["weight"].exists:
                total = sum(other["weight"].number or 0 for other in weighted)
                share = f" (the others already add up to {total})" if total == 100 else ""
                yield finding(
                    destination["destination"].key,
                    f"`{title(destination)}` has no weight next to weighted destinations; it defaults to 0 and receives no "
                    f"traffic{share}",
                    hint=f"set `weight: {100 - total}`" if 0 < total < 100 else "set the weight explicitly, even if it is 0",
                    related=[(other["weight"], "a weighted destination") for other in weighted],
                )


@check(
    "weight-on-only-destination", severity="warning", evidence="document", kinds=["VirtualService"],
    codes=["KIA1104"], fixable=True,
    when=["weight"],
)  # fmt: skip
def weight_on_only_destination(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a weight on the only destination, which receives everything anyway."""
    for destinations in _destinations(service):
        weight = destinations[0]["weight"]
        if len(destinations) == 1 and weight.number is not None and weight.number not in (100,) and weight.number >= 0:
            yield finding(
                weight,
                f"weight `{weight.number}` of the only destination `{title(destinations[0])}` has no effect; it receives all "
                "requests",
                hint="remove the weight, or add the other destinations",
                fix=Fix("remove `weight`", (Delete(weight.place),)),
            )


@check(
    "destination-listed-twice", severity="warning", evidence="document", kinds=["VirtualService"],
    codes=["KIA1105"],
)  # fmt: skip
def destination_listed_twice(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a destination that is listed twice in one route and differs only in its weight."""
    for destinations in _destinations(service):
        seen: list[tuple[dict[str, object], Cursor]] = []
        for destination in destinations:
            what = {key: value for key, value in destination.mapping.items() if key != "weight"}
            twin = next((other for same, other in seen if same == what), None)
            if twin and destination["destination"].mapping:
                yield finding(
                    destination["destination"],
                    f"`{title(destination)}` is listed twice in one route; it receives both weights, so the traffic is not split",
                    hint="use the intended subset or host, or merge the two entries",
                    related=[(twin["destination"], "the first entry")],
                )
            else:
                seen.append((what, destination))


@check(
    "weights-not-100", severity="info", evidence="heuristic", kinds=["VirtualService"], default=False,
    when=["weight"],
)  # fmt: skip
def weights_not_100(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report weights that look like percentages but do not add up to 100."""
    for destinations in _destinations(service):
        weights = [destination["weight"].number or 0 for destination in destinations]
        total = sum(weights)
        if len(weights) > 1 and min(weights) >= 0 and total not in (0, 100):
            shares = ", ".join(f"{100 * weight / total:.3g}%" for weight in weights)
            yield finding(
                destinations[0]["weight"] if destinations[0]["weight"].exists else head(destinations[0]),
                f"weights add up to {total} instead of 100; the destinations receive {shares} of the traffic",
                hint="use percentages that add up to 100",
            )


@once
def _destinations(service: Resource) -> Iterator[list[Cursor]]:
    """The weighted destinations of each route that has any."""
    for protocol in PROTOCOLS:
        for route in service.spec[protocol]:
            if destinations := list(route["route"]):
                yield destinations
