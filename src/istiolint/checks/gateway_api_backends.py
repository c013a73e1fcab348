"""What routes of the Gateway API send to their backends: to ports that are there, and with shares above zero."""

from collections.abc import Iterator

from istiolint.checks.destination_ports import DESTINATION_PORT_NOT_FOUND, ports_in_words
from istiolint.checks.weights import DESTINATION_WITHOUT_WEIGHT, WEIGHTS_ALL_ZERO
from istiolint.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_api import ROUTE_KINDS, TCP_ROUTES, backends
from istiolint.resource import Resource
from istiolint.rules import finding, further_check


@further_check(DESTINATION_PORT_NOT_FOUND, kinds=TCP_ROUTES)
def port_of_backend(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A port that the Service behind a backend does not have."""
    for backend in backends(route):
        port = backend.at["port"]
        ports = mesh.hosts.ports_of(backend.name, backend.namespace) if backend.type == "Service" else []
        if port.number and ports and port.number not in ports:
            yield finding(
                port,
                f"Service `{backend.name}` has no port `{port.number}`; Envoy gets no cluster for it, and requests fail",
                hint=f"its ports are {ports_in_words(ports)} (the `port` of a Service counts here, not its `targetPort`)",
            )


@further_check(WEIGHTS_ALL_ZERO, kinds=ROUTE_KINDS)
def backends_without_share(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Backends of which none gets anything. Unlike in VirtualServices, a weight that is not written is 1."""
    for rule in route.spec["rules"]:
        weights = [backend["weight"] for backend in rule["backendRefs"]]
        if weights and all(weight.number == 0 for weight in weights):
            which = "the only backend has" if len(weights) == 1 else f"all {len(weights)} backends have"
            effect = "requests get 500" if route.kind in ("HTTPRoute", "GRPCRoute") else "connections are closed"
            yield finding(
                weights[0],
                f"{which} the weight 0: nobody gets the traffic, and {effect}",
                hint="delete the weight of a backend that shall get traffic: without one it is 1",
                severity="warning",
            )


_PERCENTAGES = 10
"""Weights that add up to as much are meant as shares of a hundred, not as parts such as 3 to 1."""


@further_check(DESTINATION_WITHOUT_WEIGHT, kinds=ROUTE_KINDS)
def backend_without_weight(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A backend without a weight beside others with percentages: it counts as 1."""
    for rule in route.spec["rules"]:
        all_backends = list(rule["backendRefs"])
        written = [backend["weight"].number or 0 for backend in all_backends if backend["weight"].exists]
        open_ones = [backend for backend in all_backends if backend["name"].text and not backend["weight"].exists]
        total = sum(written)
        if total < _PERCENTAGES or total + len(open_ones) == 100:
            continue
        rest = f"`weight: {100 - total}`" if total < 100 and len(open_ones) == 1 else "the weight, also where it is 0"
        for backend in open_ones:
            share = 100 / (total + len(open_ones))
            yield finding(
                backend["name"],
                f"`{backend['name'].text}` has no weight beside backends that have one: it counts as 1 and gets {share:.2g}% of "
                "the traffic",
                hint=f"write {rest}",
            )
