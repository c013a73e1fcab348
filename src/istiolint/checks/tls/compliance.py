"""COMPLIANCE_POLICY, by which istiod and proxies restrict all TLS: known values, and both sides of it."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import PROXY_KINDS, proxy_configs
from istiolint.mesh.flags import FLAG_KINDS, flags_of
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_NAME = "COMPLIANCE_POLICY"
_SINCE = {"fips-140-2": 19, "pqc": 27, "fips-140-3": 31}
"""The policies, each with the minor of Istio that brought it."""


def _settings(resource: Resource) -> Iterator[Cursor]:
    """Where the policy of istiod is set."""
    yield from (flag.value for flag in flags_of(resource) if flag.name == _NAME)


@check(
    "unknown-compliance-policy", severity="error", evidence="document", tags=["security"],
    kinds=list(dict.fromkeys([*FLAG_KINDS, *PROXY_KINDS])),
)  # fmt: skip
def unknown_compliance_policy(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A policy that this Istio does not have."""
    proxies = (config["proxyMetadata"][_NAME] for config in proxy_configs(resource)) if resource.type in PROXY_KINDS else ()
    for value in (*(_settings(resource) if resource.type in FLAG_KINDS else ()), *proxies):
        since = _SINCE.get(value.text)
        if not value.literal or (since and since <= mesh.settings.istio_minor):
            continue
        known = ", ".join(f"`{name}`" for name, release in _SINCE.items() if release <= mesh.settings.istio_minor)
        yield finding(
            value,
            f"Istio {mesh.settings.istio_version} has no compliance policy `{value.text}`"
            + (f", which came with 1.{since}" if since else "")
            + ": TLS is not restricted as was meant",
            hint=f"it has {known or 'none'}",
        )


@check("compliance-policy-not-for-proxies", severity="warning", evidence="missing", tags=["security"], kinds=list(FLAG_KINDS))
def compliance_policy_not_for_proxies(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A policy that holds for istiod alone."""
    config = mesh.config["defaultConfig"]
    metadata = config.get("proxyMetadata") if isinstance(config, dict) else None
    if isinstance(metadata, dict) and metadata.get(_NAME):
        return
    for value in _settings(resource):
        if value.text:
            yield finding(
                value,
                f"`{value.text}` restricts the TLS of istiod alone: proxies have a setting of their own, which the MeshConfig "
                "does not make",
                hint=f"write `defaultConfig: {{proxyMetadata: {{{_NAME}: {value.text}}}}}` in the MeshConfig as well",
                known=mesh.config.known or mesh.settings.whole_mesh,
            )
