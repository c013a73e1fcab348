"""Completion of fields, values and names of the mesh, for text that does not parse yet."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from istiolint.findings.finding import Path
from istiolint.mesh import Mesh
from istiolint.resources.kinds import ISTIO, KUBERNETES, type_of
from istiolint.schema.fields import Fields
from istiolint.schema.loader import schema_for
from istiolint.server.hover import kind_of

_MARKER = re.compile(r"^---(?:[ \t].*)?$", re.MULTILINE)
_KEY = re.compile(r"(?P<dashes>(?:-[ ]+)*)(?P<key>[\w./-]+)[ ]*:(?:[ ]|$)")
_VALUE = re.compile(r"(?:^|[\s{,-])(?P<key>[\w./-]+)[ ]*:[ ]+[\"']?(?P<typed>[^\s{},\[\]\"']*)$")
_ITEM = re.compile(r"(?:^|[\s{,])(?P<key>[\w./-]+)[ ]*:[ ]+\[(?:[^\]]*,[ ]*)?[\"']?(?P<typed>[^\s,\[\]\"']*)$")
_FLOW_KEY = re.compile(r"(?:^|[\s{,-])(?P<key>[\w./-]+)[ ]*:[ ]+\{(?:[^{}]*,)?[ ]*(?P<typed>[\w./-]*)$")
_METADATA = re.compile(r"^metadata:.*(?:\n[ ].*)*", re.MULTILINE)
_NAMESPACE = re.compile(r"\bnamespace:[ ]*[\"']?([^\s,}\"']+)")


class Place(NamedTuple):
    """A place in a text: the path of the mapping or list around it, and the text typed so far.

    `key` is the key whose value is written, "" for a key or an item of a list.
    """

    path: Path
    key: str
    typed: str
    kind: str
    api_version: str
    namespace: str
    before: str
    after: str


class Proposal(NamedTuple):
    """A text to insert, and its description; `is_key` is true for fields, which a colon follows."""

    text: str
    detail: str
    is_key: bool = False


def place(text: str, offset: int) -> Place:
    """Return the place of a character of a text, found by indentation alone."""
    start = max((match.end() for match in _MARKER.finditer(text, 0, offset)), default=0)
    following = _MARKER.search(text, offset)
    document = text[start : following.start() if following else len(text)]
    *lines, current = text[start:offset].split("\n")
    value = _VALUE.search(current) or _ITEM.search(current)
    stripped = current.lstrip(" ")
    indent = len(current) - len(stripped)
    path: list[str | int] = []
    while stripped.startswith("- ") or stripped == "-":
        rest = stripped[1:].lstrip(" ")
        path.insert(0, 0)
        first, indent, stripped = indent, indent + len(stripped) - len(rest), rest
    before = _parents(lines, indent if not path else first, in_list=bool(path))
    typed = value["typed"] if value else stripped
    if not value and (flow := _FLOW_KEY.search(current)):
        typed = flow["typed"]
        path.append(flow["key"])
    return Place(
        (*before, *path), value["key"] if value else "", typed, _field(document, "kind"), _field(document, "apiVersion"),
        _namespace(document), text[start:offset], text[offset : following.start() if following else len(text)],
    )  # fmt: skip


def proposals(at: Place, meshes: Iterable[Mesh], istio_version: str) -> Iterator[Proposal]:
    """Yield the fields, values and names that are valid at a place."""
    type_ = type_of(at.api_version.rpartition("/")[0], at.kind) or ""
    key = at.key or (next((step for step in reversed(at.path) if isinstance(step, str)), "") if at.path[-1:] == (0,) else "")
    yield from _names(key, at, list(meshes))
    if at.key == "kind" and not at.path:
        yield from (Proposal(kind, group) for group, kinds in {**ISTIO, **KUBERNETES}.items() for kind in kinds)
        return
    try:
        fields = Fields(schema_for(type_, istio_version, at.api_version.rpartition("/")[2]))
    except KeyError:
        return
    node = fields.at((*at.path, at.key) if at.key else at.path)
    if at.key:
        yield from (Proposal(str(value), at.key) for value in node.get("enum", ()) if value is not None)
        if node.get("type") == "boolean":
            yield from (Proposal(value, at.key) for value in ("true", "false"))
        return
    yield from (Proposal(str(value), key) for value in node.get("enum", ()) if value is not None)
    yield from (Proposal(name, kind_of(child), True) for name, child in fields.properties(node).items())


def _names(key: str, at: Place, meshes: list[Mesh]) -> Iterator[Proposal]:
    """Yield the names of the mesh that fit a field."""
    for mesh in meshes:
        if key in ("host", "hosts"):
            services = (*mesh.all("Service"),)
            yield from (Proposal(f"{one.name}.{one.namespace}.svc.{mesh.hosts.cluster_domain}", one.title) for one in services)
            entries = (host for one in mesh.all("ServiceEntry") for host in one.spec["hosts"])
            yield from (Proposal(host.text, "ServiceEntry") for host in entries if host.text)
        elif key == "subset":
            host = _sibling(at, "host")
            subsets = mesh.destination_rules.subsets(mesh.hosts.fqdn(host, at.namespace)) if host else {}
            yield from (Proposal(name, f"subset of {host}") for name in subsets)
        elif key == "gateways":
            yield Proposal("mesh", "all sidecars")
            yield from (Proposal(f"{one.namespace}/{one.name}", one.title) for one in mesh.all("Gateway"))
        elif key == "namespace":
            found = dict.fromkeys([*mesh.namespaces, *(one.namespace for one in mesh.all("Service", "Deployment"))])
            yield from (Proposal(name, "namespace") for name in found)
        elif key in ("number", "port", "ports"):
            host = _sibling(at, "host")
            ports = (
                (port for known in mesh.hosts.exact(mesh.hosts.fqdn(host, at.namespace)) for port in known.ports) if host else ()
            )
            yield from (Proposal(str(port), f"port of {host}") for port in ports)
        elif key == "principals":
            domain = mesh.config.text("trustDomain") or "cluster.local"
            accounts = dict.fromkeys((one.namespace, one.service_account) for one in mesh.workloads.all)
            yield from (Proposal(f"{domain}/ns/{ns}/sa/{name}", "service account") for ns, name in accounts)
        labels = [step for step in at.path if isinstance(step, str)][-1:]
        if labels and labels[0] in ("matchLabels", "selector", "labels"):
            pairs = dict.fromkeys(pair for one in mesh.workloads.all for pair in one.labels.items())
            if at.key:
                yield from (Proposal(value, f"label {name}") for name, value in pairs if name == at.key)
            else:
                yield from (Proposal(name, "label of workloads", True) for name in dict.fromkeys(name for name, _ in pairs))


def unique(found: Iterable[Proposal]) -> list[Proposal]:
    """Return each proposed text once."""
    return list({proposal.text: proposal for proposal in found}.values())


def _parents(lines: list[str], indent: int, *, in_list: bool) -> list[str | int]:
    """Return the keys and list items around a line, found in the lines before it."""
    path: list[str | int] = []
    key_below, dash_below = indent + in_list, indent
    for line in reversed(lines):
        match = _KEY.match(line.lstrip(" "))
        column = len(line) - len(line.lstrip(" "))
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        dashes = [column + at for at, character in enumerate(match["dashes"] if match else "") if character == "-"]
        if match and (at := column + len(match["dashes"])) < key_below:
            path.insert(0, match["key"])
            key_below = dash_below = at
        for dash in reversed(dashes):
            if dash < dash_below:
                path.insert(0, 0)
                key_below, dash_below = dash + 1, dash
    return path


def _sibling(at: Place, key: str) -> str:
    """Return the value of a sibling key of the place: the nearest one before it, otherwise the first one after it."""
    pattern = rf"\b{key}[ ]*:[ ]+[\"']?([^\s,}}\"']+)"
    before, after = re.findall(pattern, at.before), re.findall(pattern, at.after)
    return str((before[-1:] or after[:1] or [""])[0])


def _field(document: str, name: str) -> str:
    found = re.search(rf"^{name}:[ ]*[\"']?([^\s\"'#]+)", document, re.MULTILINE)
    return found[1] if found else ""


def _namespace(document: str) -> str:
    metadata = _METADATA.search(document)
    found = _NAMESPACE.search(metadata[0]) if metadata else None
    return found[1] if found else "default"
