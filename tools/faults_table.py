"""Faults that break meshes in practice, with the rules that find each, or the reason why none does.

The numbers follow how often people meet them, within reason. Identifiers stay when titles or rules change.
"""

from typing import NamedTuple


class Fault(NamedTuple):
    """A common mistake and the rules that report it; `gap` is what is not covered, or why there is no rule."""

    title: str
    rules: tuple[str, ...] = ()
    gap: str = ""


FAULTS: dict[str, Fault] = {
    "A1": Fault("Routes to undefined subsets", ("route-to-missing-subset", "subset-not-visible")),
    "A2": Fault("Misspelled or misplaced fields that are silently dropped", ("misplaced-field", "unknown-field", "null-value")),
    "A3": Fault(
        "Client TLS that contradicts server mTLS",
        (
            "client-tls-contradicts-server",
            "istio-mutual-to-external-host",
            "strict-mtls-without-client-mtls",
            "mtls-disabled-in-ambient",
        ),
    ),
    "A4": Fault("STRICT mTLS while clients still send plaintext", ("strict-mtls-breaks-workload",)),
    "A5": Fault(
        "Two VirtualServices for one host",
        ("two-virtual-services-for-one-host", "route-order-undefined", "virtual-service-overrides-another"),
    ),
    "A6": Fault(
        "Short host names that resolve in another namespace", ("host-not-found", "host-not-visible", "partial-service-host")
    ),
    "A7": Fault("Gateway references without a namespace", ("gateway-not-found", "gateway-by-domain-name")),
    "A8": Fault("TLS originated twice (double TLS)", ("tls-originated-twice",)),
    "A9": Fault("Port 443 declared as HTTP", ("http-on-tls-port",)),
    "A10": Fault("Route types that do not match the gateway's TLS mode", ("gateway-serves-other-routes",)),
    "A11": Fault("Hosts that the gateway does not serve or route", ("host-not-served-by-gateway", "gateway-host-without-routes")),
    "A12": Fault(
        "Port names without a protocol",
        ("routes-for-another-protocol", "port-without-protocol", "external-name-port-without-protocol"),
    ),
    "A13": Fault("HTTP policies on raw TCP ports", ("request-condition-on-tcp-port", "deny-rule-blocks-all-tcp")),
    "A14": Fault("OR written where AND was meant in a policy", ("separate-from-and-to-rules",)),
    "A15": Fault("JWTs that are validated but not required", ("jwt-not-required", "jwt-without-request-authentication")),
    "A16": Fault(
        "Ambient mode: HTTP policies and routes without a waypoint",
        ("request-policy-without-waypoint", "routes-without-waypoint", "request-authentication-without-waypoint"),
    ),
    "A17": Fault(
        "Missing or unsuitable waypoints", ("waypoint-not-found", "waypoint-for-other-traffic", "waypoint-outside-ambient")
    ),
    "A18": Fault(
        "Several or unknown external authorization providers",
        ("multiple-authorization-providers", "unknown-authorization-provider"),
    ),
    "A19": Fault(
        "A broad route before a narrow one",
        ("route-after-catch-all", "shadowed-route", "shadowed-match", "repeated-route"),
    ),
    "A20": Fault("Mismatched slashes in prefix and rewrite", ("rewrite-doubles-slash", "rewrite-joins-segments")),
    "A21": Fault("A glob in an exact, prefix or regex condition", ("glob-in-match", "invalid-regex")),
    "A22": Fault("Invalid regexes, and regexes that do not match the entire text", ("invalid-regex", "unmatchable-path")),
    "A23": Fault(
        "Retries that do not fit the timeout", ("per-try-timeout-exceeds-timeout", "retries-exceed-timeout", "retries-multiply")
    ),
    "A24": Fault("Fault injection combined with retries or a timeout", ("fault-with-retries-or-timeout",)),
    "A25": Fault(
        "Fault injection left behind",
        ("fault-injection-in-production", "fault-without-percentage", "fault-without-kind"),
    ),
    "A26": Fault("Sidecars that hide services their workloads call", ("call-hidden-by-sidecar", "sidecar-host-not-found")),
    "A27": Fault(
        "TCP ServiceEntries without addresses",
        ("service-entry-without-address", "conflicting-service-entry-protocol"),
    ),
    "A28": Fault("Wildcard ServiceEntries with DNS resolution", ("conflicting-resolution", "selector-without-resolution")),
    "A29": Fault("IP allow lists that see the wrong client address", ("client-addresses-hidden",)),
    "A30": Fault(
        "DestinationRules in a namespace that clients do not use", ("destination-rule-not-consulted", "subset-not-visible")
    ),
    "A31": Fault("Several DestinationRules for one host", ("two-destination-rules-for-one-host",)),
    "A32": Fault("Subset policies that no route uses", ("subset-policy-not-used",)),
    "A33": Fault("Ingress traffic that bypasses mesh routes", ("ingress-ignores-mesh-routes",)),
    "A34": Fault("Matches on a gateway that the VirtualService is not bound to", ("match-on-gateway-not-bound",)),
    "A35": Fault("One certificate on two Gateways (connection reuse)", ("certificate-on-several-gateways",)),
    "A36": Fault("Conflicting servers of two Gateways", ("conflicting-gateways",)),
    "A37": Fault("Gateway ports that the gateway Service does not expose", ("gateway-port-not-on-service",)),
    "A38": Fault(
        "Credentials in the wrong namespace or format",
        ("credential-not-found", "credential-of-another-namespace", "unusable-credential", "certificate-without-effect"),
    ),
    "A39": Fault("`portLevelMtls` with the Service port", ("port-level-mtls-without-effect",)),
    "A40": Fault("Failover without outlier detection", ("failover-without-outlier-detection",)),
    "A41": Fault(
        "EnvoyFilters that depend on a version or on other filters",
        (
            "renamed-filter",
            "invalid-envoy-value",
            "invalid-proxy-version",
            "envoyfilter-order-undefined",
            "envoyfilter-order-by-proxy-version",
            "envoyfilter-replace-ignored",
            "envoyfilter-remove-ignored",
            "envoyfilter-add-ignored",
        ),
    ),
    "A42": Fault(
        "Policies that allow no client, or every client, by mistake",
        ("policy-allows-everything", "deny-without-rules", "policy-excludes-own-values"),
    ),
    "A43": Fault(
        "Malformed principals",
        ("principal-as-spiffe-url", "malformed-principal", "unknown-service-account", "unknown-trust-domain"),
    ),
    "A44": Fault("Principals without mTLS", ("identity-without-mtls",)),
    "A45": Fault(
        "Policy paths that never match or can be bypassed",
        ("policy-path-never-matches", "denied-path-has-another-form", "invalid-path-template"),
    ),
    "A46": Fault("Two matches where both conditions were meant", ("match-by-path-or-header",)),
    "A47": Fault(
        "Route weights that do not add up",
        (
            "weights-all-zero",
            "destination-without-weight",
            "negative-weight",
            "weight-on-only-destination",
            "destination-listed-twice",
            "weights-not-100",
        ),
    ),
    "A48": Fault("Routes without a port to a multi-port Service", ("destination-needs-port", "destination-port-not-found")),
    "A49": Fault("Subset labels that match no pod", ("subset-without-workload",)),
    "A50": Fault("DestinationRules for an unknown host", ("destination-rule-host-not-found",)),
    "A51": Fault(
        "Misplaced or misspelled annotations and labels",
        ("misplaced-annotation", "misplaced-label", "unknown-annotation", "unknown-label", "invalid-annotation-value"),
    ),
    "A52": Fault("Injection labels", ("conflicting-injection-labels", "injection-label-value", "namespace-without-injection")),
    "A53": Fault("CORS", ("credentials-for-all-origins", "preflight-without-jwt", "deprecated-field")),
    "A54": Fault("`exportTo` that hides required resources", ("virtual-service-hidden-from-gateway", "host-not-visible")),
    "A55": Fault(
        "Selectors that match nothing",
        (
            "selector-without-workload",
            "policy-without-workload",
            "gateway-without-workload",
            "peer-authentication-selects-nothing",
        ),
    ),
    "A56": Fault(
        "Two resources that apply to one workload",
        (
            "peer-authentication-conflict",
            "two-namespace-wide-sidecars",
            "two-sidecars-for-a-workload",
            "two-namespace-wide-telemetries",
            "two-telemetries-for-a-workload",
        ),
    ),
    "A57": Fault(
        "Multicluster leftovers",
        (
            "foreign-trust-domain",
            "global-host",
            "auto-passthrough-exposes-mesh",
            "unknown-registry",
            "service-differs-between-clusters",
        ),
        "Roots of trust that differ between clusters.",
    ),
    "A58": Fault("HTTPS redirect loops", ("redirect-loop", "redirect-without-https")),
    "A59": Fault("Circuit breakers with a tutorial's limits of 1", ("circuit-breaker-limits-of-one", "removed-field")),
    "A60": Fault(
        "Fields that Istio requires and the schema does not",
        ("route-without-action", "virtual-service-without-routes", "missing-field", "empty-field"),
    ),
    "A61": Fault(
        "VirtualServices mixed with the Gateway API",
        ("route-conflicts-with-virtual-service", "generated-gateway-reference", "selector-on-gateway"),
    ),
    "A62": Fault(
        "Gateway API references",
        (
            "backend-not-granted",
            "backend-not-found",
            "route-not-allowed-by-gateway",
            "listener-not-found",
            "route-without-parent",
            "parent-gateway-not-found",
            "parent-of-wrong-group",
            "parent-service-not-found",
            "hostname-not-served-by-listener",
            "certificate-not-granted",
        ),
    ),
    "A63": Fault(
        "JWT rules",
        (
            "issuer-not-configured",
            "issuer-listed-twice",
            "jwt-prefix-without-space",
            "invalid-jwks",
            "invalid-url",
            "conflicting-fields",
        ),
    ),
    "A64": Fault("Unsupported conditions in CUSTOM policies", ("unsupported-custom-condition", "custom-action-incomplete")),
    "A65": Fault(
        "Delegates",
        ("delegate-not-found", "nested-delegate", "invalid-delegate", "conflicting-route-actions"),
    ),
    "A66": Fault(
        "TLS without verification of the server",
        ("server-not-verified", "tls-without-sni", "tls-with-system-roots", "client-certificate-missing"),
    ),
    "A67": Fault(
        "Headless Services",
        ("destination-rule-for-pods", "peer-port-without-service"),
        gap="Manifests do not show whether clients call single pods by address, and with which `Host` header.",
    ),
    "A68": Fault("Two protocols for one port", ("port-with-two-protocols", "target-port-with-two-ports")),
    "A69": Fault("User 1337, host network, Jobs", ("container-runs-as-proxy-user", "host-network-in-ambient")),
    "A70": Fault(
        "Deprecated and removed APIs",
        ("deprecated-field", "removed-field", "retired-api", "wrong-api-version", "deprecated-annotation"),
    ),
    "A71": Fault(
        "SNI-based servers behind a load balancer that sends no SNI", ("hosts-without-sni", "load-balancer-contradicts-server")
    ),
    "A72": Fault("MeshConfig settings", ("unknown-mesh-setting", "provider-setting-ignored", "invalid-mesh-locality")),
    "A73": Fault("Telemetry without providers", ("access-log-without-provider", "telemetry-provider-not-found")),
    "A74": Fault("Wasm modules: order, images without a digest", ("wasm-module-without-version",)),
    "A75": Fault("Mismatched rate limit domains", gap="The domain is in the configuration of the rate limit service."),
    "A76": Fault(
        "Destinations and subsets that are not visible to the proxies",
        (
            "host-not-visible",
            "subset-not-visible",
            "destination-rule-hidden-by-wildcard",
            "destination-rule-not-consulted",
            "virtual-service-hidden-from-gateway",
            "call-to-unexported-service",
            "call-hidden-by-sidecar",
        ),
    ),
    "A77": Fault(
        "ALLOW policies without the gateway or waypoint in front of the workload",
        ("gateway-not-allowed", "waypoint-not-allowed", "routed-workload-denied"),
    ),
    "A78": Fault(
        "Identities of callers without a certificate",
        ("identity-at-gateway-without-mtls", "principal-outside-mesh", "identity-without-mtls"),
    ),
    "A79": Fault(
        "Configuration that applies to no proxy",
        (
            "envoyfilter-context-without-proxy",
            "target-not-found",
            "resource-of-other-revision",
            "selector-without-workload",
            "service-entry-selects-nothing",
            "sidecar-port-without-service",
            "gateway-without-workload",
            "policy-without-workload",
            "unsupported-target",
        ),
    ),
    "A80": Fault(
        "Conflicting or ignored port protocols",
        (
            "target-port-with-two-protocols",
            "target-port-with-two-ports",
            "protocol-last-in-port-name",
            "match-port-not-on-host",
            "match-port-not-on-gateway",
            "routes-for-another-protocol",
            "gateway-serves-other-routes",
        ),
    ),
    "A81": Fault("HTTP ALLOW rules that close TCP ports", ("allow-closes-tcp-port", "request-condition-on-tcp-port")),
    "A82": Fault(
        "Missing TLS, or TLS to the wrong port",
        (
            "http-route-to-tls-port",
            "tls-originated-on-http-port",
            "narrower-rule-drops-tls",
            "destination-rule-hidden-by-wildcard",
            "tls-originated-twice",
            "client-tls-contradicts-server",
        ),
    ),
    "A83": Fault(
        "Extension providers with a missing service",
        ("provider-service-not-found", "unknown-authorization-provider", "telemetry-provider-not-found", "host-not-visible"),
    ),
    "A84": Fault(
        "Consistent hashing that cannot keep a client on its pod", ("hash-of-requests-without-http", "hash-over-weighted-split")
    ),
    "A85": Fault(
        "Gateways: unbound hosts, routing loops, reused connections",
        (
            "gateway-host-without-gateways",
            "route-back-to-gateway",
            "certificate-on-several-servers",
            "certificate-on-several-gateways",
            "host-covered-by-wildcard-server",
        ),
    ),
    "A86": Fault("Delegate routes that Istio drops", ("delegate-outside-root-match", "delegate-not-found")),
    "A87": Fault(
        "One host in several ServiceEntries, or one TCP port of several hosts",
        ("conflicting-service-entry-resolution", "conflicting-service-entry-protocol", "service-entries-share-tcp-port"),
    ),
    "A88": Fault(
        "Ingress traffic that bypasses the waypoint",
        ("waypoint-skipped-by-gateway", "waypoint-not-allowed", "gateway-not-allowed"),
    ),
    "A89": Fault(
        "Delivery tools with missing or overwritten routes",
        (
            "rollout-route-not-found",
            "rollout-subset-not-found",
            "rollout-target-not-found",
            "rollout-overwrites-route",
            "flagger-overwrites-virtual-service",
            "flagger-overwrites-resource",
            "gateway-not-found",
        ),
    ),
    "A90": Fault("Certificates blocked by a redirect", ("challenge-redirected",)),
    "A91": Fault("Helm values that the chart ignores or rejects", ("unknown-helm-value", "helm-value-of-wrong-type")),
    "A92": Fault(
        "Removed Kubernetes APIs, Istio labels and annotations",
        ("retired-kubernetes-api", "removed-label", "unknown-annotation"),
    ),
    "A93": Fault("Service policies without a waypoint", ("target-without-waypoint",)),
    "A94": Fault("HTTPS listeners without a certificate", ("https-listener-without-tls", "certificate-missing")),
    "A95": Fault("HTTP methods that never match", ("unknown-method", "method-in-lower-case", "method-on-grpc-port")),
    "A96": Fault(
        "Misspelled fields and types in EnvoyFilter values",
        ("unknown-envoy-field", "unknown-envoy-type", "invalid-envoy-value"),
    ),
    "A97": Fault(
        "IstioOperator and operator resources with fields that the installer rejects",
        ("unknown-field", "wrong-type", "removed-field", "unknown-mesh-setting"),
    ),
    "A98": Fault(
        "Callers that bypass the waypoint",
        ("waypoint-skipped-by-caller",),
        gap="Calls of workloads with a sidecar are not reported: whether they use a waypoint depends on the Istio release.",
    ),
}
