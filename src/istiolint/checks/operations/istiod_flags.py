"""Environment variables of istiod: invalid values, and disabled protections."""

from collections.abc import Iterator

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.flags import FLAG_KINDS, Flag, flags_of
from istiolint.primitives.durations import nanoseconds
from istiolint.resources.resource import HELM_VALUES, Resource
from istiolint.rules.check import check, finding

_BOOLEANS = ("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False")
"""Values that Go parses as a boolean."""
_OFF = _BOOLEANS[6:]
_SWITCHES = ("PILOT_ENABLE_", "ENABLE_")
"""Prefixes of boolean flags, with few exceptions."""
_OTHER_VALUES = ("ENABLE_NATIVE_SIDECARS",)
_DURATIONS = frozenset((
    "CITADEL_SELF_SIGNED_CA_CERT_TTL", "CITADEL_SELF_SIGNED_ROOT_CERT_CHECK_INTERVAL", "DEFAULT_WORKLOAD_CERT_TTL",
    "MAX_WORKLOAD_CERT_TTL", "PILOT_ANALYSIS_INTERVAL", "PILOT_DEBOUNCE_AFTER", "PILOT_DEBOUNCE_MAX", "PILOT_DNS_JITTER_DURATION",
    "PILOT_JWT_PUB_KEY_REFRESH_INTERVAL", "PILOT_REMOTE_CLUSTER_TIMEOUT", "PILOT_WORKLOAD_ENTRY_GRACE_PERIOD",
))  # fmt: skip
_ROOT_CHECK = "CITADEL_SELF_SIGNED_ROOT_CERT_CHECK_INTERVAL"
_NEEDED = {
    "XDS_AUTH": "istiod does not authenticate proxies, and any client that reaches it can read their configuration",
    "PILOT_ENABLE_XDS_IDENTITY_CHECK": "a proxy can claim to be in another namespace and receive the configuration for it",
    "ENABLE_DEBUG_ENDPOINT_AUTH": "any workload can read the configuration of all proxies from istiod's debug endpoints",
    "ENABLE_XDS_API_GENERATOR_AUTH": "any workload can read the entire Istio configuration from istiod",
}
"""Flags that are on by default, and the consequence of disabling them."""
_HARMFUL = {
    "UNSAFE_ENABLE_ADMIN_ENDPOINTS": "any client that reaches istiod's debug interface can run admin operations",
    "JWKS_RESOLVER_INSECURE_SKIP_VERIFY": "istiod does not verify the JWKS server, and an attacker on the path can forge JWTs",
    "PILOT_SKIP_VALIDATE_TRUST_DOMAIN": "certificates of other trust domains are accepted as certificates of this mesh",
}
"""Flags that are off by default, and the consequence of enabling them."""


@check("flag-value-ignored", severity="warning", evidence="document", tags=["production"], kinds=list(FLAG_KINDS))
def flag_value_ignored(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report values that istiod cannot parse: it logs a line and uses the default."""
    for flag in flags_of(resource):
        text = flag.value.text
        if not text or has_placeholder(text):
            continue
        if flag.name.startswith(_SWITCHES) and flag.name not in _OTHER_VALUES and text not in _BOOLEANS:
            yield _ignored(flag, "not a boolean", 'use `"true"` or `"false"`')
        elif flag.name in _DURATIONS and nanoseconds(text) is None:
            yield _ignored(flag, "not a Go duration", "use the units `h`, `m`, `s` and `ms`; 30 days is `720h`")


def _ignored(flag: Flag, why: str, hint: str) -> Finding:
    return finding(flag.value, f"invalid value `{flag.value.text}` for `{flag.name}`: {why}; istiod uses the default", hint=hint)


@check("root-certificate-not-renewed", severity="warning", evidence="document", tags=["production"], kinds=list(FLAG_KINDS))
def root_certificate_not_renewed(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a disabled renewal of istiod's self-signed root certificate."""
    for flag in flags_of(resource):
        length = nanoseconds(flag.value.text)
        if flag.name == _ROOT_CHECK and length is not None and length <= 0:
            yield finding(
                flag.value,
                f"interval `{flag.value.text}` disables root certificate renewal; all mTLS in the mesh fails once it expires",
                hint="remove it to use the default, a check every hour",
            )


@check(
    "control-plane-protection-disabled",
    severity="warning",
    evidence="document",
    tags=["security"],
    kinds=list(FLAG_KINDS),
    when=["env", "global"],
)
def control_plane_protection_disabled(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report protections of istiod that are disabled."""
    for flag in flags_of(resource):
        value = str(flag.value.value)
        effect = _NEEDED.get(flag.name) if value in _OFF else _HARMFUL.get(flag.name) if value in _BOOLEANS else None
        if effect:
            yield finding(
                flag.value, f"`{flag.name}: {value.lower()}` is insecure; {effect}", hint="remove it to restore the default"
            )
    values = resource if resource.type == HELM_VALUES else resource.spec["values"]
    if values["global"]["configValidation"].value is False:
        yield finding(
            values["global"]["configValidation"],
            "`configValidation: false` disables the validation webhook; the API server stores invalid resources, which istiod or "
            "proxies ignore",
            hint="remove it to restore the default",
        )
    if values["global"]["proxy"]["privileged"].value is True:
        yield finding(
            values["global"]["proxy"]["privileged"],
            "`privileged: true` runs every proxy in a privileged container; each proxy has root access to its node",
            hint="remove it to restore the default",
        )
