"""Fields that Istio never had but that users expect: names from other products, and settings that belong elsewhere."""

from istiolint.schema.instead import Action, Instead

_BREAKER = (
    "use `outlierDetection` to eject failing endpoints and `connectionPool` to limit connections and requests; "
    "Istio has no separate circuit breaker"
)
_EXPRESSIONS = "use `matchLabels`, the only form of selector in Istio; add a common label to the workloads if needed"
_ROUTES = "move it to `spec.http[].{}` of a VirtualService"
_LIMITS = "use an EnvoyFilter with Envoy's rate limit filter; Istio has no field for rate limits"


def _renamed(kind: str, holder: str, names: str, to: str) -> tuple[Instead, ...]:
    return tuple(Instead(kind, f"{holder}.{name}", f"use `{to}`", (to,)) for name in names.split())


def _each(kind: str, holder: str, names: str, words: str, action: Action = None) -> tuple[Instead, ...]:
    return tuple(Instead(kind, f"{holder}.{name}", words, action) for name in names.split())


INVENTED: tuple[Instead, ...] = (
    *_each("DestinationRule", "trafficPolicy", "circuitBreaker circuitBreakers circuitBreaking", _BREAKER),
    *_each("DestinationRule", "spec", "circuitBreaker circuitBreakers circuitBreaking", _BREAKER),
    *_each("DestinationRule", "trafficPolicy", "retries retry retryPolicy", _ROUTES.format("retries")),
    *_each("DestinationRule", "trafficPolicy", "timeout timeouts", _ROUTES.format("timeout")),
    *_each("DestinationRule", "trafficPolicy", "fault", _ROUTES.format("fault")),
    *_each("DestinationRule", "trafficPolicy", "mtls mTLS", "use `tls: {mode: ISTIO_MUTUAL}`"),
    *_each(
        "DestinationRule",
        "connectionPool.tcp",
        "tcpNoDelay noDelay tcpNodelay",
        "remove it: Envoy always sets TCP_NODELAY",
        "delete",
    ),
    *_each("DestinationRule", "connectionPool.http", "connectTimeout", "move it to `connectionPool.tcp`"),
    *_each("DestinationRule", "connectionPool.http", "maxConnections", "move it to `connectionPool.tcp`"),
    *_renamed(
        "DestinationRule", "outlierDetection", "consecutive5xx consecutiveServerErrors errorThreshold", "consecutive5xxErrors"
    ),
    *_each("*", "selector", "matchExpressions", _EXPRESSIONS),
    *_each("*", "workloadSelector", "matchExpressions", _EXPRESSIONS),
    *_each("DestinationRule", "trafficPolicy", "rateLimit rateLimits rateLimiting", _LIMITS),
    *_each("VirtualService", "http[]", "rateLimit rateLimits rateLimiting", _LIMITS),
    *_each(
        "VirtualService",
        "http[]",
        "circuitBreaker outlierDetection connectionPool loadBalancer trafficPolicy",
        "move it to `spec.trafficPolicy` of a DestinationRule for the host",
    ),
    *_renamed("VirtualService", "retries", "count retries maxRetries numRetries max", "attempts"),
    *_renamed("VirtualService", "retries", "timeout", "perTryTimeout"),
    *_renamed("VirtualService", "retries", "conditions on retryConditions", "retryOn"),
    *_renamed("VirtualService", "route[]", "percent percentage", "weight"),
    *_renamed("VirtualService", "http[].match[]", "path", "uri"),
    *_renamed("VirtualService", "http[].match[]", "host", "authority"),
    *(
        Instead("VirtualService", f"{holder}.{name}", f"use {words}; valid match types are `exact`, `prefix` and `regex`")
        for holder in (
            "uri",
            "authority",
            "method",
            "scheme",
            "headers.{}",
            "queryParams.{}",
            "withoutHeaders.{}",
            "allowOrigins[]",
        )
        for name, words in (
            ("suffix", "`regex: '.*...'`"),
            ("contains", "`regex: '.*...*'`"),
            ("value", "`exact`"),
        )
    ),
    *(
        Instead("VirtualService", f"http[].match[].{name}", f"name the request property to match, as in `uri: {{{name}: ...}}`")
        for name in ("exact", "prefix", "regex")
    ),
    *_renamed("Gateway", "servers[].port", "port", "number"),
    *_renamed("Gateway", "servers[].tls", "secretName secret", "credentialName"),
    *_renamed("Gateway", "servers[].tls", "certificate cert", "serverCertificate"),
    *_each(
        "Gateway",
        "spec",
        "gatewayClassName listeners",
        "use `apiVersion: gateway.networking.k8s.io/v1` for a Gateway of the Kubernetes Gateway API",
    ),
    *_renamed("AuthorizationPolicy", "source", "ips cidrs ipRanges", "ipBlocks"),
    *_renamed("AuthorizationPolicy", "rules[]", "conditions condition", "when"),
    *_renamed("ServiceEntry", "endpoints[]", "ip host", "address"),
    *_renamed("WorkloadEntry", "spec", "ip host", "address"),
)
