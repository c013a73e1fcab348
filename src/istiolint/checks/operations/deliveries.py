"""Argo Rollouts and Flagger, which change routes: missing references and conflicting owners."""

from collections.abc import Iterator
from typing import NamedTuple

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.hosts import canary_services
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_ROUTES = {"routes": "http", "tcpRoutes": "tcp", "tlsRoutes": "tls"}
_ISTIO = ("", "istio")


class _Reference(NamedTuple):
    """A reference of a Rollout: the kind, namespace and name of a resource, and the settings that contain it."""

    kind: str
    namespace: str
    name: str
    at: Cursor


def _istio(rollout: Resource) -> Cursor:
    return rollout.spec["strategy"]["canary"]["trafficRouting"]["istio"]


def _virtual_services(rollout: Resource) -> Iterator[_Reference]:
    for at in (_istio(rollout)["virtualService"], *_istio(rollout)["virtualServices"]):
        name, _, namespace = at["name"].text.partition(".")
        if name and not has_placeholder(at["name"].text):
            yield _Reference("VirtualService", namespace or rollout.namespace, name, at)


def _destination_rule(rollout: Resource) -> _Reference | None:
    at = _istio(rollout)["destinationRule"]
    name = at["name"].text
    return _Reference("DestinationRule", rollout.namespace, name, at) if name and not has_placeholder(name) else None


@check("rollout-target-not-found", severity="warning", evidence="missing", kinds=["Rollout"])
def rollout_target_not_found(rollout: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a VirtualService or DestinationRule of a Rollout that does not exist."""
    rule = _destination_rule(rollout)
    for reference in (*_virtual_services(rollout), *((rule,) if rule else ())):
        if mesh.get(reference.kind, reference.namespace, reference.name):
            continue
        placed = rollout.placed or reference.namespace != rollout.namespace
        yield finding(
            reference.at["name"],
            f"{reference.kind} `{reference.name}` not found in namespace `{reference.namespace}`; Argo Rollouts marks the "
            "Rollout invalid and shifts no traffic",
            hint=f"add the {reference.kind}, or use the name of an existing one",
            known=mesh.settings.whole_mesh or (placed and bool(mesh.in_namespace(reference.kind, reference.namespace))),
        )


@check("rollout-route-not-found", severity="error", evidence="contradiction", kinds=["Rollout"])
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
        yield from _without_targets(rollout, reference, service, mesh)
        named = any(reference.at[field] for field in _ROUTES)
        if not named and len(list(service.spec["http"])) > 1:
            yield finding(
                reference.at["name"],
                f"{service.title} has several HTTP routes but the Rollout lists none; Argo Rollouts marks the Rollout invalid",
                hint="list the routes to change in `routes`",
                related=[(service.spec["http"].key, "the routes")],
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


@check("flagger-overwrites-virtual-service", severity="warning", evidence="contradiction", kinds=["VirtualService"])
def flagger_overwrites_virtual_service(virtual_service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a VirtualService with the name of the one that Flagger generates for a Canary."""
    for canary in mesh.in_namespace("Canary", virtual_service.namespace):
        names, provider = canary_services(canary), canary.spec["provider"].text
        if not names or names[0] != virtual_service.name or provider not in _ISTIO or mesh.exclusive(virtual_service, canary):
            continue
        yield finding(
            virtual_service.metadata["name"],
            f"Flagger overwrites this VirtualService for {canary.title}"
            f"{'' if canary.spec['service']['gateways'].value else '; the new one has no gateways and applies only to the mesh'}",
            hint="remove this VirtualService, and set `spec.service.hosts` and `spec.service.gateways` in the Canary",
            related=[(canary.spec["service"], "the settings that Flagger uses")],
        )
