"""What clusters of one mesh have to agree on: their services, their names, and by which names they trust each other."""

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
    """Clusters disagree about a service that the mesh takes for one."""
    for other in mesh.neighbours.same_service(service):
        for words, here, there in _differences(service, other):
            yield finding(
                here,
                f"{words} than in the cluster `{other.cluster}`; the mesh takes the two for one service, and clients of one "
                "cluster meet what the other says",
                hint="write the Service alike in all clusters",
                related=[(there, f"in the cluster `{other.cluster}`")],
            )


@check(
    "foreign-trust-domain", severity="warning", evidence="contradiction", tags=["security"], kinds=CONFIG_KINDS,
)  # fmt: skip
def foreign_trust_domain(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Another cluster of the mesh has a trust domain that this one does not take for its own."""
    trusted = {mesh.config.text("trustDomain"), *mesh.config.names("trustDomainAliases")}
    # a CA of one's own may come with trust domains of its own
    if not mesh.neighbours.configs or mesh.config["caCertificates"] or any(has_placeholder(name) for name in trusted):
        return
    for own in (config["trustDomain"] for config in mesh_configs(resource)):
        for cluster, config in mesh.neighbours.configs.items() if own.text in trusted else ():
            other, there = config.text("trustDomain"), config.at("trustDomain")
            if other not in trusted and not has_placeholder(other):
                yield finding(
                    own,
                    f"workloads of the cluster `{cluster}` are of the trust domain `{other}`, which is none of this cluster's: "
                    "their mTLS connections are refused here, and policies do not know their principals",
                    hint=f"write `trustDomainAliases: [{other}]`, or give all clusters one trust domain",
                    related=[(there, f"the trust domain of `{cluster}`")] if there else [],
                )


@check(
    "cluster-name-repeated", severity="error", evidence="contradiction", kinds=list(INSTALL_KINDS),
)  # fmt: skip
def cluster_name_repeated(install: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Two clusters of one mesh that go by one name."""
    name = global_values(install)["multiCluster"]["clusterName"]
    if not name.literal:
        return
    for other in mesh.neighbours.resources:
        theirs = global_values(other)["multiCluster"]["clusterName"]
        if other.type in INSTALL_KINDS and theirs.text == name.text:
            yield finding(
                name,
                f"the cluster `{other.cluster}` is called `{name.text}`, too: istiod takes endpoints and proxies of both to be "
                "in one cluster, and mixes them up",
                hint="give each cluster a name of its own, and write the same into its remote secret",
                related=[(theirs, f"in the cluster `{other.cluster}`")],
            )
            return


@check(
    "resource-differs-between-clusters", severity="info", evidence="heuristic", default=False,
    kinds=["VirtualService", "DestinationRule", "AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"],
)  # fmt: skip
def resource_differs_between_clusters(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Configuration of one name that says something else in another cluster."""
    for other in mesh.neighbours.counterparts(resource):
        if resource.spec.value != other.spec.value:
            ours, theirs = resource.spec.mapping, other.spec.mapping
            fields = sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
            yield finding(
                resource.metadata["name"],
                f"the {resource.kind} is another one in the cluster `{other.cluster}`: "
                f"{', '.join(f'`{name}`' for name in fields) or '`spec`'} {'is' if len(fields) < 2 else 'are'} not the same",
                hint="each cluster applies its own to the calls that begin or end in it; write both alike if that is not meant",
                related=[(other.metadata["name"], f"in the cluster `{other.cluster}`")],
            )


def _differences(service: Resource, other: Resource) -> Iterator[tuple[str, Cursor, Cursor]]:
    spec, theirs = service.spec, other.spec
    name, their_name = service.metadata["name"], other.metadata["name"]
    if (spec["clusterIP"].text == "None") != (theirs["clusterIP"].text == "None"):
        yield (
            "the service is headless in one cluster only, otherwise",
            _at(spec["clusterIP"], name),
            _at(theirs["clusterIP"], their_name),
        )
    if (spec["type"].text or "ClusterIP") != (theirs["type"].text or "ClusterIP"):
        yield "the service has another type", _at(spec["type"], name), _at(theirs["type"], their_name)
    if _ports(service) != _ports(other):
        yield "the service has other ports", _at(spec["ports"], name), _at(theirs["ports"], their_name)


def _at(cursor: Cursor, otherwise: Cursor) -> Cursor:
    return cursor if cursor.exists else otherwise


def _ports(service: Resource) -> set[tuple[int | None, str, str]]:
    """What clients see of the ports; node ports and target ports are each cluster's own affair."""
    ports = service.spec["ports"]
    return {
        (port["port"].number, port["protocol"].text or "TCP", port["appProtocol"].text or port["name"].text) for port in ports
    }
