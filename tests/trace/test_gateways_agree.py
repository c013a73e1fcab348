"""On meshes of gateways: what rules claim about hosts and routes at a gateway is what traces show, and the reverse."""

from collections import defaultdict

from gateway_meshes import NAMED, gateway_meshes
from hypothesis import given, settings

from istiolint.engine.lint import lint, understand
from istiolint.findings.finding import Diagnostic
from istiolint.mesh.host_index import covers
from istiolint.settings import Settings
from istiolint.sources import Source
from istiolint.trace.request import request
from istiolint.trace.result import Trace
from istiolint.trace.tracer import Tracer

URLS = [f"{scheme}://{host}{port}/" for host in NAMED for scheme, port in (("http", ""), ("https", ""), ("http", ":8080"))]
UNUSED = {
    "virtual-service-hidden-from-gateway", "host-not-served-by-gateway", "gateway-not-found", "hostname-not-served-by-listener",
    "route-not-allowed-by-gateway", "listener-not-found", "parent-gateway-not-found", "gateway-host-without-gateways",
}  # fmt: skip
"""Rules that report a route which a gateway does not use."""
NO_ROUTES = {"gateway-host-without-gateways", "gateway-host-without-routes"}
"""Rules that report a host without routes."""


class Compared:
    """A mesh with its findings, by the resource at which they are, and its traces."""

    def __init__(self, sources: list[Source]):
        chosen = Settings(whole_mesh=True, select=(*UNUSED, *NO_ROUTES, "conflicting-gateways"))
        self.found = list(lint(sources, chosen).diagnostics)
        self.tracer = Tracer(understand(sources, chosen).meshes[0][1])
        self.traces = [(url, self.tracer.trace(request("outside", "GET", url))) for url in URLS]
        self.at: dict[str, list[Diagnostic]] = defaultdict(list)
        for each in self.found:
            self.at[str(each.resource)].append(each)


@given(gateway_meshes())
@settings(max_examples=20)
def test_what_rules_report_happens(sources: list[Source]) -> None:
    compared = Compared(sources)
    for url, trace in compared.traces:
        for found in compared.found:
            if found.rule in NO_ROUTES and trace.proxy is not None and trace.proxy.gateway is None:
                host = found.message.split("`")[1].lower()
                if covers(host, trace.request.host) and is_about(found, trace, compared):
                    assert trace.outcome in ("no-route", "no-listener", "redirect"), (url, found.message)
        if trace.route is not None and trace.proxy is not None:
            owner = trace.route.owner
            rules = {each.rule for each in compared.at[owner.title]} & UNUSED
            references = len(list(owner.spec["gateways"])) + len(list(owner.spec["parentRefs"]))
            assert not rules or references > 1 or rules == {"hostname-not-served-by-listener"}, (url, rules)


def is_about(found: Diagnostic, trace: Trace, compared: Compared) -> bool:
    """Whether a finding that names one server is about the port of a request; one at a Gateway is about all of its ports."""
    assert trace.proxy is not None
    places = [place for place, _ in found.related]
    named = [each for each in compared.tracer.model.gateways.of(trace.proxy).servers if each.at["hosts"].place.span() in places]
    return not named or any(each.port == trace.request.port for each in named)


@given(gateway_meshes())
@settings(max_examples=20)
def test_what_gets_404_is_reported(sources: list[Source]) -> None:
    compared = Compared(sources)
    for url, trace in compared.traces:
        if trace.outcome == "no-route" and not any(step.stage == "route" for step in trace.steps):
            assert is_reported(trace, compared), (url, [step.words for step in trace.steps])


def is_reported(trace: Trace, compared: Compared) -> bool:
    """Whether a rule says why no route has the host.

    A VirtualService for sidecars or another gateway may be meant as it is, and so may a wildcard without routes.
    """
    model = compared.tracer.model
    assert trace.proxy is not None
    opened = [step.places[0] for step in trace.steps if step.stage == "listener"]
    servers = [server for server in model.gateways.of(trace.proxy).servers if server.at["port"] in opened]
    names = {server.name for server in servers}
    having = [each for each in model.virtual_services.all if any(covers(host, trace.request.host) for host, _ in each.hosts)]
    for each in having:
        if names & each.gateways and not {found.rule for found in compared.at[each.resource.title]} & UNUSED:
            return False
    named = [server for server in servers if any(host == trace.request.host for _, host in server.hosts)]
    return (
        bool(having)
        or not named
        or trace.proxy.gateway is not None
        or "gateway-host-without-routes" in {found.rule for server in named for found in compared.at[server.gateway.title]}
    )
