"""Access logging in Telemetry resources against the providers of the mesh."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.selection import covers_namespace
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "access-log-without-provider",
    severity="warning",
    evidence="missing",
    kinds=["Telemetry"],
    codes=["IST0157"],
)
def access_log_without_provider(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report access logging without a provider."""
    defaults = mesh.config["defaultProviders"]
    if (isinstance(defaults, dict) and defaults.get("accessLogging")) or _inherits(telemetry, mesh):
        return
    for logging in telemetry.spec["accessLogging"]:
        if not logging["providers"] and logging["disabled"].value is not True:
            yield finding(
                logging,
                "no provider here, in a parent Telemetry, or in `defaultProviders` of the MeshConfig; no access log is written",
                hint="set a provider, such as `providers: [{name: envoy}]`",
                known=mesh.config.known or mesh.settings.whole_mesh,
            )


def _inherits(telemetry: Resource, mesh: Mesh) -> bool:
    """Whether this Telemetry inherits providers from one for the namespace or the root namespace."""
    namespaces = {mesh.root_namespace} if covers_namespace(telemetry) else {mesh.root_namespace, telemetry.namespace}
    parents = [
        parent for namespace in namespaces for parent in mesh.in_namespace("Telemetry", namespace) if covers_namespace(parent)
    ]
    return any(log["providers"] for parent in parents if parent is not telemetry for log in parent.spec["accessLogging"])
