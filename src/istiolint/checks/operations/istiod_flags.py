"""Flags of istiod: values that it cannot read, and protections that are switched off."""

from collections.abc import Iterator

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.flags import FLAG_KINDS, Flag, flags_of
from istiolint.primitives.durations import nanoseconds
from istiolint.resources.resource import HELM_VALUES, Resource
from istiolint.rules.check import check, finding

_BOOLEANS = ("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False")
"""What Go reads as a boolean."""
_OFF = _BOOLEANS[6:]
_SWITCHES = ("PILOT_ENABLE_", "ENABLE_")
"""How the names of flags begin that are on or off, but for a few."""
_OTHER_VALUES = ("ENABLE_NATIVE_SIDECARS",)
_DURATIONS = frozenset((
    "CITADEL_SELF_SIGNED_CA_CERT_TTL", "CITADEL_SELF_SIGNED_ROOT_CERT_CHECK_INTERVAL", "DEFAULT_WORKLOAD_CERT_TTL",
    "MAX_WORKLOAD_CERT_TTL", "PILOT_ANALYSIS_INTERVAL", "PILOT_DEBOUNCE_AFTER", "PILOT_DEBOUNCE_MAX", "PILOT_DNS_JITTER_DURATION",
    "PILOT_JWT_PUB_KEY_REFRESH_INTERVAL", "PILOT_REMOTE_CLUSTER_TIMEOUT", "PILOT_WORKLOAD_ENTRY_GRACE_PERIOD",
))  # fmt: skip
_ROOT_CHECK = "CITADEL_SELF_SIGNED_ROOT_CERT_CHECK_INTERVAL"
_NEEDED = {
    "XDS_AUTH": "istiod does not ask proxies who they are: whoever reaches it gets the configuration of any of them",
    "PILOT_ENABLE_XDS_IDENTITY_CHECK": "a proxy may say that it is one of another namespace, and gets what is meant for that",
    "ENABLE_DEBUG_ENDPOINT_AUTH": "every workload may read the configuration of all proxies at istiod's debug endpoints",
    "ENABLE_XDS_API_GENERATOR_AUTH": "every workload may read all of Istio's configuration from istiod",
}
"""Flags that are on by default, and what happens when they are not."""
_HARMFUL = {
    "UNSAFE_ENABLE_ADMIN_ENDPOINTS": "istiod's debug interface takes orders, from whoever reaches it",
    "JWKS_RESOLVER_INSECURE_SKIP_VERIFY": "istiod takes the keys for tokens from any server that calls itself the issuer: "
    "who stands between them can sign tokens",
    "PILOT_SKIP_VALIDATE_TRUST_DOMAIN": "certificates of other trust domains pass for those of this mesh",
}
"""Flags that are off by default, and what happens when they are on."""


@check("flag-value-ignored", severity="warning", evidence="document", tags=["production"], kinds=list(FLAG_KINDS))
def flag_value_ignored(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A value that istiod cannot read: it writes a line into its log, and takes the default."""
    for flag in flags_of(resource):
        text = flag.value.text
        if not text or has_placeholder(text):
            continue
        if flag.name.startswith(_SWITCHES) and flag.name not in _OTHER_VALUES and text not in _BOOLEANS:
            yield _ignored(flag, "neither true nor false", 'write `"true"` or `"false"`')
        elif flag.name in _DURATIONS and nanoseconds(text) is None:
            yield _ignored(flag, "no duration to Go", "write it with the units `h`, `m`, `s` and `ms`: 30 days are `720h`")


def _ignored(flag: Flag, why: str, hint: str) -> Finding:
    return finding(flag.value, f"`{flag.value.text}` is {why}: istiod takes the default of `{flag.name}`", hint=hint)


@check("root-certificate-not-renewed", severity="warning", evidence="document", tags=["production"], kinds=list(FLAG_KINDS))
def root_certificate_not_renewed(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A root certificate of istiod's own that nobody looks after."""
    for flag in flags_of(resource):
        length = nanoseconds(flag.value.text)
        if flag.name == _ROOT_CHECK and length is not None and length <= 0:
            yield finding(
                flag.value,
                f"`{flag.value.text}` switches the renewal of the root certificate off: on the day when it expires, all mTLS of "
                "the mesh fails",
                hint="delete it: the default is to look each hour",
            )


@check("protection-switched-off", severity="warning", evidence="document", tags=["security"], kinds=list(FLAG_KINDS))
def protection_switched_off(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """What istiod guards by default, and does not here."""
    for flag in flags_of(resource):
        value = str(flag.value.value)
        effect = _NEEDED.get(flag.name) if value in _OFF else _HARMFUL.get(flag.name) if value in _BOOLEANS else None
        if effect:
            yield finding(
                flag.value, f"`{flag.name}` is `{value.lower()}`: {effect}", hint="delete it, so that the default holds"
            )
    values = resource if resource.type == HELM_VALUES else resource.spec["values"]
    if values["global"]["configValidation"].value is False:
        yield finding(
            values["global"]["configValidation"],
            "`configValidation: false` leaves out the webhook that refuses faulty resources: istiod ignores them, or proxies do",
            hint="delete it",
        )
    if values["global"]["proxy"]["privileged"].value is True:
        yield finding(
            values["global"]["proxy"]["privileged"],
            "`privileged: true` lets every proxy do on its node what root may do",
            hint="delete it",
        )
