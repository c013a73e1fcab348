"""Services that workloads are configured to call from namespaces to which they are not exported."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import is_control_plane, is_gateway
from istiolint.mesh.visibility import SERVICE_ANNOTATION, in_words, sees
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check("call-to-unexported-service", severity="warning", evidence="contradiction", kinds=["Service"], when=[SERVICE_ANNOTATION])
def call_to_unexported_service(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a Service whose `exportTo` leaves out the namespace of a workload that is configured to call it."""
    known = mesh.hosts.exact(mesh.hosts.fqdn(service.name, service.namespace))
    for call in mesh.calls.of_service(service):
        caller = call.caller
        if any(sees(caller.namespace, each.scope) for each in known) or mesh.injection.of(caller).state != "sidecar":
            continue
        if (
            is_gateway(caller)
            or is_control_plane(caller)
            or mesh.exclusive(service, caller.resource)
            or not caller.resource.placed
        ):
            continue
        scope = next((each.scope for each in known if each.resource is service), None)
        if scope is not None:
            yield finding(
                service.metadata["annotations"][SERVICE_ANNOTATION],
                f"`{caller.title}` calls this Service, which is exported only to {in_words(scope)}; calls are sent without mTLS "
                "and routes, or blocked with `REGISTRY_ONLY`",
                hint=f"add `{caller.namespace}` to the annotation",
                related=[(call.at, "the workload is configured here")],
            )
            return
