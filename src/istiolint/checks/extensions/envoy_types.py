"""Envoy API types in EnvoyFilters that Istio does not know: misspelled, too new, or removed."""

from collections.abc import Iterator

from istiolint.checks.extensions.patch_fields import KIND, patches
from istiolint.findings.finding import Finding
from istiolint.istio.envoy_types import OURS, near, package_of, packages, types
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, rejected

_OLD_API = "v2"


@check("unknown-envoy-type", severity="error", evidence="document", tags=["rejected"], kinds=KIND)
def unknown_envoy_type(envoy_filter: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a type that istiod cannot decode, because it is not built with it."""
    version, release = mesh.settings.istio_version, mesh.settings.istio_minor
    for patch in patches(envoy_filter, mesh):
        for at in types(patch["patch"]["value"]):
            package = package_of(at.text)
            if not package.startswith(OURS) or at.unresolved or package.rpartition(".")[2].startswith(_OLD_API):
                continue
            span = packages().get(package)
            if span is None:
                meant = near(package, release)
                yield finding(
                    at,
                    rejected(f"unknown Envoy package `{package}`", "EnvoyFilter"),
                    hint=f"did you mean `{meant}`?" if meant else "use a type from Envoy's API reference",
                    severity=None if meant else "warning",
                )
            elif not span.begun(release):
                yield finding(
                    at,
                    f"`{package}` requires Istio {span.since}; Istio {version} rejects the EnvoyFilter",
                    hint=f"upgrade Istio to {span.since}, or use a TypedStruct if the proxies already support the type",
                )
            elif span.ended(release):
                meant = near(package, release)
                yield finding(
                    at,
                    f"Istio {span.removed} removed `{package}`; Istio {version} rejects the EnvoyFilter",
                    hint=f"use `{meant}`" if meant else "remove the patch",
                )
