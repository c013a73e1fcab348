"""Argo Rollouts, which changes routes: missing references, and routes that it overwrites."""

from collections.abc import Iterator
from typing import NamedTuple

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, declare, finding, further_check

_ROUTES = {"routes": "http", "tcpRoutes": "tcp", "tlsRoutes": "tls"}
_GATEWAY_API = "argoproj-labs/gatewayAPI"
_MANAGED = ("setHeaderRoute", "setMirrorRoute")
"""Steps that add a route of `managedRoutes`."""
_ROUTE_NOT_FOUND = declare("rollout-route-not-found", severity="error", evidence="contradiction", topic="operations")


class _Reference(NamedTuple):
    """A reference of a Rollout: the kind, namespace and name of a resource, where it is, and the settings around it."""

    kind: str
    namespace: str
    name: str
    place: Cursor
    at: Cursor


def _istio(rollout: Resource) -> Cursor:
    return rollout.spec["strategy"]["canary"]["trafficRouting"]["istio"]


def _virtual_services(rollout: Resource) -> Iterator[_Reference]:
    for at in (_istio(rollout)["virtualService"], *_istio(rollout)["virtualServices"]):
        name, _, namespace = at["name"].text.partition(".")
        if name and not has_placeholder(at["name"].text):
            yield _Reference("VirtualService", namespace or rollout.namespace, name, at["name"], at)


def _destination_rule(rollout: Resource) -> _Reference | None:
    at = _istio(rollout)["destinationRule"]
    name = at["name"].text
    return _Reference("DestinationRule", rollout.namespace, name, at["name"], at) if name and not has_placeholder(name) else None


def _http_routes(rollout: Resource) -> Iterator[_Reference]:
    """The HTTPRoutes that the Gateway API plugin of Argo Rollouts changes."""
    at = rollout.spec["strategy"]["canary"]["trafficRouting"]["plugins"][_GATEWAY_API]
    for name in (at["httpRoute"], *(each["name"] for each in at["httpRoutes"])):
        if name.literal:
            yield _Reference("HTTPRoute", at["namespace"].text or rollout.namespace, name.text, name, at)


