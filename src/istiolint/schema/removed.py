"""Fields of early Istio releases that manifests still use. No supported release has them."""

from istiolint.schema.instead import Instead

_HEADERS = {
    "appendHeaders": ("request", "add"),
    "appendRequestHeaders": ("request", "add"),
    "removeRequestHeaders": ("request", "remove"),
    "appendResponseHeaders": ("response", "add"),
    "removeResponseHeaders": ("response", "remove"),
}

REMOVED: tuple[Instead, ...] = (
    Instead("VirtualService", "http[].websocketUpgrade", "remove it: WebSocket upgrades are always allowed", "delete"),
    Instead("VirtualService", "fault.abort.percent", "use `percentage: {value: ...}`", ("percentage", "value")),
    Instead("VirtualService", "destination.name", "use `host` for the service name", ("host",)),
    Instead("VirtualService", "mirror.name", "use `host` for the service name", ("host",)),
    *(
        Instead("VirtualService", f"{holder}.{name}", f"use `headers.{'.'.join(path)}`", ("headers", *path))
        for holder in ("http[]", "route[]")
        for name, path in _HEADERS.items()
    ),
    Instead("DestinationRule", "spec.name", "use `host` for the service name", ("host",)),
    Instead("DestinationRule", "outlierDetection.http", "move its fields up to `outlierDetection`", "unwrap"),
    Instead("EnvoyFilter", "spec.workloadLabels", "use `workloadSelector.labels`", ("workloadSelector", "labels")),
    Instead(
        "EnvoyFilter",
        "spec.filters",
        "rewrite each filter as an item of `configPatches`, with `applyTo`, `match` and `patch.value`",
    ),
    Instead("PeerAuthentication", "spec.peers", "use `mtls: {mode: STRICT}` or `mtls: {mode: PERMISSIVE}`"),
    Instead("PeerAuthentication", "spec.targets", "select workloads with `selector.matchLabels` and ports with `portLevelMtls`"),
    Instead("PeerAuthentication", "spec.origins", "use a RequestAuthentication with `jwtRules`"),
    Instead("RequestAuthentication", "spec.origins", "move its `jwt` entries to `jwtRules`"),
    Instead("RequestAuthentication", "spec.targets", "select workloads with `selector.matchLabels`"),
    Instead(
        "RequestAuthentication",
        "spec.principalBinding",
        "remove it: the request principal always comes from the JWT",
        "delete",
    ),
    Instead(
        "RequestAuthentication",
        "jwtRules[].triggerRules",
        "require a JWT per path in an AuthorizationPolicy (`requestPrincipals`, `paths`)",
    ),
)
