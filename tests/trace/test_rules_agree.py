"""On meshes that refer to each other: what rules claim about requests is what traces show, and the reverse."""

from functools import cached_property

from hypothesis import given, settings
from traced_meshes import SHARED, SOURCES, meshes

from istiolint.engine.lint import lint, understand
from istiolint.findings.finding import Diagnostic
from istiolint.settings import Settings
from istiolint.sources import Source
from istiolint.trace.places import line
from istiolint.trace.request import OUTSIDE, request
from istiolint.trace.result import Destination, Trace
from istiolint.trace.tracer import Tracer

OUTSIDE_URLS = ("http://shop.example.com/", "http://shop.example.com/a")
MESH_URLS = tuple(
    f"http://{host}{path}"
    for host in ("cart.shop.svc.cluster.local", "cart.shop.svc.cluster.local:8080", "stock.pay.svc.cluster.local:8080")
    for path in ("/", "/a")
)
CALLED = {"cart.shop.svc.cluster.local": 80, "stock.pay.svc.cluster.local": 8080}
"""The ports that workloads are configured to call."""
ENDS_ANYWAY = {"route-to-missing-subset", "destination-port-not-found", "host-not-found"}
"""What these report fails for each client."""
ENDS_IN_NAMESPACE = {"host-not-visible", "subset-not-visible"}
"""What these report fails for the clients in the namespaces that the message names."""
TLS = {"client-tls-contradicts-server", "strict-mtls-in-disabled-namespace", "strict-mtls-without-client-mtls"}
RULES = (
    *ENDS_ANYWAY, *ENDS_IN_NAMESPACE, *TLS, "destination-needs-port", "subset-without-workload", "call-hidden-by-sidecar",
    "routed-service-without-workload", "routed-workload-denied", "gateway-not-allowed", "virtual-service-hidden-from-gateway",
)  # fmt: skip


class Compared:
    """A mesh with its findings and traces."""

    def __init__(self, sources: list[Source]):
        chosen = Settings(whole_mesh=True, select=RULES)
        self.found: list[Diagnostic] = list(lint(sources, chosen).diagnostics)
        self.tracer = Tracer(understand(sources, chosen).meshes[0][1])

    def trace(self, source: str, url: str) -> Trace:
        return self.tracer.trace(request(source, "GET", url))

    @cached_property
    def traces(self) -> list[Trace]:
        urls = [(source, url) for source in SOURCES for url in (OUTSIDE_URLS if source == OUTSIDE else MESH_URLS)]
        return [self.trace(source, url) for source, url in urls]

    @cached_property
    def destinations(self) -> list[tuple[Trace, Destination]]:
        return [(trace, each) for trace in self.traces for each in trace.destinations]

    def of(self, *rules: str) -> list[Diagnostic]:
        return [each for each in self.found if each.rule in rules]

    def at(self, destination: Destination) -> set[str]:
        """The rules that report something at a destination."""
        at = destination.at
        fields = [at["host"], at["subset"], at["port"]["number"]] if at is not None else []
        lines = {line(each) for each in fields if each.exists}
        return {each.rule for each in self.found if f"{each.span.source.path}:{each.span.begins.line}" in lines}


@given(meshes())
@settings(max_examples=30)
def test_what_rules_report_happens(sources: list[Source]) -> None:
    compared = Compared(sources)
    for trace, destination in compared.destinations:
        rules = compared.at(destination)
        if rules & ENDS_ANYWAY:
            assert destination.outcome == "no-cluster", (rules, trace.request)
        for each in compared.of(*rules & ENDS_IN_NAMESPACE):
            if trace.proxy and each.span in spans(destination) and f"`{trace.proxy.namespace}`" in after_in(each.message):
                assert destination.outcome == "no-cluster", (each.message, trace.request)
    for each in compared.of("call-hidden-by-sidecar"):
        workload, host = each.message.split("`")[1], each.message.split("`")[3]
        trace = compared.trace(workload, f"http://{host}:{CALLED[host]}/")
        assert trace.outcome == "blackhole" or trace.destinations[0].outcome == "passthrough", each.message
    for each in compared.of("routed-workload-denied", "gateway-not-allowed"):
        named = each.message.split("`")[1].split()[-1]
        for trace in compared.traces:
            if trace.request.source == OUTSIDE or each.rule == "routed-workload-denied":
                leaves = [leaf for found in trace.destinations for leaf in found.leaves]
                mine = [leaf for leaf in leaves if f"{leaf.workload.namespace}/{leaf.workload.resource.name}" == named]
                assert all(leaf.verdict != "allowed" for leaf in mine), (each.message, trace.request)


def spans(destination: Destination) -> list[object]:
    at = destination.at
    return [each.place.span() for each in (at["host"], at["subset"]) if each.exists] if at is not None else []


def after_in(message: str) -> str:
    """The part of a message that names the namespaces of the clients."""
    return message.partition("proxies in ")[2] or message.partition("gateways in ")[2]


@given(meshes())
@settings(max_examples=30)
def test_what_fails_is_reported(sources: list[Source]) -> None:
    compared = Compared(sources)
    everything = {each.rule for each in compared.found}
    for trace, destination in compared.destinations:
        if destination.at is not None and destination.outcome == "no-cluster":
            assert compared.at(destination) or is_argued(trace, destination, compared), (trace.request, destination)
        if destination.at is not None and destination.outcome == "no-endpoints":
            assert everything & {"subset-without-workload", "routed-service-without-workload"}, (trace.request, destination)
        if trace.request.source in SHARED and destination.outcome == "routed":
            for leaf in destination.leaves:
                if leaf.verdict == "tls-refused":
                    assert everything & TLS, (trace.request, leaf)


def is_argued(trace: Trace, destination: Destination, compared: Compared) -> bool:
    """Whether the destination fails for some clients or ports only, which rules do not report: others may be meant."""
    subset, port = destination.subset, destination.at["port"] if destination.at is not None else None
    reasons = [step.words for step in trace.steps if step.stage == "destination" and "503 NC" in step.words]
    if any("is not exported to" in words or "does not import it" in words for words in reasons):
        return True
    if any("for this client defines subset" in words for words in reasons):
        return subset in compared.tracer.model.mesh.destination_rules.subsets(destination.host)
    registry = compared.tracer.model.registry
    wanted = {each.number for service in registry.named(destination.host) for each in service.ports}
    return (
        port is not None
        and not port.exists
        and any(each.port(number) for each in registry.named(trace.request.host) for number in wanted)
    )
