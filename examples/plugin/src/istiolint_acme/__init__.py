"""Acme's own rules for istiolint."""

from collections.abc import Iterator

from istiolint import Finding, Fix, Mesh, Parameter, Replace, Resource, check, finding


@check("timeout-missing", severity="warning", evidence="document", kinds=["VirtualService"], topic="acme")
def timeout_missing(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Return the HTTP routes without a timeout."""
    for route in service.spec["http"]:
        if not route["timeout"]:
            yield finding(route, "route has no timeout; a slow backend blocks its callers", hint="set `timeout`")


ATTEMPTS = Parameter("attempts", 3, "Highest number of attempts that is not reported.", minimum=1)


@check(
    "too-many-retries",
    severity="warning",
    evidence="document",
    kinds=["VirtualService"],
    topic="acme",
    fixable=True,
    parameters=[ATTEMPTS],
)
def too_many_retries(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Return retry policies with more attempts than allowed."""
    limit = ATTEMPTS.of(mesh, service)
    for route in service.spec["http"]:
        attempts = route["retries"]["attempts"]
        if attempts.number is not None and attempts.number > limit:
            yield finding(
                attempts,
                f"{attempts.number} attempts exceed the limit of {limit}; retries multiply the load on a failing service",
                hint=f"use at most {limit}",
                fix=Fix(f"set `attempts: {limit}`", (Replace(attempts.place, str(limit)),), safe=False),
            )
