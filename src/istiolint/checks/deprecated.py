"""Fields and kinds that Istio still accepts, but does not want."""

from collections.abc import Iterator

from istiolint.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resource import Resource
from istiolint.rules import check, finding

RETIRED_RBAC = ("ClusterRbacConfig", "RbacConfig", "ServiceRole", "ServiceRoleBinding")


@check(
    "deprecated-field", severity="warning", evidence="document", category="upgrade",
    kinds=["VirtualService", "Sidecar", "Telemetry", "CustomResourceDefinition"], codes=["IST0002"],
)  # fmt: skip
def deprecated_field(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A field that has a successor, or that istiod ignores."""
    if resource.type == "VirtualService":
        for route in resource.spec["http"]:
            percent = route["fault"]["delay"]["percent"]
            if percent.number:
                hint = f"write `percentage: {{value: {percent.number}}}`"
                yield finding(percent.key, "`fault.delay.percent` is deprecated in favour of `percentage`", hint=hint)
    elif resource.type == "Sidecar":
        proxy = resource.spec["outboundTrafficPolicy"]["egressProxy"]
        if proxy.exists:
            yield finding(
                proxy.key,
                "`egressProxy` is deprecated and ignored: traffic to unknown services is not sent there",
                hint="route it through an egress gateway with ServiceEntries and VirtualServices",
            )
    elif resource.type == "Telemetry":
        yield from _lightstep(resource, mesh)
    elif resource.spec["group"].text == "rbac.istio.io" and resource.spec["names"]["kind"].text in RETIRED_RBAC:
        kind = resource.spec["names"]["kind"]
        yield finding(
            kind, f"Istio reads `{kind.text}` no more; policies of that kind protect nothing", hint="use AuthorizationPolicy"
        )


def _lightstep(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Traces sent to a provider of the kind `lightstep`, which Envoy no longer has."""
    providers = mesh.config["extensionProviders"]
    known = [provider for provider in providers if isinstance(provider, dict)] if isinstance(providers, list) else []
    lightstep = [provider.get("name") for provider in known if "lightstep" in provider]
    for tracing in telemetry.spec["tracing"]:
        for provider in tracing["providers"]:
            if provider["name"].text and provider["name"].text in lightstep:
                yield finding(
                    provider["name"],
                    f"the provider `{provider['name'].text}` is of the kind `lightstep`, which is deprecated",
                    hint="send the traces by `opentelemetry`",
                )
