"""Policies that are switched off, tried only, or given up when something fails: in tests on purpose, in production hardly."""

from collections.abc import Iterator

from istiolint.checks.operations.production import gravity
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
    """A policy that is tried in production, and enforced on nobody."""
    annotation = policy.metadata["annotations"][DRY_RUN]
    if is_dry_run(policy) and gravity(mesh, policy) == "warning":
        yield finding(
            annotation,
            "this policy is only tried: proxies log what it would refuse, and refuse nothing",
            hint="delete the annotation when the logs show what was expected",
        )


@check("authorizer-fails-open", severity="warning", evidence="document", tags=["production"], kinds=CONFIG_KINDS)
def authorizer_fails_open(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """An external authorizer without whose answer everybody gets in."""
    for config in mesh_configs(resource):
        for provider in config["extensionProviders"]:
            for kind in ("envoyExtAuthzHttp", "envoyExtAuthzGrpc"):
                switch = provider[kind]["failOpen"]
                if switch.value is True and (severity := gravity(mesh, resource)):
                    yield finding(
                        switch,
                        f"while nobody answers for `{provider['name'].text}`, every request that it should decide on gets in",
                        hint="write `failOpen: false`, and give the authorizer several replicas",
                        severity=severity,
                    )


@check("mtls-disabled-in-production", severity="warning", evidence="document", tags=["production"], kinds=["PeerAuthentication"])
def mtls_disabled_in_production(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Workloads in production that take plain text only."""
    mode = policy.spec["mtls"]["mode"]
    if mode.text == "DISABLE" and gravity(mesh, policy) == "warning":
        yield finding(
            mode,
            "`DISABLE` takes plain text only: what these workloads are sent can be read on the way, and nobody can be told from "
            "others",
            hint="write `PERMISSIVE`, which takes both, or `STRICT`; keep single ports out with `portLevelMtls`",
        )
