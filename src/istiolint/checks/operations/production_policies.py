"""Policies that are disabled, in dry run, or fail open: intended in tests, rarely in production."""

from collections.abc import Iterator

from istiolint.checks.operations.production import environment_severity
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.authorization import DRY_RUN, is_dry_run
from istiolint.mesh.config_sources import CONFIG_KINDS, mesh_configs
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "dry-run-in-production",
    severity="warning",
    evidence="document",
    tags=["production"],
    kinds=["AuthorizationPolicy"],
    when=["istio.io/dry-run"],
)
def dry_run_in_production(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report AuthorizationPolicies in dry-run mode in production."""
    annotation = policy.metadata["annotations"][DRY_RUN]
    if is_dry_run(policy) and environment_severity(mesh, policy) == "warning":
        yield finding(
            annotation,
            "this policy is in dry-run mode in production; proxies log what it would deny but enforce nothing",
            hint="remove the annotation once the logs show the expected decisions",
        )


@check("external-authorization-fails-open", severity="warning", evidence="document", tags=["production"], kinds=CONFIG_KINDS)
def external_authorization_fails_open(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report external authorization providers that fail open."""
    for config in mesh_configs(resource):
        for provider in config["extensionProviders"]:
            for kind in ("envoyExtAuthzHttp", "envoyExtAuthzGrpc"):
                switch = provider[kind]["failOpen"]
                if switch.value is True and (severity := environment_severity(mesh, resource)):
                    yield finding(
                        switch,
                        f"external authorization provider `{provider['name'].text}` fails open; while it is unavailable, "
                        "every request is allowed",
                        hint="set `failOpen: false`, and run several replicas of the provider",
                        severity=severity,
                    )


@check("mtls-disabled-in-production", severity="warning", evidence="document", tags=["production"], kinds=["PeerAuthentication"])
def mtls_disabled_in_production(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report workloads in production that accept only plaintext."""
    mode = policy.spec["mtls"]["mode"]
    if mode.text == "DISABLE" and environment_severity(mesh, policy) == "warning":
        yield finding(
            mode,
            "mode `DISABLE` turns mTLS off in production; traffic to these workloads is plaintext, and callers are not "
            "authenticated",
            hint="use `STRICT`, or `PERMISSIVE` to accept both; exempt single ports with `portLevelMtls`",
        )
