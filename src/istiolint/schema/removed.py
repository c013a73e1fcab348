"""Fields of early Istio versions that people still write. No API server that Istio supports today knows them."""

from istiolint.schema.instead import Instead

_HEADERS = {
    "appendHeaders": ("request", "add"),
    "appendRequestHeaders": ("request", "add"),
    "removeRequestHeaders": ("request", "remove"),
    "appendResponseHeaders": ("response", "add"),
    "removeResponseHeaders": ("response", "remove"),
}

REMOVED: tuple[Instead, ...] = (
    Instead("VirtualService", "http[].websocketUpgrade", "WebSocket upgrades are always allowed; delete it", "delete"),
    Instead("VirtualService", "fault.abort.percent", "write `percentage: {value: ...}`", ("percentage", "value")),
    Instead("VirtualService", "destination.name", "the service is named by `host`", ("host",)),
    Instead("VirtualService", "mirror.name", "the service is named by `host`", ("host",)),
    *(
        Instead("VirtualService", f"{holder}.{name}", f"write it under `headers.{'.'.join(path)}`", ("headers", *path))
        for holder in ("http[]", "route[]")
        for name, path in _HEADERS.items()
    ),
    Instead("DestinationRule", "spec.name", "the service is named by `host`", ("host",)),
    Instead("DestinationRule", "outlierDetection.http", "its fields stand in `outlierDetection` itself", "unwrap"),
    Instead("EnvoyFilter", "spec.workloadLabels", "write it as `workloadSelector.labels`", ("workloadSelector", "labels")),
    Instead(
        "EnvoyFilter",
        "spec.filters",
        "write each filter as an item of `configPatches`, with `applyTo`, `match` and `patch.value`",
    ),
    Instead("PeerAuthentication", "spec.peers", "write `mtls: {mode: STRICT}` (or PERMISSIVE)"),
    Instead("PeerAuthentication", "spec.targets", "choose workloads by `selector.matchLabels`, ports by `portLevelMtls`"),
    Instead("PeerAuthentication", "spec.origins", "write a RequestAuthentication with `jwtRules`"),
    Instead("RequestAuthentication", "spec.origins", "write its `jwt` entries as items of `jwtRules`"),
    Instead("RequestAuthentication", "spec.targets", "choose workloads by `selector.matchLabels`"),
    Instead(
        "RequestAuthentication",
        "spec.principalBinding",
        "the request's principal is always that of the token; delete it",
        "delete",
    ),
    Instead(
        "RequestAuthentication",
        "jwtRules[].triggerRules",
        "demand the token by path in an AuthorizationPolicy (`requestPrincipals`, `paths`)",
    ),
)
