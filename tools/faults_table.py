"""Faults that break meshes in practice, with the rules that find each, or the reason why none does.

The numbers follow how often people meet them, within reason. Identifiers stay when titles or rules change.
"""

from typing import NamedTuple


class Fault(NamedTuple):
    """What people get wrong, and the rules that tell them; `gap` is what stays untold, or why there is no rule."""

    title: str
    rules: tuple[str, ...] = ()
    gap: str = ""


FAULTS: dict[str, Fault] = {
    "A1": Fault("A route to a subset that no DestinationRule makes", ("route-to-missing-subset", "subset-not-visible")),
    "A2": Fault("A field misspelt or at the wrong level, dropped in silence", ("misplaced-field", "unknown-field", "null-value")),
    "A3": Fault(
        "TLS of the client contradicts mTLS of the server",
        (
            "client-tls-contradicts-server",
            "istio-mutual-to-external-host",
            "strict-mtls-without-client-mtls",
            "mtls-disabled-in-ambient",
        ),
    ),
    "A4": Fault("STRICT mTLS while somebody still speaks plaintext", ("strict-mtls-breaks-workload",)),
    "A5": Fault(
        "Two VirtualServices for one host",
        ("two-virtual-services-for-one-host", "route-order-undefined", "virtual-service-overrides-another"),
    ),
    "A6": Fault("Short names of hosts that mean another namespace", ("host-not-found", "host-not-visible")),
    "A7": Fault("A Gateway named without its namespace", ("gateway-not-found", "gateway-by-domain-name")),
    "A8": Fault("TLS begun twice", ("tls-originated-twice",)),
    "A9": Fault("Port 443 declared as HTTP", ("http-on-tls-port",)),
    "A10": Fault("The TLS mode of a gateway and the kind of its routes disagree", ("gateway-serves-other-routes",)),
    "A11": Fault("Hosts that the gateway does not serve", ("host-not-served-by-gateway",)),
    "A12": Fault(
        "Ports whose names do not tell the protocol",
        ("routes-for-another-protocol", "port-without-protocol", "external-name-port-without-protocol"),
    ),
    "A13": Fault("A policy for requests on a port of plain TCP", ("request-condition-on-tcp-port", "deny-rule-blocks-all-tcp")),
    "A14": Fault("Two items of a policy where one was meant: or in place of and", ("separate-from-and-to-rules",)),
    "A15": Fault("Tokens that are read and never demanded", ("jwt-not-required", "jwt-without-request-authentication")),
    "A16": Fault(
        "Ambient mode: policies and routes for requests without a waypoint",
        ("request-policy-without-waypoint", "routes-without-waypoint", "request-authentication-without-waypoint"),
    ),
    "A17": Fault(
        "A waypoint that is not there", ("waypoint-not-found", "waypoint-for-other-traffic", "waypoint-outside-ambient")
    ),
    "A18": Fault(
        "Two providers that decide for one workload, or an unknown one",
        ("multiple-authorization-providers", "unknown-authorization-provider"),
    ),
    "A19": Fault(
        "A broad route in front of a narrow one",
        ("route-after-catch-all", "shadowed-route", "shadowed-match", "repeated-route"),
    ),
    "A20": Fault("Slashes of prefix and rewrite do not fit", ("rewrite-doubles-slash", "rewrite-joins-segments")),
    "A21": Fault("A glob in an exact, prefix or regex condition", ("glob-in-match", "invalid-regex")),
    "A22": Fault("A regex that holds for the whole text, or that RE2 does not know", ("invalid-regex", "unmatchable-path")),
    "A23": Fault(
        "Tries and timeouts that do not fit", ("per-try-timeout-exceeds-timeout", "retries-exceed-timeout", "retries-multiply")
    ),
    "A24": Fault("A fault beside retries or a timeout", ("fault-with-retries-or-timeout",)),
    "A25": Fault(
        "Fault injection left behind",
        ("fault-injection-in-production", "fault-without-percentage", "fault-without-kind"),
    ),
    "A26": Fault("A Sidecar hides what its workloads call", ("call-hidden-by-sidecar", "sidecar-host-not-found")),
    "A27": Fault(
        "A ServiceEntry for TCP without addresses",
        ("service-entry-without-address", "conflicting-service-entry-protocol"),
    ),
    "A28": Fault("A ServiceEntry with a wildcard, resolved by DNS", ("conflicting-resolution", "selector-without-resolution")),
    "A29": Fault("Lists of source addresses that see another address", ("client-addresses-hidden",)),
    "A30": Fault("A DestinationRule where nobody looks", ("destination-rule-not-consulted", "subset-not-visible")),
    "A31": Fault("Several DestinationRules for one host", ("two-destination-rules-for-one-host",)),
    "A32": Fault("A policy of a subset to which nothing leads", ("subset-policy-not-used",)),
    "A33": Fault("Ingress traffic that ignores the routes of the mesh", ("ingress-ignores-mesh-routes",)),
    "A34": Fault("A match names a gateway that the VirtualService does not", ("match-on-gateway-not-bound",)),
    "A35": Fault("One certificate on two Gateways: connections are reused", ("certificate-on-several-gateways",)),
    "A36": Fault("Servers of two Gateways in conflict", ("conflicting-gateways",)),
    "A37": Fault("A Gateway's port that its Service does not have", ("gateway-port-not-on-service",)),
    "A38": Fault(
        "Credentials in another namespace or of another form",
        ("credential-not-found", "credential-of-another-namespace", "unusable-credential", "certificate-without-effect"),
    ),
    "A39": Fault("`portLevelMtls` by the port of the Service", ("port-level-mtls-without-effect",)),
    "A40": Fault("Failover that nothing sets off", ("failover-without-outlier-detection",)),
    "A41": Fault(
        "An EnvoyFilter that hangs on a version or another filter",
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
    "A42": Fault("A policy that lets nobody or everybody in by mistake", ("policy-allows-everything", "deny-without-rules")),
    "A43": Fault(
        "Principals that are none",
        ("principal-as-spiffe-url", "malformed-principal", "unknown-service-account", "unknown-trust-domain"),
    ),
    "A44": Fault("Principals where no mTLS tells them", ("identity-without-mtls",)),
    "A45": Fault(
        "Path patterns of policies that match nothing or can be gone around",
        ("policy-path-never-matches", "denied-path-has-another-form", "invalid-path-template"),
    ),
    "A46": Fault("Two matches where both conditions were meant", ("match-by-path-or-header",)),
    "A47": Fault(
        "Weights",
        (
            "weights-all-zero",
            "destination-without-weight",
            "negative-weight",
            "weight-on-only-destination",
            "destination-listed-twice",
            "weights-not-100",
        ),
    ),
    "A48": Fault(
        "A Service with several ports, and a route that names none", ("destination-needs-port", "destination-port-not-found")
    ),
    "A49": Fault("Labels of a subset that select nothing", ("subset-without-workload",)),
    "A50": Fault("A DestinationRule for a host that nobody has", ("destination-rule-host-not-found",)),
    "A51": Fault(
        "Annotations and labels at the wrong level, or misspelt",
        ("misplaced-annotation", "misplaced-label", "unknown-annotation", "unknown-label", "invalid-annotation-value"),
    ),
    "A52": Fault(
        "Labels for injection", ("conflicting-injection-labels", "injection-label-value", "namespace-without-injection")
    ),
    "A53": Fault("CORS", ("credentials-for-all-origins", "preflight-without-jwt", "deprecated-field")),
    "A54": Fault("`exportTo` hides what others need", ("virtual-service-hidden-from-gateway", "host-not-visible")),
    "A55": Fault(
        "A selector that selects nothing",
        (
            "selector-without-workload",
            "policy-without-workload",
            "gateway-without-workload",
            "peer-authentication-selects-nothing",
        ),
    ),
    "A56": Fault(
        "Two resources speak for one workload",
        (
            "peer-authentication-conflict",
            "two-namespace-wide-sidecars",
            "two-sidecars-for-a-workload",
            "two-namespace-wide-telemetries",
            "two-telemetries-for-a-workload",
        ),
    ),
    "A57": Fault(
        "Leftovers of several clusters",
        (
            "foreign-trust-domain",
            "global-host",
            "auto-passthrough-exposes-mesh",
            "unknown-registry",
            "service-differs-between-clusters",
        ),
        "Roots of trust that differ between clusters.",
    ),
    "A58": Fault("A redirect to HTTPS that comes back", ("redirect-loop", "redirect-without-https")),
    "A59": Fault("Circuit breakers with the values of a tutorial", ("circuit-breaker-limits-of-one", "removed-field")),
    "A60": Fault(
        "What the schema does not ask for, and Istio does",
        ("route-without-action", "virtual-service-without-routes", "missing-field", "empty-field"),
    ),
    "A61": Fault(
        "VirtualServices and the Gateway API mixed",
        ("route-conflicts-with-virtual-service", "generated-gateway-reference", "selector-on-gateway"),
    ),
    "A62": Fault(
        "References of the Gateway API",
        (
            "backend-not-granted",
            "backend-not-found",
            "route-not-allowed-by-gateway",
            "listener-not-found",
            "parent-gateway-not-found",
            "parent-of-wrong-group",
            "parent-service-not-found",
            "hostname-not-served-by-listener",
            "certificate-not-granted",
        ),
    ),
    "A63": Fault(
        "Rules for tokens",
        (
            "issuer-not-configured",
            "issuer-listed-twice",
            "jwt-prefix-without-space",
            "invalid-jwks",
            "invalid-url",
            "conflicting-fields",
        ),
    ),
    "A64": Fault(
        "CUSTOM policies with conditions that they do not know", ("unsupported-custom-condition", "custom-action-incomplete")
    ),
    "A65": Fault(
        "Delegates",
        ("delegate-not-found", "nested-delegate", "invalid-delegate", "conflicting-route-actions"),
    ),
    "A66": Fault(
        "TLS to servers that nobody verifies",
        ("server-not-verified", "tls-without-sni", "tls-with-system-roots", "client-certificate-missing"),
    ),
    "A67": Fault(
        "Headless Services",
        ("destination-rule-for-pods", "peer-port-without-service"),
        gap="Whether clients call single pods by address, and with which `Host` header, files do not tell.",
    ),
    "A68": Fault("Two Services with one port and two protocols", ("port-with-two-protocols", "target-port-with-two-ports")),
    "A69": Fault("User 1337, the host's network, Jobs", ("container-runs-as-proxy-user", "host-network-in-ambient")),
    "A70": Fault(
        "Old forms of the API",
        ("deprecated-field", "removed-field", "retired-api", "wrong-api-version", "deprecated-annotation"),
    ),
    "A71": Fault(
        "Servers by SNI behind a load balancer that sends none", ("hosts-without-sni", "load-balancer-contradicts-server")
    ),
    "A72": Fault("Settings of the mesh", ("unknown-mesh-setting", "provider-setting-ignored", "invalid-mesh-locality")),
    "A73": Fault("Telemetry without providers", ("access-log-without-provider", "telemetry-provider-not-found")),
    "A74": Fault("Wasm modules: order, images without digest", ("wasm-module-without-version",)),
    "A75": Fault(
        "Domains of rate limits that do not agree", gap="The domain stands in the rate limit service's own configuration."
    ),
    "A76": Fault(
        "A destination or subset that the proxies of the route cannot see",
        ("host-not-visible", "subset-not-visible", "destination-rule-hidden-by-wildcard"),
    ),
    "A77": Fault(
        "ALLOW policies that leave out the gateway or waypoint in front of a workload",
        ("gateway-not-allowed", "waypoint-not-allowed", "routed-workload-denied"),
    ),
    "A78": Fault(
        "Identities of callers that present no certificate",
        ("identity-at-gateway-without-mtls", "principal-outside-mesh", "identity-without-mtls"),
    ),
    "A79": Fault(
        "Configuration that reaches no proxy",
        (
            "envoyfilter-context-without-proxy",
            "target-not-found",
            "resource-of-other-revision",
            "selector-without-workload",
            "service-entry-selects-nothing",
            "sidecar-port-without-service",
            "gateway-without-workload",
        ),
    ),
    "A80": Fault(
        "Protocols of ports that contradict each other or go unread",
        ("target-port-with-two-protocols", "protocol-last-in-port-name", "match-port-not-on-host", "match-port-not-on-gateway"),
    ),
    "A81": Fault("ALLOW rules for requests that close TCP ports", ("allow-closes-tcp-port", "request-condition-on-tcp-port")),
    "A82": Fault(
        "TLS left out, or originated towards the wrong port",
        (
            "http-route-to-tls-port",
            "tls-originated-on-http-port",
            "narrower-rule-drops-tls",
            "destination-rule-hidden-by-wildcard",
        ),
    ),
    "A83": Fault("Extension providers whose service is not found", ("provider-service-not-found",)),
    "A84": Fault(
        "Consistent hashing that cannot keep a client on its pod", ("hash-of-requests-without-http", "hash-over-weighted-split")
    ),
    "A85": Fault(
        "Gateways: hosts that are not bound, routes that lead back, connections that browsers reuse",
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
        "Ingress traffic that skips the waypoint with the policy", ("waypoint-skipped-by-gateway", "waypoint-not-allowed")
    ),
    "A89": Fault(
        "Delivery tools whose routes are missing or not their own",
        ("rollout-route-not-found", "rollout-subset-not-found", "rollout-target-not-found", "flagger-overwrites-virtual-service"),
    ),
    "A90": Fault("Certificates that cannot be issued because of a redirect", ("challenge-redirected",)),
    "A91": Fault("Helm values that the chart ignores or rejects", ("unknown-helm-value", "helm-value-of-wrong-type")),
    "A92": Fault(
        "Kubernetes APIs, Istio labels and annotations that a release removed",
        ("retired-kubernetes-api", "removed-label", "unknown-annotation"),
    ),
    "A93": Fault("Policies of a Service that has no waypoint", ("target-without-waypoint",)),
    "A94": Fault("HTTPS listeners without a certificate", ("https-listener-without-tls", "certificate-missing")),
    "A95": Fault("Methods that no request has", ("unknown-method", "method-in-lower-case", "method-on-grpc-port")),
    "A96": Fault(
        "Misspelt fields and types in the values of an EnvoyFilter",
        ("unknown-envoy-field", "unknown-envoy-type", "invalid-envoy-value"),
    ),
    "A97": Fault(
        "IstioOperator and operator resources with fields that the installer rejects",
        ("unknown-field", "wrong-type", "removed-field", "unknown-mesh-setting"),
    ),
}
