"""Retries of several services that call one another."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_MANY = 10


@check("retries-multiply", severity="info", evidence="contradiction", kinds=["VirtualService"])
def retries_multiply(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A request that becomes many, because several services on its way try again."""
    chain = mesh.retry_chains.of(service)
    behind = chain.requests // (1 + (chain.retries[0].number or 0)) if chain.retries else 1
    # told once, where the number becomes large
    if len(chain.retries) > 1 and chain.requests > _MANY >= behind:
        first, *others = chain.retries
        tries = " × ".join(str(1 + (at.number or 0)) for at in chain.retries)
        yield finding(
            first,
            f"up to `{first.number}` retries here, and more further on: one request becomes up to {chain.requests} ({tries}) at "
            "the last service, just when it fails",
            hint="retry in one place only, best the one next to what fails",
            related=[(at, "and each of them is tried again here") for at in others],
        )
