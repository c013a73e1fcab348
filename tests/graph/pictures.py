"""Pictures of small meshes."""

from manifests import IN_MESH, OUTSIDE, as_text, deployment, namespace, service

from istiolint.engine.lint import lint
from istiolint.findings.finding import Diagnostic
from istiolint.graph.build import attach, picture_of
from istiolint.graph.picture import Edge, Picture
from istiolint.settings import Settings
from istiolint.sources import Source


def workload(name: str, space: str = "shop", calls: str = "") -> str:
    """A Deployment and its Service."""
    return as_text(service(name, space), deployment(name, space, calls=calls))


def drawn(*texts: str, settings: Settings | None = None) -> tuple[Picture, list[Diagnostic]]:
    """The picture of the only target of some manifests, and the findings."""
    pictures: list[Picture] = []
    source = Source("mesh.yaml", as_text(namespace("shop", **IN_MESH), namespace("legacy", **OUTSIDE)) + "".join(texts))
    report = lint([source], settings, look=lambda mesh_name, mesh: pictures.append(picture_of(mesh, mesh_name)))
    attach(pictures, report.diagnostics)
    return pictures[0], report.diagnostics


def edge(picture: Picture, source: str, target: str) -> Edge:
    """The only edge between two nodes, by their titles."""
    (found,) = (
        edge
        for edge in picture.edges.values()
        if (picture.nodes[edge.source].title, picture.nodes[edge.target].title) == (source, target)
    )
    return found
