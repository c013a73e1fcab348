"""What the names in manifests mean: hosts, subsets, gateways, service accounts, delegates, providers, and ports."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from istiolint.documents.document import Document
from istiolint.documents.layout import Node
from istiolint.findings.finding import Path
from istiolint.mesh import Mesh
from istiolint.mesh.gateways import MESH, gateway_name
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KNOWN, KUBERNETES_GATEWAY
from istiolint.resources.resource import Resource

Key = tuple[str, ...]
_WITH_HOSTS = ("VirtualService", "DestinationRule", "ServiceEntry", "Sidecar")


class Meaning(NamedTuple):
    """The object that a name refers to: equal keys mean the same object. `short` is part of every reference."""

    key: Key
    definitions: Sequence[Cursor]
    short: str
    resources: Sequence[Resource] = ()


def path_at(document: Document, offset: int) -> tuple[Path, bool] | None:
    """Return the path of the field at a character of a document, and whether the character is in its key; None if the
    document does not parse."""
    if document.data is None:
        return None
    node: Node | None = document.layout.root
    path: list[str | int] = []
    while node is not None and node.children:
        for step, extent in node.children.items():
            on_key = isinstance(step, str) and extent.key_start <= offset <= extent.key_end
            if on_key or min(extent.start, extent.key_start) <= offset <= extent.end:
                path.append(step)
                if on_key:
                    return tuple(path), True
                node = extent.node
                break
        else:
            break
    return tuple(path), False


def field(resource: Resource, path: Path) -> Cursor:
    """Return the field at a path of a resource."""
    found: Cursor = resource
    for step in path:
        found = found[step]
    return found


def meaning(resource: Resource, own: Path, mesh: Mesh) -> Meaning | None:
    """Return what the text at a path of a resource refers to; None if it is not a name."""
    text = _text(field(resource, own))
    if not own or not text:
        return None
    names = [step for step in own if isinstance(step, str)]
    parent = field(resource, own[:-1])
    if own == ("metadata", "name"):
        return _own_name(resource, mesh)
    if names[-2:] == ["port", "number"] and "destination" in names:
        return _port(field(resource, own[:-2])["host"].text, text, resource.namespace, mesh)
    return _by_field(names, text, parent, resource, mesh) if names else None


def _by_field(names: list[str], text: str, parent: Cursor, resource: Resource, mesh: Mesh) -> Meaning | None:
    namespace, other = resource.namespace, parent["namespace"].text or resource.namespace
    found: Meaning | None = None
    match names[-2:]:
        case ["subsets", "name"] if resource.type == "DestinationRule":
            found = _subset(resource.spec["host"].text, text, namespace, mesh)
        case [_, "subset"]:
            found = _subset(parent["host"].text, text, namespace, mesh)
        case [_, "host" | "hosts"] if resource.type in _WITH_HOSTS:
            owner, _, host = text.rpartition("/")
            found = _host(host, namespace if owner in ("", ".", "*", "~") else owner, mesh)
        case ["backendRefs", "name"]:
            found = _host(text, other, mesh)
        case [_, "gateways"] if text != MESH:
            found = _gateway(*gateway_name(text, namespace), mesh)
        case ["parentRefs", "name"]:
            found = _gateway(other, text, mesh, KUBERNETES_GATEWAY)
        case [_, "principals"] if (parts := text.split("/"))[-2:-1] == ["sa"] and len(parts) >= 4:
            found = _account(parts[-3], parts[-1], mesh)
        case [_, "serviceAccountName" | "serviceAccount"]:
            found = _account(namespace, text, mesh)
        case ["delegate", "name"]:
            found = _virtual_service(other, text, mesh)
        case ["provider" | "providers" | "extensionProviders", "name"]:
            found = _provider(text, mesh)
        case ["ports", "port"] if resource.type == "Service":
            found = _port(resource.name, text, namespace, mesh)
    return found


def references(wanted: Meaning, mesh: Mesh) -> Iterator[Cursor]:
    """Yield every place in a mesh that refers to the same object, including definitions."""
    for resource in mesh.all(*sorted(KNOWN)):
        if wanted.short not in resource.document.text:
            continue
        for at in _texts(resource):
            if wanted.short in _text(at):
                found = meaning(resource, at.path[len(resource.path) :], mesh)
                if found and found.key == wanted.key:
                    yield at


def selected(resource: Resource, mesh: Mesh) -> tuple[Cursor, int] | None:
    """Return the selector of a resource, and how many workloads it selects; None for a resource without one."""
    if resource.type == "Service" and resource.spec["selector"].labels:
        return resource.spec["selector"], len(mesh.workloads.of_service(resource))
    at = resource.spec["selector"]
    if resource.type == "Gateway" and at.labels:
        return at, len(mesh.workloads.selected(at.labels, None))
    labels = (at["matchLabels"] if at["matchLabels"].exists else resource.spec["workloadSelector"]["labels"]).labels
    if labels and resource.group.endswith("istio.io"):
        namespace = None if resource.namespace == mesh.root_namespace else resource.namespace
        shown = at if at.exists else resource.spec["workloadSelector"]
        return shown, len(mesh.workloads.selected(labels, namespace))
    return None


def _texts(at: Cursor) -> Iterator[Cursor]:
    for child in (*at, *(value for _, value in at.items())):
        if isinstance(child.value, dict | list):
            yield from _texts(child)
        elif isinstance(child.value, str | int):
            yield child


def _text(at: Cursor) -> str:
    return at.text or (str(at.number) if at.number is not None else "")


def _own_name(resource: Resource, mesh: Mesh) -> Meaning | None:
    namespace, name = resource.namespace, resource.name
    match resource.type:
        case "Service":
            return _host(name, namespace, mesh)
        case "Gateway" | "KubernetesGateway":
            return _gateway(namespace, name, mesh, resource.type)
        case "ServiceAccount":
            return _account(namespace, name, mesh)
        case "VirtualService":
            return _virtual_service(namespace, name, mesh)
    return None


def _host(host: str, namespace: str, mesh: Mesh) -> Meaning:
    fqdn = mesh.hosts.fqdn(host, namespace)
    known = list(mesh.hosts.exact(fqdn)) or list(mesh.hosts.covering(fqdn))
    places = [place[0] for one in known if (place := one.place)]
    return Meaning(("host", fqdn), places, host.partition(".")[0], [one.resource for one in known if one.resource])


def _subset(host: str, name: str, namespace: str, mesh: Mesh) -> Meaning:
    fqdn = mesh.hosts.fqdn(host, namespace)
    found = [
        subset["name"]
        for rule in mesh.destination_rules.covering(fqdn)
        for subset in rule.spec["subsets"]
        if subset["name"].text == name
    ]
    return Meaning(("subset", fqdn, name), found, name)


def _gateway(namespace: str, name: str, mesh: Mesh, type_: str = "Gateway") -> Meaning:
    found = [one for one in mesh.all(type_) if (one.namespace, one.name) == (namespace, name)]
    return Meaning((type_, namespace, name), [one.metadata["name"] for one in found], name, found)


def _account(namespace: str, name: str, mesh: Mesh) -> Meaning:
    found = mesh.get("ServiceAccount", namespace, name)
    workloads = [one.resource for one in mesh.workloads.of_account(namespace, name)]
    places = [found.metadata["name"]] if found else [one.metadata["name"] for one in workloads]
    return Meaning(("account", namespace, name), places, name, workloads)


def _virtual_service(namespace: str, name: str, mesh: Mesh) -> Meaning:
    found = list(mesh.virtual_services.find(namespace, name))
    return Meaning(("virtual service", namespace, name), [one.metadata["name"] for one in found], name, found)


def _provider(name: str, mesh: Mesh) -> Meaning:
    listed = (provider for config in mesh.config.sources for provider in config["extensionProviders"])
    return Meaning(("provider", name), [one["name"] for one in listed if one["name"].text == name], name)


def _port(host: str, port: str, namespace: str, mesh: Mesh) -> Meaning:
    fqdn = mesh.hosts.fqdn(host, namespace)
    resources = [one.resource for one in mesh.hosts.exact(fqdn) if one.resource]
    places = [
        at for one in resources for each in one.spec["ports"] for at in (each["port"], each["number"]) if str(at.number) == port
    ]
    return Meaning(("port", fqdn, port), places, port, resources)
