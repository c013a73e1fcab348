"""Retries of several services in a call chain."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.rules.parameters import Parameter

_MOST_REQUESTS = Parameter("most-requests", 10, "Highest number of requests for one that is not reported.", minimum=1)


@check(
    "retries-multiply",
    severity="info",
    evidence="contradiction",
    kinds=["VirtualService"],
    parameters=[_MOST_REQUESTS],
    when=["attempts"],
    beside=["args", "command", "env", "envFrom"],
)
def retries_multiply(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report retries that multiply because several services in a call chain retry."""
    chain = mesh.retry_chains.of(service)
    behind = chain.requests // (1 + (chain.retries[0].number or 0)) if chain.retries else 1
    # reported once, where the number becomes large
    if len(chain.retries) > 1 and chain.requests > _MOST_REQUESTS.of(mesh, service) >= behind:
        first, *others = chain.retries
        tries = " × ".join(str(1 + (at.number or 0)) for at in chain.retries)
        yield finding(
            first,
            f"`attempts: {first.number}` multiplies with retries down the call chain; a failing last service receives "
            f"up to {chain.requests} requests ({tries}) for each one",
            hint="retry in one place only, preferably in the direct caller of the failing service",
            related=[(at, "each of these attempts is retried here") for at in others],
        )
