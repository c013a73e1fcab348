"""What the clusters of one mesh must agree on: Services, cluster names and trust domains."""

from collections.abc import Iterator

from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import CONFIG_KINDS, mesh_configs
from istiolint.mesh.networks import INSTALL_KINDS, global_values
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "service-differs-between-clusters", severity="warning", evidence="contradiction", kinds=["Service"],
    codes=["IST0170"],
)  # fmt: skip
def service_differs_between_clusters(service: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a Service that clusters define differently, although the mesh merges it."""
    for other in mesh.other_clusters.same_service(service):
        for words, here, there in _differences(service, other):
            yield finding(
                here,
                f"Service `{service.name}` {words} cluster `{other.cluster}`; the mesh merges both, and cross-cluster calls "
                "may fail",
                hint="use the same definition in all clusters",
                related=[(there, f"in cluster `{other.cluster}`")],
            )


@check(
    "foreign-trust-domain", severity="warning", evidence="contradiction", tags=["security"], kinds=CONFIG_KINDS,
)  # fmt: skip
def foreign_trust_domain(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report another cluster with a trust domain that this cluster does not trust."""
    trusted = {mesh.config.text("trustDomain"), *mesh.config.names("trustDomainAliases")}
    # custom CA certificates may define their own trust domains
    if not mesh.other_clusters.configs or mesh.config["caCertificates"] or any(has_placeholder(name) for name in trusted):
        return
    for own in (config["trustDomain"] for config in mesh_configs(resource)):
        for cluster, config in mesh.other_clusters.configs.items() if own.text in trusted else ():
            other, there = config.text("trustDomain"), config.at("trustDomain")
            if other not in trusted and not has_placeholder(other):
                yield finding(
                    own,
                    f"trust domain `{other}` of cluster `{cluster}` is not trusted here; mTLS connections from its workloads are "
                    "rejected",
                    hint=f"add `trustDomainAliases: [{other}]`, or use one trust domain in all clusters",
                    related=[(there, f"trust domain of cluster `{cluster}`")] if there else [],
                )


@check(
    "cluster-name-repeated", severity="error", evidence="contradiction", kinds=list(INSTALL_KINDS),
)  # fmt: skip
def cluster_name_repeated(install: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two clusters of one mesh with the same name."""
    name = global_values(install)["multiCluster"]["clusterName"]
    if not name.literal:
        return
    for other in mesh.other_clusters.resources:
        theirs = global_values(other)["multiCluster"]["clusterName"]
        if other.type in INSTALL_KINDS and theirs.text == name.text:
            yield finding(
                name,
                f"cluster `{other.cluster}` has the same `clusterName`, `{name.text}`; istiod treats both as one cluster and "
                "mixes up their endpoints",
                hint="give each cluster a unique name, and use it in its remote secret",
                related=[(theirs, f"in cluster `{other.cluster}`")],
            )
            return


@check(
    "resource-differs-between-clusters", severity="info", evidence="heuristic", default=False,
    kinds=["VirtualService", "DestinationRule", "AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"],
)  # fmt: skip
def resource_differs_between_clusters(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a resource that differs from its counterpart in another cluster."""
    for other in mesh.other_clusters.counterparts(resource):
        if resource.spec.value != other.spec.value:
            ours, theirs = resource.spec.mapping, other.spec.mapping
            fields = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
            yield finding(
                resource.metadata["name"],
                f"{', '.join(f'`{name}`' for name in fields) or '`spec`'} of {resource.kind} `{resource.name}` "
                f"{'differs' if len(fields) < 2 else 'differ'} in cluster `{other.cluster}`; each cluster applies its "
                "own version",
                hint="use the same definition in all clusters, unless the difference is intended",
                related=[(other.metadata["name"], f"in cluster `{other.cluster}`")],
            )


def _differences(service: Resource, other: Resource) -> Iterator[tuple[str, Cursor, Cursor]]:
    spec, theirs = service.spec, other.spec
    name, their_name = service.metadata["name"], other.metadata["name"]
    if (spec["clusterIP"].text == "None") != (theirs["clusterIP"].text == "None"):
        yield (
            "is headless, unlike in" if spec["clusterIP"].text == "None" else "is not headless, unlike in",
            _at(spec["clusterIP"], name),
            _at(theirs["clusterIP"], their_name),
        )
    if (spec["type"].text or "ClusterIP") != (theirs["type"].text or "ClusterIP"):
        yield "has a different type than in", _at(spec["type"], name), _at(theirs["type"], their_name)
    if _ports(service) != _ports(other):
        yield "has different ports than in", _at(spec["ports"], name), _at(theirs["ports"], their_name)


def _at(cursor: Cursor, otherwise: Cursor) -> Cursor:
    return cursor if cursor.exists else otherwise


def _ports(service: Resource) -> set[tuple[int | None, str, str]]:
    """Return the properties of ports that clients see; node ports and target ports may differ by cluster."""
    ports = service.spec["ports"]
    return {
        (port["port"].number, port["protocol"].text or "TCP", port["appProtocol"].text or port["name"].text) for port in ports
    }