@check("rollout-target-not-found", severity="warning", evidence="missing", kinds=["Rollout"])
def rollout_target_not_found(rollout: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a VirtualService, DestinationRule, HTTPRoute or Service of a Rollout that does not exist."""
    rule = _destination_rule(rollout)
    for reference in (*_virtual_services(rollout), *((rule,) if rule else ()), *_http_routes(rollout)):
        if mesh.get(reference.kind, reference.namespace, reference.name):
            continue
        placed = rollout.placed or reference.namespace != rollout.namespace
        yield finding(
            reference.place,
            f"{reference.kind} `{reference.name}` not found in namespace `{reference.namespace}`; Argo Rollouts marks the "
            "Rollout invalid and shifts no traffic",
            hint=f"add the {reference.kind}, or use the name of an existing one",
            known=mesh.settings.whole_mesh or (placed and bool(mesh.in_namespace(reference.kind, reference.namespace))),
        )
    canary = rollout.spec["strategy"]["canary"]
    for service in (canary["stableService"], canary["canaryService"]):
        if service.literal and not mesh.hosts.exact(mesh.hosts.fqdn(service.text, rollout.namespace)):
            yield finding(
                service,
                f"Service `{service.text}` not found in namespace `{rollout.namespace}`; Argo Rollouts marks the Rollout invalid "
                "and shifts no traffic",
                hint="add the Service, or use the name of an existing one",
                known=mesh.hosts.lacks(service.text, rollout),
            )


@further_check(_ROUTE_NOT_FOUND, kinds=["Rollout"])
def rollout_route_not_found(rollout: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report routes that the VirtualService does not define, and missing route names."""
    for reference in _virtual_services(rollout):
        service = mesh.get(reference.kind, reference.namespace, reference.name)
        if service is None or mesh.exclusive(rollout, service):
            continue
        for route in reference.at["routes"]:
            names = [each["name"].text for each in service.spec["http"] if each["name"].text]
            if route.text and route.text not in names and not has_placeholder(route.text):
                listed = ", ".join(f"`{name}`" for name in names)
                yield finding(
                    route,
                    f"{service.title} has no HTTP route `{route.text}`; Argo Rollouts marks the Rollout invalid",
                    hint=f"use one of its routes: {listed}" if listed else "set the `name` of the route in the VirtualService",
                    related=[(service.spec["http"].key, "the routes")],
                )
        yield from _other_routes_not_found(reference, service)
        yield from _without_targets(rollout, reference, service, mesh)
        named = any(reference.at[field] for field in _ROUTES)
        if not named and len(list(service.spec["http"])) > 1:
            yield finding(
                reference.at["name"],
                f"{service.title} has several HTTP routes but the Rollout lists none; Argo Rollouts marks the Rollout invalid",
                hint="list the routes to change in `routes`",
                related=[(service.spec["http"].key, "the routes")],
            )


def _other_routes_not_found(reference: _Reference, service: Resource) -> Iterator[Finding]:
    """Report TCP and TLS routes, which Argo Rollouts finds by port and SNI host."""
    for field, kind in (("tcpRoutes", "tcp"), ("tlsRoutes", "tls")):
        routes = service.spec[kind]
        matches = [match for route in routes for match in route["match"]]
        for wanted in reference.at[field]:
            names = {each.text for each in wanted["sniHosts"]}
            for at, known in (
                (wanted["port"], {match["port"].number for match in matches}),
                (wanted["sniHosts"], {host.text for match in matches for host in match["sniHosts"]}),
            ):
                lacking = at.number not in known if at.name == "port" else not names <= known
                if at and lacking and not any(map(has_placeholder, names)):
                    condition = f"port {at.number}" if at.name == "port" else f"SNI host {' or '.join(map(_code, sorted(names)))}"
                    yield finding(
                        at,
                        f"{service.title} has no {kind.upper()} route for {condition}; Argo Rollouts marks the Rollout invalid",
                        hint=f"use the values of a `match` in `spec.{kind}`, or add the route",
                        related=[(routes.key if routes.exists else service.metadata["name"], "the routes")],
                    )
                    break


def _code(text: str) -> str:
    return f"`{text}`"


@further_check(_ROUTE_NOT_FOUND, kinds=["Rollout"], when=["steps"])
def managed_route_not_found(rollout: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report steps that set a route which is not in `managedRoutes`."""
    canary = rollout.spec["strategy"]["canary"]
    managed = [route["name"].text for route in canary["trafficRouting"]["managedRoutes"]]
    for step in canary["steps"]:
        for field in _MANAGED:
            name = step[field]["name"]
            if name.literal and name.text not in managed and not any(map(has_placeholder, managed)):
                listed = ", ".join(map(_code, managed))
                yield finding(
                    name,
                    f"route `{name.text}` of `{field}` is not in `managedRoutes`; Argo Rollouts marks the Rollout invalid",
                    hint=f"add it to `trafficRouting.managedRoutes`{f', which lists {listed}' if listed else ''}",
                )


@check("rollout-overwrites-route", severity="warning", evidence="contradiction", kinds=["Rollout"], when=["managedRoutes"])
def rollout_overwrites_route(rollout: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report managed routes with the name of a route in the VirtualService."""
    for managed in rollout.spec["strategy"]["canary"]["trafficRouting"]["managedRoutes"]:
        for reference in _virtual_services(rollout) if managed["name"].literal else ():
            service = mesh.get(reference.kind, reference.namespace, reference.name)
            if service is None or mesh.exclusive(rollout, service):
                continue
            own = next((route["name"] for route in service.spec["http"] if route["name"].text == managed["name"].text), None)
            if own is not None:
                yield finding(
                    managed["name"],
                    f"{service.title} already has route `{own.text}`; Argo Rollouts removes it when the rollout ends",
                    hint="use a name that no route of the VirtualService has",
                    related=[(own, "the route in the VirtualService")],
                )


def _without_targets(rollout: Resource, reference: _Reference, service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report routes of a Rollout without both a stable and a canary destination."""
    if next(iter(rollout_subset_not_found(rollout, mesh)), None):
        return
    wanted = {route.text for route in reference.at["routes"]}
    canary, rule = rollout.spec["strategy"]["canary"], _istio(rollout)["destinationRule"]
    subsets = [rule[field].text for field in ("stableSubsetName", "canarySubsetName")]
    hosts = [canary[field].text for field in ("stableService", "canaryService")]
    for route in service.spec["http"]:
        if (wanted and route["name"].text not in wanted) or not route["route"]:
            continue
        destinations = [target["destination"] for target in route["route"]]
        lacking = [
            host or subset
            for subset, host in zip(subsets, hosts, strict=True)
            if (subset or host)
            and not any(
                (subset and at["subset"].text == subset) or (host and at["host"].text.partition(".")[0] == host)
                for at in destinations
            )
        ]
        if lacking and not any(map(has_placeholder, (*subsets, *hosts))):
            yield finding(
                reference.at["name"],
                f"a route of {service.title} has no destination for `{lacking[0]}`; Argo Rollouts marks the Rollout invalid",
                hint="list the stable and the canary destination in each route, with weights 100 and 0",
                related=[(route["route"], "the destinations of the route")],
            )
            return


@check("rollout-subset-not-found", severity="error", evidence="contradiction", kinds=["Rollout"])
def rollout_subset_not_found(rollout: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report subsets that the DestinationRule of a Rollout does not define."""
    reference = _destination_rule(rollout)
    rule = mesh.get(reference.kind, reference.namespace, reference.name) if reference else None
    if reference is None or rule is None or mesh.exclusive(rollout, rule):
        return
    defined = [subset["name"].text for subset in rule.spec["subsets"]]
    for field in ("canarySubsetName", "stableSubsetName"):
        name = reference.at[field]
        if name.text and name.text not in defined and not has_placeholder(name.text):
            yield finding(
                name,
                f"{rule.title} does not define subset `{name.text}`; Argo Rollouts marks the Rollout invalid",
                hint=f"use one of its subsets: {', '.join(f'`{each}`' for each in defined)}"
                if defined
                else "define the subset in the DestinationRule",
                related=[(rule.spec["subsets"].key if rule.spec["subsets"].exists else rule.spec["host"], "the subsets")],
            )
