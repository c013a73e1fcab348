"""The waypoint of a Service: which clients use it, and which policies it enforces."""

from collections.abc import Sequence
from typing import NamedTuple

from istiolint.mesh.waypoints import is_waypoint, skipped_by_gateways, traffic_of
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.trace.model import Model
from istiolint.trace.proxies import Proxy
from istiolint.trace.services import Service
from istiolint.trace.steps import Steps

_SERVES_SERVICES = ("service", "all")


class Waypoint(NamedTuple):
    """A waypoint, its proxy, and the label that names it."""

    gateway: Resource
    proxy: Proxy
    at: Cursor


def waypoint_of(model: Model, service: Service, steps: Steps | None = None) -> Waypoint | None:
    """Return the waypoint of a Service. Adds a step if the files do not contain it."""
    use = model.mesh.waypoints.use(service.resource) if service.resource is not None else None
    if use is None:
        return None
    found = model.mesh.waypoints.gateways(use)
    if not found:
        if steps is not None:
            words = f"the waypoint `{use.name}` is not in the files: the trace ignores it"
            steps.add("host", words, use.at, kind="unknown")
        return None
    if traffic_of(found[0]) not in _SERVES_SERVICES:
        return None
    return Waypoint(found[0], model.gateway_proxy(found[0]), use.at)


def is_used_by(model: Model, client: Proxy, service: Service) -> bool:
    """Whether a client sends its requests for a Service to the waypoint of the Service.

    ztunnel does; a gateway does for Services with an address that have the label for it. Sidecars and clients outside of the
    mesh connect to the pods.
    """
    if client.kind == "ambient":
        return True
    if client.kind != "gateway" or service.resource is None or not service.has_address:
        return False
    return not skipped_by_gateways(service.resource, model.mesh.namespaces.get(service.namespace, ()))


def policies_for(model: Model, waypoint: Waypoint, service: Service) -> Sequence[Resource]:
    """Return the AuthorizationPolicies that a waypoint enforces for a Service: those that target the waypoint or the Service."""
    own = model.policies.targeting(waypoint.gateway.namespace, "Gateway", waypoint.gateway.name)
    name = service.resource.name if service.resource is not None else ""
    return list(dict.fromkeys([*own, *model.policies.targeting(service.namespace, service.type, name)]))


def explain_bypass(model: Model, client: Proxy, service: Service, steps: Steps) -> None:
    """Add a step for a waypoint of the Service that the client does not use."""
    if client.gateway is not None and is_waypoint(client.gateway):
        return
    waypoint = waypoint_of(model, service)
    if waypoint is None or is_used_by(model, client, service):
        return
    why = "gateways use it only if the Service has the label `istio.io/ingress-use-waypoint`" if client.kind == "gateway" else (
        "sidecars connect to the pods" if client.kind == "sidecar" else "only ztunnel and gateways use waypoints"
    )  # fmt: skip
    words = (
        f"the request does not go through the waypoint {waypoint.proxy.title}, and its routes and policies do not apply: {why}"
    )
    steps.add("destination", words, waypoint.at, kind="rejected")
