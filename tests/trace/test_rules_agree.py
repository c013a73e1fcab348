"""On meshes that refer to each other: what rules claim about requests is what traces show, and the reverse."""

import re
from functools import cached_property

from hypothesis import given, settings
from traced_meshes import SHARED, SOURCES, meshes

from istiolint.engine.lint import lint, understand
from istiolint.findings.finding import Diagnostic
from istiolint.settings import Settings
from istiolint.sources import Source
from istiolint.trace.places import line, span
from istiolint.trace.request import OUTSIDE, request
from istiolint.trace.result import Destination, Leaf, Trace
from istiolint.trace.tracer import Tracer

OUTSIDE_URLS = (
    "http://shop.example.com/", "http://shop.example.com/a", "http://edge.example.com:8080/a", "http://shop.example.com:8080/a",
    "http://edge.example.com:8081/a",
)  # fmt: skip
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
BACKENDS = {"backend-not-found", "backend-not-granted", "destination-port-not-found", "weights-all-zero"}
"""What these report at a backend of the Gateway API ends with 500."""
NOT_ATTACHED = {
    "hostname-not-served-by-listener", "route-not-allowed-by-gateway", "listener-not-found", "parent-service-not-found",
    "delegate-outside-root-match",
}  # fmt: skip
"""No request takes a route of which these report that it has no effect."""
IDENTITIES = {"identity-without-mtls"}
RULES = (
    *BACKENDS, *NOT_ATTACHED, *IDENTITIES, *ENDS_ANYWAY, *ENDS_IN_NAMESPACE, *TLS, "strict-mtls-breaks-workload",
    "destination-needs-port", "subset-without-workload", "call-hidden-by-sidecar", "routed-service-without-workload",
    "routed-workload-denied", "gateway-not-allowed", "virtual-service-hidden-from-gateway",
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
    claims_about_routes(compared)
    claims_about_mutual_tls(compared)
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


def claims_about_routes(compared: Compared) -> None:
    """Backends of the Gateway API, and routes that do not attach: each route here has one rule with one backend."""
    for each in compared.of(*BACKENDS, *NOT_ATTACHED):
        for trace in compared.traces:
            route = trace.route
            if route is None or each.resource is None or (route.owner.kind, route.owner.namespace, route.owner.name) != (
                each.resource.kind, each.resource.namespace, each.resource.name,
            ):  # fmt: skip
                continue
            assert each.rule not in NOT_ATTACHED, (each.message, trace.request)
            if route.owner.type != "VirtualService":
                assert (trace.outcome, trace.statuses) == ("no-cluster", [500]), (each.message, trace.request)


def claims_about_mutual_tls(compared: Compared) -> None:
    """Calls that fail by their TLS, and identities that no proxy sees."""
    for each in compared.of(*TLS, *IDENTITIES, "strict-mtls-breaks-workload"):
        for trace in compared.traces:
            rejected = [leaf for leaf in claimed_leaves(each, trace) if leaf.verdict != "tls-refused"]
            if each.rule in IDENTITIES:
                rejected = [leaf for leaf in rejected if leaf.client_tls == "mtls"]
            assert not rejected, (each.message, trace.request)


def claimed_leaves(each: Diagnostic, trace: Trace) -> list[Leaf]:
    """The workloads of a trace about which a finding says that they reject the connection."""
    leaves = [leaf for found in trace.destinations for leaf in found.leaves]
    named = [leaf for leaf in leaves if leaf.workload.title in each.message]
    by_rule = [step for step in trace.steps if step.stage == "tls" and "the DestinationRule sets" in step.words]
    source = str(trace.request.source)
    if each.rule in IDENTITIES:
        return named
    if each.rule == "client-tls-contradicts-server":
        port = re.search(r"on port (\d+)", each.message)
        applies = any(span(at) == each.span for step in by_rule for at in step.places)
        return [leaf for leaf in named if applies and (port is None or leaf.port == int(port[1]))]
    if each.rule == "strict-mtls-breaks-workload":
        return leaves if source in each.message and "/cart`" in each.message and "/cart." in f"/{trace.request.host}" else []
    namespace = source.partition("/")[0]
    own = [found for found in trace.destinations if f".{namespace}.svc." in found.host and source in SHARED]
    served = [found for found in own if f"/{found.host.partition('.')[0]}`" in each.message and not by_rule]
    return [leaf for found in served for leaf in found.leaves if leaf.mode == "STRICT"]


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
        if trace.route is not None and trace.route.owner.type != "VirtualService":
            assert destination.outcome != "no-cluster" or everything & BACKENDS, (trace.request, destination)
        elif destination.at is not None and destination.outcome == "no-cluster":
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
