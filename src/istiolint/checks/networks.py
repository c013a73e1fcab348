"""Networks of a mesh that spans several."""

from collections.abc import Iterator

from istiolint.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.networks import known_registries, registries
from istiolint.resource import Resource
from istiolint.rules import check, finding


@check(
    "unknown-registry", severity="error", evidence="missing", category="reference", kinds=["MeshNetworks", "ConfigMap"],
    codes=["IST0126"],
)  # fmt: skip
def unknown_registry(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A network takes its endpoints from a cluster that istiod does not know."""
    found = list(registries(resource))
    known = known_registries(mesh.all("Secret"), mesh.all("IstioOperator", "Istio")) if found else set()
    for registry in found:
        if registry.name not in known:
            near = next((name for name in sorted(known) if name.lower() == registry.name.lower()), None)
            yield finding(
                registry.at,
                f"the network `{registry.network}` takes endpoints from the registry `{registry.name}`, and no cluster is "
                "called so; its endpoints are taken to be in no network",
                hint=f"did you mean `{near}`?" if near else "write the name of a cluster, as in its remote secret",
                known=mesh.settings.whole_mesh,
            )
