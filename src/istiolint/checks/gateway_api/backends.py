"""Where routes of the Gateway API send requests: to ports that are there, with shares above zero, and to anybody at all."""

from collections.abc import Iterator

from istiolint.checks.routing.destination_ports import DESTINATION_PORT_NOT_FOUND
from istiolint.checks.routing.weights import DESTINATION_WITHOUT_WEIGHT, WEIGHTS_ALL_ZERO
from istiolint.fields.service_ports import ports_in_words
from istiolint.findings.finding import Finding, Path
from istiolint.mesh import Mesh
from istiolint.mesh.gateway_api import GROUP, ROUTE_KINDS, TCP_ROUTES, backend_cursors, backends
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check

_PERCENTAGES = 10
"""Weights that add up to as much are meant as shares of a hundred, not as parts such as 3 to 1."""
_ISTIO = "networking.istio.io"
_WITHOUT_SERVICES = (GROUP, "apps", "core", "v1")
"""What is written for the group of Services, and is none or has none."""
_ANSWERS = ("RequestRedirect", "ExtensionRef")
"""Filters that may answer a request without a backend."""


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
                f"{which} weight 0; no backend receives traffic, and {effect}",
                hint="delete the weight of a backend that shall get traffic: without one it is 1",
                severity="warning",
            )


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


@check("backend-of-wrong-kind", severity="error", evidence="document", kinds=ROUTE_KINDS, codes=["KIA1402"])
def backend_of_wrong_kind(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A backend that is called by a host where a name is meant, or by a kind that cannot be one."""
    for backend in backend_cursors(route):
        group, kind, name = backend["group"], backend["kind"].text or "Service", backend["name"]
        if not name.literal:
            continue
        if kind == "Service" and not group.text and "." in name.text:
            yield finding(
                name,
                f"`{name.text}` is no name of a Service, which has no dots: a host is not looked for, and requests get 500",
                hint=f"write `name: {name.text.partition('.')[0]}`, and the `namespace` beside it; for a host of a ServiceEntry "
                f"`kind: Hostname` with `group: {_ISTIO}`",
            )
        elif (group.text == _ISTIO and kind != "Hostname") or (kind == "Service" and group.text in _WITHOUT_SERVICES):
            yield finding(
                group,
                f"a {kind} of group `{group.text}` is no backend: requests get 500",
                hint="write `kind: Hostname` with a host of the ServiceEntry as `name`"
                if group.text == _ISTIO and kind != "Service"
                else 'write `group: ""`, or nothing, for a Service',
            )
        elif group.text == _ISTIO and backend["namespace"].text:
            yield finding(
                backend["namespace"],
                "a backend of kind Hostname has no namespace: Istio refuses the backend, and requests get 500",
                hint="delete it: hosts of ServiceEntries are looked for wherever they are exported",
            )


@check("rule-without-backend", severity="warning", evidence="document", kinds=["GRPCRoute", "HTTPRoute"])
def rule_without_backend(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A rule that leads nowhere."""
    if mesh.gateway_classes.leaves_istio_out(route):
        return
    for rule in route.spec["rules"]:
        answered = any(each["type"].text in _ANSWERS for each in rule["filters"])
        if isinstance(rule.value, dict) and not rule["backendRefs"] and not answered:
            at = next((rule[field].key for field in ("backendRefs", "matches", "filters", "name") if rule[field].exists), None)
            yield finding(
                at or rule,
                "the rule has neither `backendRefs` nor a redirect: its requests are answered with an error, 404 or 500 as the "
                "release of Istio has it",
                hint="name the backends, or delete the rule",
            )


@check(
    "match-of-another-route", severity="warning", evidence="contradiction", kinds=["GRPCRoute", "HTTPRoute"],
)  # fmt: skip
def match_of_another_route(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A match for the same host and requests as one of another route, or of an earlier rule."""
    told: set[Path] = set()
    for match, other in mesh.route_matches.before(route):
        if match.at.path in told or (other.route is not route and mesh.rivals(route, other.route)):
            continue
        told.add(match.at.path)
        if other.route is route:
            what, hint = "an earlier rule of this route matches the same requests: this one gets none", "delete one of the two"
        else:
            what = (
                f"{other.route.title} matches the same requests at Gateway `{match.parent.name}`: the older of the two routes "
                "gets them, and of two that are applied at once the first by name"
            )
            hint = "join the rules, tell them apart by path or header, or attach the routes to different listeners"
        yield finding(match.at, what, hint=hint, related=[(other.at, "the other match")])
