"""Former ids of rules. Suppressions, settings, baselines and commands accept them; a run reports once which of them are used."""

from collections.abc import Iterable

RENAMED = {
    "addresses-of-several-hosts": "hosts-share-addresses",
    "authority-incomplete": "incomplete-ca-secret",
    "authority-key-in-manifest": "ca-key-in-manifest",
    "authorizer-fails-open": "external-authorization-fails-open",
    "backend-authority-not-found": "backend-ca-not-found",
    "certificate-lifetime-refused": "certificate-lifetime-above-limit",
    "certificates-outlived-by-outage": "certificate-lifetime-too-short",
    "circuit-breaker-of-one": "circuit-breaker-limits-of-one",
    "delegate-that-delegates": "nested-delegate",
    "denied-identity-in-plaintext": "deny-by-identity-in-permissive-mode",
    "deny-of-requests-only": "deny-rule-blocks-all-tcp",
    "egress-open": "unrestricted-egress",
    "entry-behind-network": "remote-endpoint-without-address",
    "fault-beside-split": "fault-on-weighted-route",
    "gateway-of-kubernetes-gateway": "generated-gateway-reference",
    "host-beside-wildcard-server": "host-covered-by-wildcard-server",
    "identity-at-plain-gateway": "identity-at-gateway-without-mtls",
    "keys-over-plain-http": "jwks-over-plain-http",
    "machine-account-not-found": "workload-group-service-account-not-found",
    "match-of-another-object": "envoyfilter-match-of-wrong-kind",
    "mesh-open-to-gateway": "auto-passthrough-exposes-mesh",
    "mesh-tls-to-outside": "istio-mutual-to-external-host",
    "mirror-to-outside": "mirror-to-external-host",
    "negative-condition": "negative-status-condition",
    "policy-port-of-service": "service-port-in-policy",
    "policy-port-past-proxy": "policy-port-without-sidecar",
    "preflight-needs-token": "preflight-without-jwt",
    "principal-of-no-form": "malformed-principal",
    "probe-without-way": "workload-group-probe-without-type",
    "protection-switched-off": "control-plane-protection-disabled",
    "route-beside-virtual-service": "route-conflicts-with-virtual-service",
    "route-not-let-in": "route-not-allowed-by-gateway",
    "rule-allowed-already": "redundant-allow-rule",
    "rule-denied-anyway": "allow-rule-overridden-by-deny",
    "rules-are-alternatives": "separate-from-and-to-rules",
    "several-authorizers": "multiple-authorization-providers",
    "token-never-accepted": "jwt-without-request-authentication",
    "token-not-required": "jwt-not-required",
    "token-prefix-without-space": "jwt-prefix-without-space",
    "token-without-issuer": "jwt-rule-without-issuer",
    "tokens-without-waypoint": "request-authentication-without-waypoint",
    "traffic-past-the-proxy": "traffic-bypasses-proxy",
    "try-longer-than-timeout": "per-try-timeout-exceeds-timeout",
    "two-groups-of-machines": "workload-groups-with-same-labels",
    "unknown-attribute": "unknown-condition-key",
    "unknown-authorizer": "unknown-authorization-provider",
    "unsupported-by-custom": "unsupported-custom-condition",
    "virtual-service-of-flagger": "flagger-overwrites-virtual-service",
}


def current(name: str) -> str:
    """Return the id that a former id has today, and any other name as it is."""
    return RENAMED.get(name, name)


def former(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that are former ids, sorted."""
    return tuple(sorted(RENAMED.keys() & set(names)))


def notice(names: Iterable[str]) -> str:
    """Return what to do about former ids."""
    found = former(names)
    changes = ", ".join(f"`{name}` is now `{RENAMED[name]}`" for name in found)
    return f"renamed rules: {changes}; the old ids still work" if found else ""
