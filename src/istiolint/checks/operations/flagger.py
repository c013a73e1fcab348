"""Resources that Flagger overwrites with its own."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.hosts import canary_services
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_ISTIO = ("", "istio")
_GATEWAY_API = "gatewayapi:"


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


@check("flagger-overwrites-resource", severity="warning", evidence="contradiction", kinds=["DestinationRule", "HTTPRoute"])
def flagger_overwrites_resource(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a DestinationRule or HTTPRoute with the name of one that Flagger generates for a Canary."""
    for canary in mesh.in_namespace("Canary", resource.namespace):
        names, provider = canary_services(canary), canary.spec["provider"].text
        if resource.type == "HTTPRoute":
            generated = names[:1] if provider.startswith(_GATEWAY_API) else ()
            setting = "`spec.service.gatewayRefs` and `spec.service.hosts`"
        else:
            generated = names[1:] if provider in _ISTIO else ()
            setting = "`spec.service.trafficPolicy`"
        if resource.name in generated and not mesh.exclusive(resource, canary):
            yield finding(
                resource.metadata["name"],
                f"Flagger overwrites this {resource.kind} for {canary.title}; its settings do not apply",
                hint=f"remove it, and set {setting} in the Canary",
                related=[(canary.spec["service"], "the settings that Flagger uses")],
            )
