"""CustomResourceDefinitions of the Gateway API: Istio silently ignores kinds from old bundles."""

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
"""By definition: the Istio release that reads the kind's v1, and the bundle with it (pilot's minimum versions)."""

_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)", re.ASCII)


@check(
    "gateway-api-bundle-too-old", severity="warning", evidence="document", kinds=["CustomResourceDefinition"],
    codes=["IST0176"],
)  # fmt: skip
def gateway_api_bundle_too_old(definition: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a CustomResourceDefinition from a bundle that is older than Istio requires."""
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
            f"bundle `{bundle.text}` of the {kind} definition is too old; Istio ignores every {kind}",
            hint=f"install the Gateway API bundle {wanted} or later",
        )
