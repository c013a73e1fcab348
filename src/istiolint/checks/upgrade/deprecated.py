"""Deprecated fields and kinds, which Istio still accepts."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.traffic_policies import traffic_policies
from istiolint.resources.resource import Resource
from istiolint.rules.check import declare, finding, further_check

RETIRED_RBAC = ("ClusterRbacConfig", "RbacConfig", "ServiceRole", "ServiceRoleBinding")


DEPRECATED_FIELD = declare("deprecated-field", severity="warning", topic="upgrade", codes=["IST0002"])


@further_check(
    DEPRECATED_FIELD,
    kinds=["VirtualService", "Sidecar", "Telemetry", "CustomResourceDefinition"],
    when=["egressProxy", "group", "percent", "providers"],
)
def deprecated_field(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a field that has a replacement, or that istiod ignores."""
    if resource.type == "VirtualService":
        for route in resource.spec["http"]:
            percent = route["fault"]["delay"]["percent"]
            if percent.number:
                hint = f"use `percentage: {{value: {percent.number}}}`"
                message = "`fault.delay.percent` is deprecated in favor of `percentage`; it still works"
                yield finding(percent.key, message, hint=hint, severity="info")
    elif resource.type == "Sidecar":
        proxy = resource.spec["outboundTrafficPolicy"]["egressProxy"]
        if proxy.exists:
            yield finding(
                proxy.key,
                "`egressProxy` is deprecated and ignored; traffic to unknown services does not go through it",
                hint="route it through an egress gateway with ServiceEntries and VirtualServices",
            )
    elif resource.type == "Telemetry":
        yield from _lightstep(resource, mesh)
    elif resource.spec["group"].text == "rbac.istio.io" and resource.spec["names"]["kind"].text in RETIRED_RBAC:
        kind = resource.spec["names"]["kind"]
        yield finding(
            kind, f"Istio no longer reads `{kind.text}`; policies of that kind protect nothing", hint="use AuthorizationPolicy"
        )


@further_check(DEPRECATED_FIELD, kinds=["VirtualService"], rows=["VS-84"], when=["corsPolicy", "mirrorPercent", "mirror_percent"])
def deprecated_in_routes(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report legacy fields for the mirror percentage and CORS origins."""
    for route in service.spec["http"]:
        origins = route["corsPolicy"]["allowOrigin"]
        for percent in (route["mirrorPercent"], route["mirror_percent"]):  # the schema knows both spellings
            if percent.value is not None:
                hint = f"use `mirrorPercentage: {{value: {percent.number}}}`"
                yield finding(percent.key, f"`{percent.name}` is deprecated; Istio logs a warning", hint=hint)
        if origins.value:
            instead = ", ".join(f"{{exact: {origin.text}}}" for origin in origins if origin.text) or "{exact: ...}"
            hint = f"use `allowOrigins: [{instead}]`"
            message = "`corsPolicy.allowOrigin` is deprecated in favor of `allowOrigins`; it still works"
            yield finding(origins.key, message, hint=hint, severity="info")


@further_check(
    DEPRECATED_FIELD, kinds=["DestinationRule"], rows=["OD-03", "LB-04"], when=["consecutiveErrors", "minimumRingSize"]
)
def deprecated_in_policies(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report thresholds and ring sizes under legacy names."""
    for policy in traffic_policies(rule):
        errors = policy["outlierDetection"]["consecutiveErrors"]
        if errors.number:
            yield finding(
                errors.key,
                "`consecutiveErrors` is ignored; outlier detection uses its default, 5 consecutive server errors",
                hint=f"use `consecutive5xxErrors: {errors.number}`",
            )
        ring = policy["loadBalancer"]["consistentHash"]["minimumRingSize"]
        if ring.value not in (None, 0, "0"):
            hint = f"use `ringHash: {{minimumRingSize: {ring.value}}}`"
            yield finding(ring.key, "`minimumRingSize` is deprecated; Istio logs a warning", hint=hint)


def _lightstep(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report traces sent to a provider of type `lightstep`, which Envoy no longer has."""
    providers = mesh.config["extensionProviders"]
    known = [provider for provider in providers if isinstance(provider, dict)] if isinstance(providers, list) else []
    lightstep = [provider.get("name") for provider in known if "lightstep" in provider]
    for tracing in telemetry.spec["tracing"]:
        for provider in tracing["providers"]:
            if provider["name"].text and provider["name"].text in lightstep:
                yield finding(
                    provider["name"],
                    f"provider `{provider['name'].text}` uses the deprecated type `lightstep`",
                    hint="use an `opentelemetry` provider",
                )
