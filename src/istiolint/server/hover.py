"""What hovering shows: the rule of a finding, what a field accepts, and what a name resolves to. Manifest text is escaped."""

import re
from collections.abc import Iterable, Iterator

from istiolint.findings.escape import printable
from istiolint.findings.finding import Diagnostic, Path, field_path
from istiolint.mesh import Mesh
from istiolint.report.addresses import rule_page
from istiolint.resources.kinds import ISTIO
from istiolint.resources.resource import Resource
from istiolint.rules.pages import pages
from istiolint.schema.fields import Fields, Node
from istiolint.schema.loader import schema_of
from istiolint.server.meaning import Meaning, selected

_MOST = 10
_TICKS = re.compile("`+")
_WORD = re.compile("[A-Z][a-z]+")


def code(text: str) -> str:
    """Return a text as code of Markdown, whatever it contains."""
    text = printable(text)
    fence = "`" * (1 + max((len(run) for run in _TICKS.findall(text)), default=0))
    return f"{fence} {text} {fence}" if text[:1] == "`" or text[-1:] == "`" else f"{fence}{text}{fence}"


def of_finding(found: Diagnostic) -> str:
    """Return the title and the summary of the rule of a finding, with a link to its page."""
    page, address = pages().get(found.rule), rule_page(found.rule)
    title = f"**{page.title}** ({code(found.rule)})" if page else code(found.rule)
    more = f"[{found.rule}]({address})" if address else f"`istiolint explain {found.rule}`"
    return "\n\n".join(filter(None, (title, page.summary if page else "", f"More: {more}")))


def of_field(resource: Resource, own: Path) -> str | None:
    """Return what the schema says about a field: its type, its values, and the first release of Istio that has it."""
    schema = schema_of(resource.type or "")
    node = Fields(schema).at(own) if schema and own else {}
    if not node:
        return None
    facts = [f"{code(field_path(own))}: {kind_of(node)}"]
    if values := node.get("enum"):
        facts.append("Values: " + ", ".join(code(str(value)) for value in values if value is not None))
    if "minimum" in node or "maximum" in node:
        facts.append(f"Range: {node.get('minimum', '…')} to {node.get('maximum', '…')}")
    if required := node.get("required"):
        facts.append("Required: " + ", ".join(map(code, required)))
    for key, words in (("x-since", "Since"), ("x-deprecated", "Deprecated since"), ("x-removed", "Removed in")):
        if isinstance(node.get(key), str):
            facts.append(f"{words} Istio {node[key]}")
    if page := _reference(resource):
        facts.append(f"[{resource.kind} reference]({page})")
    return "\n\n".join(facts)


def _reference(resource: Resource) -> str | None:
    """Return a link to the page of Istio's documentation that describes a kind."""
    words = _WORD.findall(resource.type or "")
    match resource.type:
        case "PeerAuthentication" | "RequestAuthentication":
            page = f"security/{'_'.join(words)}"
        case "AuthorizationPolicy":
            page = "security/authorization-policy"
        case "Telemetry":
            page = "telemetry"
        case "WasmPlugin":
            page = "proxy_extensions/wasm-plugin"
        case kind if kind in ISTIO["networking.istio.io"]:
            page = f"networking/{'-'.join(words)}"
        case _:
            return None
    return f"https://istio.io/latest/docs/reference/config/{page.lower()}/"


def kind_of(node: Node) -> str:
    """Return the type of a field in words."""
    types = node.get("type") or "any"
    written = " or ".join(types) if isinstance(types, list) else str(types)
    if written == "array" and isinstance(node.get("items"), dict):
        return f"list of {node['items'].get('type', 'object')}"
    return written


def of_meaning(found: Meaning, namespace: str, mesh: Mesh) -> str:
    """Return what a name resolves to."""
    lines = list(_meaning(found, namespace, mesh))
    return "\n\n".join(lines)


def of_selector(resource: Resource, mesh: Mesh) -> str | None:
    """Return how many workloads a selector selects."""
    found = selected(resource, mesh)
    return f"{found[1]} workload{'' if found[1] == 1 else 's'} selected" if found else None


def _meaning(found: Meaning, namespace: str, mesh: Mesh) -> Iterator[str]:
    kind, name = found.key[0], "/".join(found.key[1:])
    if not found.definitions:
        yield f"{kind} {code(name)}: not found in the files that were read"
        return
    if kind == "account":
        yield f"service account {code(name)}, used by {_titles(found.resources)}"
    elif kind in ("host", "port"):
        yield f"{kind} {code(name)}: {_titles(found.resources)}"
    else:
        yield f"{kind} {code(name)}, defined in {_titles(found.resources) if found.resources else _files(found)}"
    if kind == "host":
        yield from _host(found, namespace, mesh)


def _host(found: Meaning, namespace: str, mesh: Mesh) -> Iterator[str]:
    for service in (one for one in found.resources if one.type == "Service"):
        workloads = mesh.workloads.of_service(service)
        yield f"Workloads: {_titles(one.resource for one in workloads)}"
        modes = sorted({mode for one in workloads for mode in mesh.mtls.of(one).modes})
        if modes:
            yield f"mTLS of the workloads: {', '.join(map(code, modes))}"
    rules = mesh.destination_rules.visible_from(namespace, found.key[1])
    if rules:
        yield f"DestinationRule in {code(namespace)}: {_titles(rules)}"


def _titles(resources: Iterable[Resource]) -> str:
    titles = list(dict.fromkeys(one.title for one in resources))
    more = f" and {len(titles) - _MOST} more" if len(titles) > _MOST else ""
    return ", ".join(map(code, titles[:_MOST])) + more or "none"


def _files(found: Meaning) -> str:
    return ", ".join(code(path) for path in dict.fromkeys(at.place.span().source.path for at in found.definitions))
