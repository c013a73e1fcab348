"""What a repository shows about its mesh, for its first configuration."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from istiolint.documents import Document, read
from istiolint.documents.placeholders import has_placeholder
from istiolint.findings.finding import Place
from istiolint.mesh import Mesh
from istiolint.mesh.gateways import MESH, bound_gateways
from istiolint.mesh.virtual_services import destinations
from istiolint.settings import NEWEST, OLDEST, minor
from istiolint.sources import Source

_IMAGE = re.compile(r"\b(?:pilot|proxyv2|install-cni|ztunnel):v?(?P<release>1\.\d+)(?=[.\s\"'-]|$)")
_RELEASE = re.compile(r"v?(?P<release>1\.\d+)(?:[.-].*)?")
_CHARTS = ("istiod", "istiod-remote", "ztunnel")
"""Charts of Istio whose names are unique to it; other projects also have charts named `base` and `gateway`."""


class Clue(NamedTuple):
    """A release of Istio such as `1.30`, and the place that mentions it, as `path:line`."""

    release: str
    where: str


class Survey(NamedTuple):
    """The findings of a survey: environments with namespaces, suggested by names and labels; clusters, suggested by folders."""

    releases: list[Clue]
    environments: dict[str, list[str]]
    clusters: dict[str, str]
    charts: list[str]
    gateways: list[str]
    hosts: list[str]


def survey(sources: Sequence[Source], meshes: Iterable[Mesh]) -> Survey:
    """Survey files and their meshes."""
    meshes = list(meshes)
    return Survey(
        sorted(set(_releases(sources)), key=lambda clue: (minor(clue.release), clue.where)),
        _environments(meshes),
        _clusters(source.path for source in sources),
        sorted(str(PurePosixPath(source.path).parent) for source in sources if PurePosixPath(source.path).name == "Chart.yaml"),
        sorted({name for mesh in meshes for name in _missing_gateways(mesh)}),
        sorted({name for mesh in meshes for name in _missing_hosts(mesh)}),
    )


def _releases(sources: Iterable[Source]) -> Iterator[Clue]:
    for source in sources:
        for image in _IMAGE.finditer(source.text):
            yield from _clue(image["release"], source, image.start())
        if any(word in source.text for word in (*_CHARTS, "IstioOperator", "sailoperator.io")):
            for document in read(source):
                for at in _versions(document.data, ()):
                    yield from _written(document, at)


def _versions(data: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Yield the places at which a chart of Istio, or a resource that installs it, names its version."""
    if isinstance(data, dict):
        if data.get("chart") in _CHARTS or data.get("name") in _CHARTS:
            yield from ((*path, key) for key in ("targetRevision", "version") if key in data)
        if data.get("kind") in ("IstioOperator", "Istio", "ZTunnel", "IstioCNI"):
            yield from ((*path, "spec", key) for key in ("tag", "version"))
        for key, value in data.items():
            yield from _versions(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _versions(value, (*path, index))


def _written(document: Document, path: tuple[str | int, ...]) -> Iterator[Clue]:
    value: Any = document.data
    for step in path:
        value = value.get(step) if isinstance(value, dict) else value[step] if isinstance(step, int) else None
    if isinstance(value, str) and (found := _RELEASE.fullmatch(value)):
        yield from _clue(found["release"], document.source, document.locate(Place(document, path)).start)


def _clue(release: str, source: Source, offset: int) -> Iterator[Clue]:
    if minor(OLDEST) <= minor(release) <= minor(NEWEST):
        yield Clue(release, f"{source.path}:{source.position(offset).line}")


def _environments(meshes: Iterable[Mesh]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = {}
    for mesh in meshes:
        for resource in mesh.all("Namespace", "VirtualService", "DestinationRule", "Deployment", "AuthorizationPolicy"):
            environment = mesh.environments.of(resource)
            name = resource.name if resource.type == "Namespace" else resource.namespace
            if environment and not has_placeholder(name):
                found.setdefault(environment.stage, set()).add(name)
    return {stage: sorted(names) for stage, names in sorted(found.items())}


def _clusters(paths: Iterable[str]) -> dict[str, str]:
    """Return the folders in a folder `clusters` by name, if there are several."""
    found: dict[str, str] = {}
    for path in paths:
        folders = PurePosixPath(path.replace("\\", "/")).parent.parts
        if "clusters" in folders[:-1]:
            at = folders.index("clusters") + 1
            found.setdefault(folders[at], str(PurePosixPath(*folders[: at + 1])))
    return dict(sorted(found.items())) if len(found) > 1 else {}


def _missing_gateways(mesh: Mesh) -> Iterator[str]:
    for virtual_service in mesh.all("VirtualService"):
        for name, gateway in bound_gateways(virtual_service):
            if name.name != MESH and not mesh.gateways.find(name) and not gateway.unresolved:
                yield f"{name.namespace}/{name.name}"


def _missing_hosts(mesh: Mesh) -> Iterator[str]:
    for virtual_service in mesh.all("VirtualService"):
        for destination in destinations(virtual_service):
            host = destination["host"].text
            fqdn = mesh.hosts.fqdn(host, virtual_service.namespace)
            if host and not has_placeholder(host) and next(mesh.hosts.covering(fqdn), None) is None:
                yield fqdn
