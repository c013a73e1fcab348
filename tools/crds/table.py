"""What the API server checks beyond structure: our table of the CEL rules in Istio's CRDs, by kind and field.

A field is given by the end of its path (`tcp.connectTimeout` means it wherever a DestinationRule has it). A constraint is
JSON Schema; `x-rule` names the rule of istiolint that reports it, `x-message` and `x-hint` its words, `x-at` the field that
is at fault. Formats are in istiolint.schema.formats.
"""

from crds.constraint import Constraint, at_most_one, is_one_of, never_with
from crds.gateway_api import gateway_api

SELECTORS = "selector.matchLabels", "workloadSelector.matchLabels", "workloadSelector.labels"
TARGETS = "targetRef.namespace", "targetRefs.[].namespace"
DURATION = {"format": "duration-of-1ms"}
ANY_DURATION = {"format": "duration"}
PORT = {"minimum": 1, "maximum": 65535}
PORT_NUMBER = r"^\+?0*([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])$"
PORT_NAME = r"^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$"
SOCKET = r"^unix://(@|[/@][\s\S]*[^/])$"


def table() -> list[Constraint]:
    """All constraints."""
    return [*_istio(), *gateway_api()]


def _istio() -> list[Constraint]:
    """The constraints on Istio's kinds, by subject."""
    durations = ("http.idleTimeout", "http2KeepAlive.interval", "http2KeepAlive.timeout", "tcp.connectTimeout",
                 "tcp.maxConnectionDuration", "tcpKeepalive.interval", "tcpKeepalive.time", "warmup.duration",
                 "warmupDurationSecs", "outlierDetection.baseEjectionTime", "outlierDetection.interval")  # fmt: skip
    targeted = "AuthorizationPolicy", "EnvoyFilter", "RequestAuthentication", "Telemetry", "TrafficExtension", "WasmPlugin"
    selecting = ("AuthorizationPolicy", "DestinationRule", "EnvoyFilter", "PeerAuthentication", "ProxyConfig",
                 "RequestAuthentication", "ServiceEntry", "Sidecar", "Telemetry", "TrafficExtension", "WasmPlugin")  # fmt: skip
    wildcard = {
        "x-rule": "wildcard-in-selector",
        "x-hint": "use exact label values, or select by another label",
    }
    return [
        # Times. Those without a rule at the API server fail in istiod, which cannot read them.
        Constraint(("DestinationRule", "Sidecar"), durations, DURATION),
        Constraint(("RequestAuthentication",), ("jwtRules.[].timeout",), DURATION),
        Constraint(("Telemetry",), ("metrics.[].reportingInterval",), DURATION),
        Constraint(
            ("VirtualService",),
            (
                "corsPolicy.maxAge",
                "delay.exponentialDelay",
                "delay.fixedDelay",
                "retries.backoff",
                "retries.perTryTimeout",
                "http.[].timeout",
            ),
            DURATION,
        ),
        Constraint(
            ("DestinationRule", "Sidecar"), ("tcp.idleTimeout", "httpCookie.ttl", "retryBudget.budgetInterval"), ANY_DURATION
        ),
        # What a policy applies to.
        Constraint(
            targeted,
            TARGETS,
            {
                "x-rule": "cross-namespace-target",
                "maxLength": 0,
                "x-message": "`targetRefs` points to another namespace, `{value}`; the API server rejects the policy",
                "x-hint": "remove `namespace`, and create the policy in the namespace of its target",
            },
        ),
        Constraint(
            ("AuthorizationPolicy", "RequestAuthentication", "Telemetry", "WasmPlugin"),
            ("spec",),
            at_most_one(("selector", "targetRef", "targetRefs")),
        ),
        Constraint(("TrafficExtension",), ("spec",), at_most_one(("selector", "targetRefs"))),
        Constraint(("EnvoyFilter",), ("spec",), at_most_one(("workloadSelector", "targetRefs"))),
        Constraint(
            selecting,
            SELECTORS,
            wildcard
            | {
                "propertyNames": {"pattern": r"^[^*]+$"},
                "x-message": "invalid label key `{value}` in the selector: empty or with `*`; the API server rejects it",
            },
        ),
        Constraint(
            selecting,
            tuple(f"{field}.{{}}" for field in SELECTORS),
            wildcard
            | {
                "pattern": r"^[^*]*$",
                "x-message": "wildcard `{value}` in the selector; labels are compared exactly, and the API server rejects it",
            },
        ),
        # Ports and addresses.
        Constraint(
            ("ServiceEntry", "WorkloadEntry", "WorkloadGroup"),
            (
                "endpoints.[].ports.{}",
                "ports.[].number",
                "ports.[].targetPort",
                "spec.ports.{}",
                "template.ports.{}",
                "grpc.port",
                "httpGet.port",
                "tcpSocket.port",
            ),
            PORT,
        ),
        Constraint(("EnvoyFilter",), ("waypoint.portNumber",), PORT),
        Constraint(
            ("PeerAuthentication",),
            ("portLevelMtls",),
            {
                "x-rule": "out-of-range",
                "propertyNames": {"pattern": PORT_NUMBER},
                "x-message": "invalid port `{value}` in `portLevelMtls`: must be 1 to 65535; the API server rejects it",
            },
        ),
        Constraint(
            ("ServiceEntry", "WorkloadEntry", "WorkloadGroup"),
            ("endpoints.[].ports", "WorkloadEntry:spec.ports", "template.ports"),
            {
                "x-rule": "invalid-value",
                "propertyNames": {"pattern": PORT_NAME, "maxLength": 62},
                "x-message": "invalid port name `{value}`; the API server rejects the resource",
                "x-hint": "use at most 62 letters, digits and `-`, starting and ending with a letter or digit",
            },
        ),
        Constraint(
            ("ServiceEntry", "WorkloadEntry", "WorkloadGroup"),
            ("endpoints.[].address", "WorkloadEntry:spec.address", "template.address"),
            {
                "x-rule": "invalid-value",
                "if": {"pattern": "^unix://"},
                "then": {"pattern": SOCKET},
                "x-message": "invalid socket `{value}`: `unix://` needs an absolute path or `@NAME`; the API server rejects it",
            },
        ),
        Constraint(
            ("ServiceEntry", "WorkloadEntry", "WorkloadGroup"),
            ("endpoints.[]", "WorkloadEntry:spec", "template"),
            never_with(
                "address",
                ("ports",),
                {"properties": {"address": {"type": "string", "pattern": "^unix://"}}, "required": ["address"]},
                "`ports` cannot be used with a Unix domain socket address; the API server rejects the resource",
            ),
        ),
        Constraint(
            ("ServiceEntry", "WorkloadEntry"),
            ("endpoints.[]", "WorkloadEntry:spec"),
            {
                "x-rule": "missing-field",
                "x-fields": ["address"],
                "anyOf": [{"required": ["address"]}, {"required": ["network"]}],
                "x-message": "missing `address`; the API server rejects an endpoint that has neither `address` nor `network`",
            },
        ),
        # ServiceEntry.
        Constraint(
            ("ServiceEntry",),
            ("spec.hosts.[]",),
            {
                "x-rule": "invalid-value",
                "not": {"const": "*"},
                "x-message": "host `*` matches every host; the API server rejects the ServiceEntry",
                "x-hint": "use specific hosts, or a domain such as `*.example.com`",
            },
        ),
        Constraint(("ServiceEntry",), ("spec.ports",), {"x-rule": "duplicate-item", "x-list-map-keys": {"number": None}}),
        Constraint(("ServiceEntry",), ("spec",), at_most_one(("workloadSelector", "endpoints"))),
        Constraint(
            ("ServiceEntry",),
            ("spec",),
            {
                "x-rule": "conflicting-resolution",
                "x-at": ["resolution", "addresses"],
                "if": {
                    "properties": {"addresses": {"type": "array", "contains": {"type": "string", "pattern": "/"}}},
                    "required": ["addresses"],
                },
                "then": {"properties": {"resolution": {"enum": ["STATIC", "NONE"]}}},
                "x-message": "address ranges require resolution `STATIC` or `NONE`; the API server rejects the ServiceEntry",
            },
        ),
        Constraint(
            ("ServiceEntry",),
            ("spec",),
            {
                "x-rule": "conflicting-resolution",
                "x-at": ["endpoints"],
                "if": is_one_of("resolution", "DNS_ROUND_ROBIN"),
                "then": {"properties": {"endpoints": {"maxItems": 1}}},
                "x-message": "resolution `DNS_ROUND_ROBIN` accepts at most one endpoint; the API server rejects the ServiceEntry",
                "x-hint": "use resolution `DNS`, or a single endpoint",
            },
        ),
        Constraint(
            ("ServiceEntry",),
            ("spec",),
            {
                "x-rule": "conflicting-resolution",
                "x-at": ["endpoints"],
                "if": {"required": ["endpoints"]},
                "then": {"required": ["resolution"], "properties": {"resolution": {"not": {"const": "NONE"}}}},
                "x-message": "`endpoints` cannot be used with resolution `NONE` (the default); the API server rejects it",
                "x-hint": "set `resolution: STATIC` for IP addresses or `resolution: DNS` for host names",
            },
        ),
        Constraint(("DestinationRule",), ("loadBalancer",), at_most_one(("simple", "backendUtilization"))),
        Constraint(("DestinationRule",), ("loadBalancer",), at_most_one(("consistentHash", "backendUtilization"))),
        # Gateway and Sidecar: where the certificate comes from.
        Constraint(
            ("Gateway", "Sidecar"), ("servers.[].tls", "ingress.[].tls"), at_most_one(("credentialName", "credentialNames"))
        ),
        Constraint(
            ("Gateway", "Sidecar"), ("servers.[].tls", "ingress.[].tls"), at_most_one(("credentialNames", "tlsCertificates"))
        ),
        # Security.
        Constraint(("RequestAuthentication",), ("jwtRules.[]",), at_most_one(("jwksUri", "jwks_uri", "jwks"))),
        Constraint(("RequestAuthentication",), ("jwtRules.[].jwksUri", "jwtRules.[].jwks_uri"), {"format": "http-url"}),
        Constraint(
            ("AuthorizationPolicy",),
            ("from.[].source",),
            never_with(
                "serviceAccounts",
                ("principals", "notPrincipals", "namespaces", "notNamespaces"),
                {"anyOf": [{"required": ["serviceAccounts"]}, {"required": ["notServiceAccounts"]}]},
                "`serviceAccounts` cannot be combined with principals or namespaces; the API server rejects the policy",
            ),
        ),
        Constraint(
            ("PeerAuthentication",),
            ("spec",),
            {
                "x-rule": "missing-field",
                "x-fields": ["selector"],
                "x-at": ["portLevelMtls"],
                "if": {"required": ["portLevelMtls"]},
                "then": {
                    "required": ["selector"],
                    "properties": {
                        "selector": {"required": ["matchLabels"], "properties": {"matchLabels": {"minProperties": 1}}}
                    },
                },
                "x-message": "`portLevelMtls` requires a `selector` with labels; the API server rejects the PeerAuthentication",
                "x-hint": "add a `selector` for the workloads that listen on these ports",
            },
        ),
        # Extensions and telemetry.
        Constraint(("WasmPlugin", "TrafficExtension"), ("WasmPlugin:spec.url", "wasm.url"), {"format": "wasm-url"}),
        Constraint(
            ("WasmPlugin", "TrafficExtension"),
            ("vmConfig.env.[]",),
            never_with(
                "valueFrom",
                ("value",),
                is_one_of("valueFrom", "HOST"),
                "`value` cannot be set with `valueFrom: HOST`; the API server rejects the resource",
            ),
        ),
        Constraint(
            ("TrafficExtension",),
            ("spec",),
            {
                "x-rule": "missing-field",
                "x-fields": ["wasm"],
                "anyOf": [{"required": ["wasm"]}, {"required": ["lua"]}],
                "x-message": "missing extension: set `wasm` or `lua`; the API server rejects the TrafficExtension",
            },
        ),
        Constraint(
            ("Telemetry",),
            ("tagOverrides.{}",),
            never_with(
                "operation",
                ("value",),
                is_one_of("operation", "REMOVE"),
                "`value` cannot be set for a removed tag; the API server rejects the Telemetry",
            ),
        ),
        Constraint(
            ("Telemetry",),
            ("tagOverrides.{}",),
            {
                "x-rule": "missing-field",
                "x-fields": ["value"],
                "x-at": ["value", "operation"],
                "if": is_one_of("operation", "UPSERT"),
                "then": {"required": ["value"], "properties": {"value": {"not": {"const": ""}}}},
                "x-message": "`operation: UPSERT` requires a `value`; the API server rejects the Telemetry",
            },
        ),
        # WorkloadGroup, EnvoyFilter.
        Constraint(("WorkloadGroup",), ("httpGet.scheme",), {"enum": ["", "HTTP", "HTTPS"]}),
        Constraint(
            ("EnvoyFilter",),
            ("configPatches.[].match",),
            never_with(
                "context",
                ("waypoint",),
                {"not": is_one_of("context", "WAYPOINT")},
                "a `waypoint` match requires `context: WAYPOINT`; the API server rejects the EnvoyFilter",
            ),
        ),
        Constraint(
            ("EnvoyFilter",),
            ("configPatches.[].match",),
            {
                "x-rule": "missing-field",
                "x-fields": ["waypoint"],
                "x-at": ["context"],
                "if": is_one_of("context", "WAYPOINT"),
                "then": {"required": ["waypoint"]},
                "x-message": "`context: WAYPOINT` requires a `waypoint` match; the API server rejects the EnvoyFilter",
            },
        ),
    ]
