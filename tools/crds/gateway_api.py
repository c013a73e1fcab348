"""The CEL rules of the Gateway API's definitions that JSON Schema can express.

Rules that compare the items of a list are checks.
"""

from crds.constraint import Constraint, Node, is_one_of

HOST = r"^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
QUALIFIED = r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$"
IPV4 = r"^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?!$)|$)){4}$"
METHOD = r"^[A-Za-z_][A-Za-z_0-9]*$"
SERVICE = r"^\.?[A-Za-z_][A-Za-z_0-9]*(\.[A-Za-z_][A-Za-z_0-9]*)*$"
SUBJECT_NAMES = {"Hostname": "hostname", "URI": "uri"}


def gateway_api() -> list[Constraint]:
    """Return the constraints by kind."""
    return [*_addresses(), *_infrastructure(), *_hostnames(), *_methods(), *_sessions(), *_subject_names()]


def _addresses() -> list[Constraint]:
    hint = "set `type: Hostname` for a host name"
    return [
        Constraint(
            ("KubernetesGateway",),
            ("spec.addresses.[]",),
            {
                "x-rule": "invalid-value",
                "x-at": ["value"],
                "x-message": "`{value}` is not an IP address, the default type of an address; the API server rejects the Gateway",
                "x-hint": hint,
                "if": {
                    "required": ["value"],
                    "properties": {"type": {"const": "IPAddress"}, "value": {"type": "string"}},
                },
                "then": {"properties": {"value": {"anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}}},
            },
        ),
        Constraint(
            ("KubernetesGateway",),
            ("spec.addresses.[]",),
            {
                "x-rule": "invalid-value",
                "x-at": ["value"],
                "x-message": "`{value}` is not a valid host name; the API server rejects the Gateway",
                "if": is_one_of("type", "Hostname"),
                "then": {"properties": {"value": {"pattern": HOST}}},
            },
        ),
    ]


def _infrastructure() -> list[Constraint]:
    return [
        Constraint(
            ("KubernetesGateway",),
            (f"spec.infrastructure.{field}",),
            {
                "x-rule": "invalid-name",
                "x-hint": "use at most 63 letters, digits, `-`, `_` and `.`, optionally after a DNS name and `/`",
                "propertyNames": {"pattern": QUALIFIED},
            },
        )
        for field in ("annotations", "labels")
    ]


def _hostnames() -> list[Constraint]:
    return [
        Constraint(
            ("TLSRoute",),
            ("spec.hostnames.[]",),
            {
                "x-rule": "invalid-value",
                "not": {"pattern": IPV4},
                "x-message": "a TLSRoute matches host names, not the IP address `{value}`; the API server rejects it",
                "x-hint": "use the host name that clients send as SNI, or a TCPRoute",
            },
        )
    ]


def _methods() -> list[Constraint]:
    def exact(field: str, pattern: str, what: str) -> Constraint:
        return Constraint(
            ("GRPCRoute",),
            ("matches.[].method",),
            {
                "x-rule": "invalid-value",
                "x-at": [field],
                "x-message": f"{what}; the API server rejects the GRPCRoute",
                "x-hint": "set `type: RegularExpression` for a regular expression",
                "if": {"properties": {"type": {"const": "Exact"}}},
                "then": {"properties": {field: {"pattern": pattern}}},
            },
        )

    return [
        exact("method", METHOD, "`{value}` is not a valid gRPC method name"),
        exact("service", SERVICE, "`{value}` is not a valid gRPC service name"),
    ]


def _sessions() -> list[Constraint]:
    permanent: Node = {
        "required": ["cookieConfig"],
        "properties": {"cookieConfig": is_one_of("lifetimeType", "Permanent")},
    }
    return [
        Constraint(
            ("GRPCRoute", "HTTPRoute"),
            ("sessionPersistence",),
            {
                "x-rule": "missing-field",
                "x-fields": ["absoluteTimeout"],
                "x-at": ["absoluteTimeout"],
                "x-message": "a permanent cookie requires `absoluteTimeout`; the API server rejects the route",
                "x-hint": "set `absoluteTimeout`, or `lifetimeType: Session`",
                "if": permanent,
                "then": {"required": ["absoluteTimeout"]},
            },
        ),
        Constraint(
            ("GRPCRoute", "HTTPRoute"),
            ("sessionPersistence",),
            {
                "x-rule": "conflicting-fields",
                "x-fields": ["type", "cookieConfig"],
                "x-at": ["cookieConfig"],
                "x-message": "`cookieConfig` requires `type: Cookie`; the API server rejects the route",
                "if": {"required": ["cookieConfig", "type"]},
                "then": {"properties": {"type": {"const": "Cookie"}}},
            },
        ),
    ]


def _subject_names() -> list[Constraint]:
    made = []
    for type_, field in SUBJECT_NAMES.items():
        made += [
            Constraint(
                ("BackendTLSPolicy",),
                ("subjectAltNames.[]",),
                {
                    "x-rule": "missing-field",
                    "x-fields": [field],
                    "x-message": f"a subject alternative name of type `{type_}` requires `{field}`; the API server rejects it",
                    "if": is_one_of("type", type_),
                    "then": {"required": [field], "properties": {field: {"minLength": 1}}},
                },
            ),
            Constraint(
                ("BackendTLSPolicy",),
                ("subjectAltNames.[]",),
                {
                    "x-rule": "conflicting-fields",
                    "x-fields": ["type", field],
                    "x-at": [field],
                    "x-message": f"`{field}` requires `type: {type_}`; the API server rejects the policy",
                    "if": {"required": [field, "type"], "properties": {field: {"minLength": 1}}},
                    "then": {"properties": {"type": {"const": type_}}},
                },
            ),
        ]
    return made
