"""Fields and kinds that Istio still accepts, but does not want."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.resources.resource import Resource
from istiolint.rules.check import declare, finding, further_check

RETIRED_RBAC = ("ClusterRbacConfig", "RbacConfig", "ServiceRole", "ServiceRoleBinding")


DEPRECATED_FIELD = declare("deprecated-field", severity="warning", topic="upgrade", codes=["IST0002"])


@further_check(DEPRECATED_FIELD, kinds=["VirtualService", "Sidecar", "Telemetry", "CustomResourceDefinition"])
def deprecated_field(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A field that has a successor, or that istiod ignores."""
    if resource.type == "VirtualService":
        for route in resource.spec["http"]:
            percent = route["fault"]["delay"]["percent"]
            if percent.number:
                hint = f"write `percentage: {{value: {percent.number}}}`"
                message = "`fault.delay.percent` is deprecated in favor of `percentage`; it still works"
                yield finding(percent.key, message, hint=hint, severity="info")
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


@further_check(DEPRECATED_FIELD, kinds=["VirtualService"], rows=["VS-84"], when=["corsPolicy", "mirrorPercent", "mirror_percent"])
def deprecated_in_routes(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Old ways to say how much is mirrored, and which origins may call."""
    for route in service.spec["http"]:
        origins = route["corsPolicy"]["allowOrigin"]
        for percent in (route["mirrorPercent"], route["mirror_percent"]):  # the schema knows both spellings
            if percent.value is not None:
                hint = f"write `mirrorPercentage: {{value: {percent.number}}}`"
                yield finding(percent.key, f"`{percent.name}` is deprecated; Istio warns of it", hint=hint)
        if origins.value:
            instead = ", ".join(f"{{exact: {origin.text}}}" for origin in origins if origin.text) or "{exact: ...}"
            hint = f"write `allowOrigins: [{instead}]`"
            message = "`corsPolicy.allowOrigin` is deprecated in favor of `allowOrigins`; it still works"
            yield finding(origins.key, message, hint=hint, severity="info")


@further_check(
    DEPRECATED_FIELD, kinds=["DestinationRule"], rows=["OD-03", "LB-04"], when=["consecutiveErrors", "minimumRingSize"]
)
def deprecated_in_policies(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Thresholds and ring sizes under names that were given up."""
    for policy in traffic_policies(rule):
        errors = policy["outlierDetection"]["consecutiveErrors"]
        if errors.number:
            yield finding(
                errors.key,
                "`consecutiveErrors` is ignored: outlier detection goes by its default, 5 server errors in a row",
                hint=f"write `consecutive5xxErrors: {errors.number}`",
            )
        ring = policy["loadBalancer"]["consistentHash"]["minimumRingSize"]
        if ring.value not in (None, 0, "0"):
            hint = f"write `ringHash: {{minimumRingSize: {ring.value}}}`"
            yield finding(ring.key, "`minimumRingSize` is deprecated; Istio warns of it", hint=hint)


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
