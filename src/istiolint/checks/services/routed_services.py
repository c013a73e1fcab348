"""Services that routes target or workloads call, and that select no workload."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check("routed-service-without-workload", severity="warning", evidence="missing", kinds=["Service"], when=["selector"])
def routed_service_without_workload(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a Service in use whose selector matches no workload, so that Envoy has no endpoint for it."""
    selector = service.spec["selector"]
    external = service.spec["type"].text == "ExternalName"
    if external or not selector.labels or selector.unresolved or mesh.workloads.of_service(service):
        return
    fqdn = mesh.hosts.fqdn(service.name, service.namespace)
    routed = mesh.virtual_services.routes_to(fqdn) or mesh.service_routes.send_to(fqdn) or mesh.entrances.to(fqdn)
    calls = mesh.calls.of_service(service)
    if not (routed or calls) or any(mesh.other_clusters.pods_of(service)):
        return
    use = "the target of routes" if routed else f"called by `{calls[0].caller.title}`"
    wanted = ", ".join(f"{key}: {value}" for key, value in selector.labels.items())
    elsewhere = sorted({workload.namespace for workload in mesh.workloads.selected(selector.labels, None)})
    namesake = next((each for each in mesh.workloads.in_namespace(service.namespace) if each.resource.name == service.name), None)
    if namesake is not None and (mesh.exclusive(service, namesake.resource) or selector.labels.keys() - namesake.labels.keys()):
        namesake = None
    yield finding(
        selector,
        f"no workload in namespace `{service.namespace}` has labels `{wanted}`; Service `{service.name}` is {use} "
        "and has no endpoint, so Envoy returns 503",
        hint=f"use labels of the pods of `{namesake.title}`"
        if namesake
        else f"namespace `{elsewhere[0]}` has a workload with these labels"
        if elsewhere
        else "use labels that the pods have",
        related=[
            *([(namesake.metadata["labels"].key, f"labels of `{namesake.title}`")] if namesake else []),
            *((call.at, f"`{call.caller.title}` calls it here") for call in calls[:3]),
        ],
        # Files without any workload of a namespace are configuration that is kept apart from the applications.
        known=(namesake is not None and service.placed and namesake.resource.placed)
        or (
            bool(mesh.workloads.in_namespace(service.namespace))
            and mesh.coverage.lacks_workload(selector.labels, service.namespace, service)
        ),
    )
