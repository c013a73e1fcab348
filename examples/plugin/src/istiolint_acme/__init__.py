"""Acme's own rules for istiolint."""

from collections.abc import Iterator

from istiolint import Finding, Mesh, Resource, check, finding


@check("timeout-missing", severity="warning", evidence="document", kinds=["VirtualService"], topic="acme")
def timeout_missing(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Return the HTTP routes without a timeout."""
    for route in service.spec["http"]:
        if not route["timeout"]:
            yield finding(route, "route has no timeout; a slow backend blocks its callers", hint="set `timeout`")
