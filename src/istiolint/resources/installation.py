"""Resources that show that a file installs Istio itself, as `istioctl manifest generate` or `helm template` print it."""

from istiolint.resources.resource import Resource

INSTALLED = ("CustomResourceDefinition", "Deployment")
"""Kinds that show it."""
_CONTROL_PLANE = frozenset(
    ("istiod", "istio-citadel", "istio-galley", "istio-pilot", "istio-policy", "istio-sidecar-injector", "istio-telemetry")
)
"""Deployments of Istio's control plane, also from the time before istiod."""


def installs_istio(resource: Resource) -> bool:
    """Return whether a resource is one that Istio's installation creates and that users do not write."""
    if resource.kind == "CustomResourceDefinition":
        return resource.name.endswith(".istio.io")
    return resource.kind == "Deployment" and resource.name in _CONTROL_PLANE
