"""One service in several clusters."""

from collections.abc import Iterator

from istiolint.cursor import Cursor
from istiolint.finding import Finding
from istiolint.mesh import Mesh
from istiolint.resource import Resource
from istiolint.rules import check, finding


@check(
    "service-differs-between-clusters", severity="warning", evidence="contradiction", category="traffic", kinds=["Service"],
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
