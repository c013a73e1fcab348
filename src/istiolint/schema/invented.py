"""Fields that no Istio ever had, but that people expect: names from other products, and settings that live elsewhere."""

from istiolint.schema.instead import Instead, Mend

_BREAKER = (
    "`outlierDetection` takes failing hosts out of the load balancing, `connectionPool` limits connections and requests; "
    "together they are Istio's circuit breaker"
)
_EXPRESSIONS = "Istio's selectors know `matchLabels` only; give the workloads a label of their own"
_ROUTES = "it is set in a VirtualService, at `spec.http[].{}`"
_LIMITS = "Istio has no field for rate limits; configure Envoy's rate limit filter with an EnvoyFilter"


def _renamed(kind: str, holder: str, names: str, to: str) -> tuple[Instead, ...]:
    return tuple(Instead(kind, f"{holder}.{name}", f"write `{to}`", (to,)) for name in names.split())


def _each(kind: str, holder: str, names: str, words: str, mend: Mend = None) -> tuple[Instead, ...]:
    return tuple(Instead(kind, f"{holder}.{name}", words, mend) for name in names.split())


INVENTED: tuple[Instead, ...] = (
    *_each("DestinationRule", "trafficPolicy", "circuitBreaker circuitBreakers circuitBreaking", _BREAKER),
    *_each("DestinationRule", "spec", "circuitBreaker circuitBreakers circuitBreaking", _BREAKER),
    *_each("DestinationRule", "trafficPolicy", "retries retry retryPolicy", _ROUTES.format("retries")),
    *_each("DestinationRule", "trafficPolicy", "timeout timeouts", _ROUTES.format("timeout")),
    *_each("DestinationRule", "trafficPolicy", "fault", _ROUTES.format("fault")),
    *_each("DestinationRule", "trafficPolicy", "mtls mTLS", "write `tls: {mode: ISTIO_MUTUAL}`"),
    *_each(
        "DestinationRule",
        "connectionPool.tcp",
        "tcpNoDelay noDelay tcpNodelay",
        "Istio has no such setting: Envoy always sends without delay (TCP_NODELAY); delete it",
        "delete",
    ),
    *_each("DestinationRule", "connectionPool.http", "connectTimeout", "write it under `connectionPool.tcp`"),
    *_each("DestinationRule", "connectionPool.http", "maxConnections", "write it under `connectionPool.tcp`"),
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
        "it is set in a DestinationRule for the host, under `spec.trafficPolicy`",
    ),
    *_renamed("VirtualService", "retries", "count retries maxRetries numRetries max", "attempts"),
    *_renamed("VirtualService", "retries", "timeout", "perTryTimeout"),
    *_renamed("VirtualService", "retries", "conditions on retryConditions", "retryOn"),
    *_renamed("VirtualService", "route[]", "percent percentage", "weight"),
    *_renamed("VirtualService", "http[].match[]", "path", "uri"),
    *_renamed("VirtualService", "http[].match[]", "host", "authority"),
    *(
        Instead("VirtualService", f"{holder}.{name}", f"only `exact`, `prefix` and `regex` exist; write {words}")
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
        Instead("VirtualService", f"http[].match[].{name}", f"say what shall match, as in `uri: {{{name}: ...}}`")
        for name in ("exact", "prefix", "regex")
    ),
    *_renamed("Gateway", "servers[].port", "port", "number"),
    *_renamed("Gateway", "servers[].tls", "secretName secret", "credentialName"),
    *_renamed("Gateway", "servers[].tls", "certificate cert", "serverCertificate"),
    *_each(
        "Gateway",
        "spec",
        "gatewayClassName listeners",
        "write `apiVersion: gateway.networking.k8s.io/v1` for a Gateway of that API",
    ),
    *_renamed("AuthorizationPolicy", "source", "ips cidrs ipRanges", "ipBlocks"),
    *_renamed("AuthorizationPolicy", "rules[]", "conditions condition", "when"),
    *_renamed("ServiceEntry", "endpoints[]", "ip host", "address"),
    *_renamed("WorkloadEntry", "spec", "ip host", "address"),
)
