"""Whether calls along an edge succeed: TLS of client and server, and policies."""

from collections.abc import Sequence

from istiolint.access.table import Access, Client, access_of
from istiolint.graph.picture import Edge, Fact
from istiolint.mesh.injection import is_control_plane, is_gateway
from istiolint.resources.cursor import Cursor
from istiolint.trace.model import Model
from istiolint.trace.places import span
from istiolint.trace.proxies import Proxy
from istiolint.trace.services import Port, Service

_ORDER = {"": 3, "all": 2, "some": 1, "none": 0}


def judge(edge: Edge, model: Model, client: Proxy, fqdn: str, ports: Sequence[int]) -> None:
    """Set TLS and verdict of an edge for calls from a client to a host; the strictest verdict wins."""
    service = next((each for each in model.registry.named(fqdn) if each.resource is not None), None)
    if service is None:
        return
    for port in service.ports:
        if port.protocol != "UDP" and (not ports or port.number in ports):
            _judge_port(edge, model, client, service, port)


def _judge_port(edge: Edge, model: Model, client: Proxy, service: Service, port: Port) -> None:
    resource = service.resource
    workloads = model.mesh.workloads.of_service(resource) if service.type == "Service" and resource is not None else ()
    workloads = [each for each in workloads if not is_control_plane(each) and not is_gateway(each)]
    if workloads:
        access = access_of(model, service, port, Client(client.title, client), workloads)
        _take_tls(edge, access.tls)
        _take_access(edge, access, port)
    elif client.kind == "none":
        _take_tls(edge, "plaintext")
    elif service.external or service.type == "ServiceEntry":
        opened = model.opened(client, service, port.number)
        _take_tls(edge, opened.tls)
        _note(edge, "TLS", f"port {port.number}: {opened.words}: {opened.because}", opened.at)


def _take_tls(edge: Edge, tls: str) -> None:
    edge.tls = tls if edge.tls in ("", tls) else "mixed"  # type: ignore[assignment]


def _take_access(edge: Edge, access: Access, port: Port) -> None:
    if _ORDER[access.verdict] < _ORDER[edge.verdict]:
        edge.verdict = access.verdict
    at = next(iter(access.places), None)
    _note(edge, "access", f"port {port.number}: {access.words} ({access.because})", at)
    if access.verdict == "none" and not edge.broken and access.sure:
        edge.broken = f"port {port.number}: {access.because}"


def _note(edge: Edge, topic: str, words: str, at: Cursor | None) -> None:
    edge.note(Fact(topic, words, span(at) if at is not None else None))
