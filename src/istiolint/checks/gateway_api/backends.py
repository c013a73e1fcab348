"""Backends of Gateway API routes: ports, weights, kinds, and rules without backends."""

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
"""Weights with at least this sum are read as percentages, not as ratios such as 3 to 1."""
_ISTIO = "networking.istio.io"
_WITHOUT_SERVICES = (GROUP, "apps", "core", "v1")
"""Values used by mistake as the group of Services."""
_ANSWERS = ("RequestRedirect", "ExtensionRef")
"""Filters that can answer a request without a backend."""


@further_check(DESTINATION_PORT_NOT_FOUND, kinds=TCP_ROUTES)
def port_of_backend(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a backend port that the Service does not have."""
    for backend in backends(route):
        port = backend.at["port"]
        ports = mesh.hosts.ports_of(backend.name, backend.namespace) if backend.type == "Service" else []
        if port.number and ports and port.number not in ports:
            yield finding(
                port,
                f"Service `{backend.name}` has no port `{port.number}`; Envoy has no cluster for it, and requests fail",
                hint=f"use one of its ports: {ports_in_words(ports)} (`port` of the Service, not `targetPort`)",
            )


@further_check(WEIGHTS_ALL_ZERO, kinds=ROUTE_KINDS)
def backends_without_share(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report rules whose backends all have weight 0. Unlike in VirtualServices, the default weight is 1."""
    for rule in route.spec["rules"]:
        weights = [backend["weight"] for backend in rule["backendRefs"]]
        if weights and all(weight.number == 0 for weight in weights):
            count = "both" if len(weights) == 2 else f"all {len(weights)}"
            which = "the only backend has" if len(weights) == 1 else f"{count} backends have"
            effect = "requests get 500" if route.kind in ("HTTPRoute", "GRPCRoute") else "connections are closed"
            yield finding(
                weights[0],
                f"{which} weight 0; no backend receives traffic, and {effect}",
                hint="remove the weight of a backend that should receive traffic (the default is 1)",
                severity="warning",
            )


@further_check(DESTINATION_WITHOUT_WEIGHT, kinds=ROUTE_KINDS)
def backend_without_weight(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a backend without a weight next to backends with percentages: its weight is 1."""
    for rule in route.spec["rules"]:
        all_backends = list(rule["backendRefs"])
        written = [backend["weight"].number or 0 for backend in all_backends if backend["weight"].exists]
        open_ones = [backend for backend in all_backends if backend["name"].text and not backend["weight"].exists]
        total = sum(written)
        if total < _PERCENTAGES or total + len(open_ones) == 100:
            continue
        rest = f"`weight: {100 - total}`" if total < 100 and len(open_ones) == 1 else "the weight explicitly, even if it is 0"
        for backend in open_ones:
            share = 100 / (total + len(open_ones))
            yield finding(
                backend["name"],
                f"backend `{backend['name'].text}` has no weight, but other backends of the rule do; the default of 1 gives it "
                f"{share:.2g}% of the traffic",
                hint=f"set {rest}",
            )


@check("backend-of-wrong-kind", severity="error", evidence="document", kinds=ROUTE_KINDS, codes=["KIA1402"])
def backend_of_wrong_kind(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a backend that uses a host as the Service name, or a kind that cannot be a backend."""
    for backend in backend_cursors(route):
        group, kind, name = backend["group"], backend["kind"].text or "Service", backend["name"]
        if not name.literal:
            continue
        if kind == "Service" and not group.text and "." in name.text:
            yield finding(
                name,
                f"`{name.text}` is not a valid Service name; backends are not looked up by host, and requests get 500",
                hint=f"set `name: {name.text.partition('.')[0]}` and `namespace`; for a ServiceEntry host set "
                f"`kind: Hostname` and `group: {_ISTIO}`",
            )
        elif (group.text == _ISTIO and kind != "Hostname") or (kind == "Service" and group.text in _WITHOUT_SERVICES):
            yield finding(
                group,
                f"{kind} of group `{group.text}` is not a supported backend; requests get 500",
                hint="set `kind: Hostname` with a host of the ServiceEntry as `name`"
                if group.text == _ISTIO and kind != "Service"
                else 'set `group: ""` for a Service, or remove `group`',
            )
        elif group.text == _ISTIO and backend["namespace"].text:
            yield finding(
                backend["namespace"],
                f"`namespace: {backend['namespace'].text}` on a backend of kind Hostname; Istio rejects the backend and "
                "requests get 500",
                hint="remove it; ServiceEntry hosts are found in every namespace that exports them",
            )


@check("rule-without-backend", severity="warning", evidence="document", kinds=["GRPCRoute", "HTTPRoute"])
def rule_without_backend(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a rule without backends and without a redirect."""
    if mesh.gateway_classes.leaves_istio_out(route):
        return
    for rule in route.spec["rules"]:
        answered = any(each["type"].text in _ANSWERS for each in rule["filters"])
        if isinstance(rule.value, dict) and not rule["backendRefs"] and not answered:
            at = next((rule[field].key for field in ("backendRefs", "matches", "filters", "name") if rule[field].exists), None)
            yield finding(
                at or rule,
                "the rule has neither `backendRefs` nor a redirect; its requests get 404 or 500, depending on the Istio release",
                hint="add `backendRefs`, or remove the rule",
            )


@check(
    "match-of-another-route", severity="warning", evidence="contradiction", kinds=["GRPCRoute", "HTTPRoute"],
)  # fmt: skip
def match_of_another_route(route: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a match for the same requests as a match of another route or of an earlier rule."""
    reported: set[Path] = set()
    for match, other in mesh.route_matches.before(route):
        if match.at.path in reported or (other.route is not route and mesh.exclusive(route, other.route)):
            continue
        reported.add(match.at.path)
        if other.route is route:
            what, hint = (
                "an earlier rule of this route matches the same requests; this match never applies",
                "remove one of the two",
            )
        else:
            what = (
                f"{other.route.title} matches the same requests at Gateway `{match.parent.name}`; only the older (or first by "
                "name) receives them"
            )
            hint = "merge the rules, distinguish them by path or header, or attach the routes to different listeners"
        yield finding(match.at, what, hint=hint, related=[(other.at, "the other match is here")])
