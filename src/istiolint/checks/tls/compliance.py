"""COMPLIANCE_POLICY, which restricts the TLS of istiod and of proxies: known values, and settings for both."""

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
"""The policies, each with the minor release of Istio that added it."""


def _settings(resource: Resource) -> Iterator[Cursor]:
    """Yield the fields that set the policy of istiod."""
    yield from (flag.value for flag in flags_of(resource) if flag.name == _NAME)


@check(
    "unknown-compliance-policy", severity="error", evidence="document", tags=["security"],
    kinds=list(dict.fromkeys([*FLAG_KINDS, *PROXY_KINDS])),
    when=["env", "proxyMetadata"],
)  # fmt: skip
def unknown_compliance_policy(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a policy that the configured Istio release does not support."""
    proxies = (config["proxyMetadata"][_NAME] for config in proxy_configs(resource)) if resource.type in PROXY_KINDS else ()
    for value in (*(_settings(resource) if resource.type in FLAG_KINDS else ()), *proxies):
        since = _SINCE.get(value.text)
        if not value.literal or (since and since <= mesh.settings.istio_minor):
            continue
        known = " or ".join(f"`{name}`" for name, release in _SINCE.items() if release <= mesh.settings.istio_minor)
        yield finding(
            value,
            (
                f"compliance policy `{value.text}` requires Istio 1.{since}, but the version is {mesh.settings.istio_version}"
                if since
                else f"unknown compliance policy `{value.text}`"
            )
            + "; TLS is not restricted",
            hint=f"use {known}" if known else "remove it, or upgrade Istio first",
        )


@check(
    "compliance-policy-not-for-proxies",
    severity="warning",
    evidence="missing",
    tags=["security"],
    kinds=list(FLAG_KINDS),
    when=["env"],
)
def compliance_policy_not_for_proxies(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a policy that applies only to istiod."""
    config = mesh.config["defaultConfig"]
    metadata = config.get("proxyMetadata") if isinstance(config, dict) else None
    if isinstance(metadata, dict) and metadata.get(_NAME):
        return
    for value in _settings(resource):
        if value.text:
            yield finding(
                value,
                f"`{value.text}` restricts only the TLS of istiod; proxies are not restricted, because the MeshConfig "
                "does not set it",
                hint=f"also set `defaultConfig: {{proxyMetadata: {{{_NAME}: {value.text}}}}}` in the MeshConfig",
                known=mesh.config.known or mesh.settings.whole_mesh,
            )
