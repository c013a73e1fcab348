"""Pictures of small meshes."""

from istiolint.engine.lint import lint
from istiolint.findings.finding import Diagnostic
from istiolint.graph.build import attach, picture_of
from istiolint.graph.picture import Edge, Picture
from istiolint.settings import Settings
from istiolint.sources import Source

WORKLOAD = """\
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{selector: {{app: {name}}}, ports: [{{name: http, port: 80, targetPort: 8080}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      serviceAccountName: {name}
      containers: [{{name: app, image: a:1, env: [{{name: PEER_URL, value: "{calls}"}}]}}]
---
"""
NAMESPACES = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: Namespace
metadata: {name: legacy, labels: {istio-injection: disabled}}
---
"""


def workload(name: str, namespace: str = "shop", calls: str = "") -> str:
    """A Deployment and its Service."""
    return WORKLOAD.format(name=name, namespace=namespace, calls=calls)


def drawn(*texts: str, settings: Settings | None = None) -> tuple[Picture, list[Diagnostic]]:
    """The picture of the only target of some manifests, and the findings."""
    pictures: list[Picture] = []
    source = Source("mesh.yaml", NAMESPACES + "".join(texts))
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
