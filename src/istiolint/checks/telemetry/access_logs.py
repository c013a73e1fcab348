"""Telemetry against the providers of the mesh."""

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
    """Access logging is asked for, and nobody says where to."""
    defaults = mesh.config["defaultProviders"]
    if (isinstance(defaults, dict) and defaults.get("accessLogging")) or _inherits(telemetry, mesh):
        return
    for logging in telemetry.spec["accessLogging"]:
        if not logging["providers"] and logging["disabled"].value is not True:
            yield finding(
                logging,
                "no `providers` here, in a Telemetry above, or in the MeshConfig's `defaultProviders`: nothing is logged",
                hint="name a provider, such as `providers: [{name: envoy}]`",
                known=mesh.config.known or mesh.settings.whole_mesh,
            )


def _inherits(telemetry: Resource, mesh: Mesh) -> bool:
    """Whether a Telemetry of the namespace or of the root namespace names providers, which this one takes over."""
    namespaces = {mesh.root_namespace} if covers_namespace(telemetry) else {mesh.root_namespace, telemetry.namespace}
    parents = [
        parent for namespace in namespaces for parent in mesh.in_namespace("Telemetry", namespace) if covers_namespace(parent)
    ]
    return any(log["providers"] for parent in parents if parent is not telemetry for log in parent.spec["accessLogging"])
