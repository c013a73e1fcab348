"""The Gateway API's definitions in the cluster: old ones make Istio ignore kinds without a word."""

import re
from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.settings import minor

BUNDLE = "gateway.networking.k8s.io/bundle-version"
LOWEST = {
    "grpcroutes.gateway.networking.k8s.io": ("1.22", (1, 1, 0)),
    "backendtlspolicies.gateway.networking.k8s.io": ("1.28", (1, 4, 0)),
    "tlsroutes.gateway.networking.k8s.io": ("1.30", (1, 5, 0)),
    "tcproutes.gateway.networking.k8s.io": ("1.31", (1, 6, 0)),
}
"""By definition: the Istio that reads the kind's v1, and the bundle that brings it (pilot's table of minimum versions)."""

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)", re.ASCII)


@check(
    "gateway-api-bundle-too-old", severity="warning", evidence="document", kinds=["CustomResourceDefinition"],
    codes=["IST0176"],
)  # fmt: skip
def gateway_api_bundle_too_old(definition: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A CustomResourceDefinition from a bundle that is older than what Istio reads."""
    since, lowest = LOWEST.get(definition.name, ("", ()))
    bundle = definition.metadata["annotations"][BUNDLE]
    match = _VERSION.match(bundle.text)
    if not lowest or not match or mesh.settings.istio_minor < minor(since):
        return
    if tuple(map(int, match.groups())) < lowest:
        wanted = "v" + ".".join(map(str, lowest))
        kind = definition.spec["names"]["kind"].text or definition.name
        yield finding(
            bundle,
            f"Istio ignores every {kind} while its definition comes from bundle `{bundle.text}`",
            hint=f"install the Gateway API bundle {wanted} or later",
        )
