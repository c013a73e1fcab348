"""Weights of destinations: shares of the whole, whatever they add up to; none is zero."""

from collections.abc import Iterator

from istiolint.findings.finding import Delete, Finding, Fix
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check
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
    """Weights below zero, which Istio's webhook refuses."""
    for destinations in _destinations(service):
        for weight in (destination["weight"] for destination in destinations):
            if (number := weight.number) is not None and number < 0:
                yield finding(
                    weight,
                    f"the weight `{number}` is negative, and Istio refuses the VirtualService",
                    hint="write 0 for a destination that shall get nothing",
                )


@further_check(WEIGHTS_ALL_ZERO, kinds=["VirtualService"], rows=["VS-112"])
def weights_all_zero(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Several destinations and no weight at all, which Istio's webhook refuses."""
    for destinations in _destinations(service):
        weights = [destination["weight"] for destination in destinations]
        if len(weights) < 2 or any(weight.exists and weight.number is None for weight in weights):
            continue
        if not any(weight.number for weight in weights):
            written = "all weights are 0" if all(weight.exists for weight in weights) else "none has a weight above 0"
            yield finding(
                next((weight for weight in weights if weight.exists), None) or head(destinations[0]),
                f"of {len(weights)} destinations {written}, and Istio refuses the VirtualService",
                hint="give each destination its share as `weight`",
            )


@further_check(DESTINATION_WITHOUT_WEIGHT, kinds=["VirtualService"])
def destination_without_weight(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A destination without a weight beside others with one."""
    for destinations in _destinations(service):
        weighted = [destination for destination in destinations if destination["weight"].number]
        for destination in destinations if weighted else ():
            if destination.mapping and not destination["weight"].exists:
                total = sum(other["weight"].number or 0 for other in weighted)
                share = f"; the others already add up to {total}" if total == 100 else ""
                yield finding(
                    destination["destination"].key,
                    f"`{title(destination)}` has no weight beside destinations that have one: it counts as 0 and gets no "
                    f"traffic{share}",
                    hint=f"write `weight: {100 - total}`" if 0 < total < 100 else "write the weight, also where it is 0",
                    related=[(other["weight"], "a weight") for other in weighted],
                )


@check(
    "weight-on-only-destination", severity="warning", evidence="document", kinds=["VirtualService"],
    codes=["KIA1104"], fixable=True,
    when=["weight"],
)  # fmt: skip
def weight_on_only_destination(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A share of one destination: it gets everything all the same."""
    for destinations in _destinations(service):
        weight = destinations[0]["weight"]
        if len(destinations) == 1 and weight.number is not None and weight.number not in (100,) and weight.number >= 0:
            meant = "no request less" if weight.number == 0 else "not a part of them"
            yield finding(
                weight,
                f"`{title(destinations[0])}` is the only destination and gets all requests, {meant}: the weight "
                f"`{weight.number}` has no effect",
                hint="delete the weight, or add the destination that gets the rest",
                fix=Fix("delete `weight`", (Delete(weight.place),)),
            )


@check(
    "destination-listed-twice", severity="warning", evidence="document", kinds=["VirtualService"],
    codes=["KIA1105"],
)  # fmt: skip
def destination_listed_twice(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The same destination twice in one route, with nothing but the weight to tell them apart."""
    for destinations in _destinations(service):
        seen: list[tuple[dict[str, object], Cursor]] = []
        for destination in destinations:
            what = {key: value for key, value in destination.mapping.items() if key != "weight"}
            twin = next((other for same, other in seen if same == what), None)
            if twin and destination["destination"].mapping:
                yield finding(
                    destination["destination"],
                    f"`{title(destination)}` is listed twice in one route: it gets both shares, and no other version gets any of "
                    "the second",
                    hint="name the subset or host that was meant, or add the weights up in one entry",
                    related=[(twin["destination"], "the first entry")],
                )
            else:
                seen.append((what, destination))


@check(
    "weights-not-100", severity="info", evidence="heuristic", kinds=["VirtualService"], default=False,
    when=["weight"],
)  # fmt: skip
def weights_not_100(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Weights that look like percentages and are none."""
    for destinations in _destinations(service):
        weights = [destination["weight"].number or 0 for destination in destinations]
        total = sum(weights)
        if len(weights) > 1 and min(weights) >= 0 and total not in (0, 100):
            shares = ", ".join(f"{100 * weight / total:.3g} %" for weight in weights)
            yield finding(
                destinations[0]["weight"] if destinations[0]["weight"].exists else head(destinations[0]),
                f"the weights add up to {total}: the destinations get {shares}",
                hint="write percentages that add up to 100 if readers shall not calculate",
            )


def _destinations(service: Resource) -> Iterator[list[Cursor]]:
    """The weighted destinations of each route that has any."""
    for protocol in PROTOCOLS:
        for route in service.spec[protocol]:
            if destinations := list(route["route"]):
                yield destinations
