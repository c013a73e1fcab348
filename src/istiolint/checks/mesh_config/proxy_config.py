"""The configuration of proxies: `defaultConfig` of the mesh, and the annotation `proxy.istio.io/config` of pods."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import EMPTY_FIELD, INVALID_ADDRESS, INVALID_PORT
from istiolint.documents.placeholders import has_placeholder
from istiolint.fields.durations import finer_than
from istiolint.fields.ports import port_faults
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import CONFIG_KINDS, PROXY_KINDS, proxy_configs
from istiolint.primitives.durations import NANOSECONDS, nanoseconds
from istiolint.primitives.proxy_addresses import proxy_address_fault
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check
from istiolint.schema.rules import INVALID_DURATION, MISSING_FIELD, OUT_OF_RANGE, UNKNOWN_VALUE

_NOT_EMPTY = ("configPath", "binaryPath", "serviceCluster", "discoveryAddress")
_TRACERS = {"lightstep": ("address", "accessToken"), "zipkin": ("address",), "datadog": ("address",)}
"""What tracers need."""
_OTHER_TRACERS = ("stackdriver", "openCensusAgent")
_HOST_IP = "$(HOST_IP)"
_WINDOW = 65535
_LIMITS = {
    "listenerPerConnectionBufferLimitBytes": 0, "clusterPerConnectionBufferLimitBytes": 0, "httpMaxConcurrentStreams": 1,
    "http2InitialStreamWindowSize": _WINDOW, "http2InitialConnectionWindowSize": _WINDOW, "listenerConnectionLimit": 1,
    "globalDownstreamConnectionLimit": 1,
}  # fmt: skip
"""The least that limits of connections may be."""
_TIMES = (
    "httpIdleTimeout", "httpMaxConnectionDuration", "httpDrainTimeout", "httpRequestTimeout", "httpRequestHeadersTimeout",
    "httpStreamIdleTimeout", "httpMaxStreamDuration",
)  # fmt: skip
_REFUSES = "istiod refuses the configuration"


def _tracers(config: Cursor) -> list[Cursor]:
    """The addresses to which traces go."""
    return [config["tracing"][name]["address"] for name in _TRACERS]


@further_check(MISSING_FIELD, kinds=CONFIG_KINDS, rows=["PX-09", "PX-10", "PX-11", "PX-12"])
def incomplete_tracers(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Tracers that lack what they need. (What the annotation of a pod leaves out may come from the mesh.)"""
    for config in proxy_configs(resource):
        tracers = [config["tracing"][name] for name in (*_TRACERS, *_OTHER_TRACERS) if config["tracing"][name].value is not None]
        for tracer in tracers if len(tracers) == 1 else ():  # of several, one counts
            for field in _TRACERS.get(str(tracer.name), ()) if isinstance(tracer.value, dict) else ():
                if tracer[field].value is None:
                    yield finding(
                        tracer.key, f"`{tracer.name}` has no `{field}`; {_REFUSES}", hint="write it, or delete the tracer"
                    )


@further_check(EMPTY_FIELD, kinds=PROXY_KINDS, rows=["PX-01", "PX-02", "PX-03", "PX-04", "PX-07", "PX-10"])
def empty_proxy_settings(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Settings that stand there and are empty: what is left out has a default."""
    for config in proxy_configs(resource):
        token = config["tracing"]["lightstep"]["accessToken"]
        for setting in (*(config[name] for name in _NOT_EMPTY), token, *_tracers(config)):
            if setting.value == "":
                yield finding(setting, f"`{setting.name}` is empty; {_REFUSES}", hint="leave it out for the default")


@further_check(INVALID_DURATION, kinds=PROXY_KINDS, rows=["PX-05", "PX-06", "PX-25", "PX-27"])
def proxy_durations(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """How long proxies drain, how often they look, and limits of time that are negative."""
    for config in proxy_configs(resource):
        drain = config["drainDuration"]
        yield from finer_than(drain, "s", "configuration")
        if drain.text and (length := nanoseconds(drain.text)) is not None and length < NANOSECONDS["ms"]:
            yield finding(drain, f"`{drain.text}` is shorter than 1ms; {_REFUSES}", hint="write seconds, such as `45s`")
        for provider in ("cryptomb", "qat"):
            delay = config["privateKeyProvider"][provider]["pollDelay"]
            if delay.text and nanoseconds(delay.text) == 0:
                yield finding(delay, f"`pollDelay` is 0; {_REFUSES}", hint="write milliseconds, such as `10ms`")
        for name in _TIMES:
            time = config["connectionSettings"][name]
            if (nanoseconds(time.text) or 0) < 0:
                yield finding(time, f"`{time.text}` is negative; {_REFUSES}", hint="write `0s` for no limit")


@further_check(
    INVALID_ADDRESS, kinds=PROXY_KINDS,
    rows=["PX-08", "PX-09", "PX-11", "PX-12", "PX-15", "PX-16", "PX-17", "PX-18", "P-35"],
)  # fmt: skip
def proxy_addresses(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Where proxies find istiod, and where they send traces, metrics and logs."""
    for config in proxy_configs(resource):
        for address in (
            config["discoveryAddress"], *_tracers(config),
            config["statsdUdpAddress"], config["envoyMetricsServiceAddress"], config["envoyMetricsService"]["address"],
            config["envoyAccessLogService"]["address"],
        ):  # fmt: skip
            text = address.text.replace(_HOST_IP, "127.0.0.1", 1)
            if text and not has_placeholder(text) and (fault := proxy_address_fault(text)):
                yield finding(
                    address,
                    f"`{address.text}` is no address: {fault}; {_REFUSES}",
                    hint="write `HOST:PORT`, as in `zipkin.tracing:9411`",
                )


@further_check(INVALID_PORT, kinds=PROXY_KINDS, rows=["PX-20", "PX-22"], when=["proxyAdminPort", "statusPort"])
def proxy_ports(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Ports of the proxy itself."""
    for config in proxy_configs(resource):
        yield from port_faults(config["proxyAdminPort"])
        yield from port_faults(config["statusPort"])


@further_check(UNKNOWN_VALUE, kinds=PROXY_KINDS, rows=["PX-21"], when=["controlPlaneAuthPolicy"])
def proxy_authentication(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """How proxies speak to istiod."""
    for config in proxy_configs(resource):
        policy = config["controlPlaneAuthPolicy"]
        if policy.text and policy.text not in ("NONE", "MUTUAL_TLS"):
            yield finding(policy, f"`{policy.text}` is no way to speak to istiod; {_REFUSES}", hint="use NONE or MUTUAL_TLS")


@further_check(MISSING_FIELD, kinds=PROXY_KINDS, rows=["PX-23", "PX-24"], when=["privateKeyProvider"])
def proxy_keys(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Who computes with private keys, and how often it is asked."""
    for config in proxy_configs(resource):
        provider = config["privateKeyProvider"]
        found = [provider[name] for name in ("cryptomb", "qat") if isinstance(provider[name].value, dict)]
        if isinstance(provider.value, dict) and not found:
            yield finding(provider.key, f"`privateKeyProvider` names none; {_REFUSES}", hint="write `cryptomb` or `qat`")
        for one in found:
            if one["pollDelay"].value is None:
                yield finding(one.key, f"`{one.name}` has no `pollDelay`; {_REFUSES}", hint="write `pollDelay: 10ms`")


@further_check(OUT_OF_RANGE, kinds=PROXY_KINDS, rows=["PX-26", "PX-28", "PX-29", "PX-30", "PX-31", "PX-32"])
def proxy_limits(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Limits of connections that are too small."""
    for config in proxy_configs(resource):
        for name, least in _LIMITS.items():
            limit = config["connectionSettings"][name]
            if limit.number is not None and limit.number < least:
                yield finding(limit, f"`{limit.number}` is less than {least}; {_REFUSES}", hint=f"write at least {least}")


@check(
    "dns-auto-allocate-flag", severity="warning", evidence="document", kinds=PROXY_KINDS, rows=["PX-19"],
    when=["proxyMetadata"],
)  # fmt: skip
def dns_auto_allocate_flag(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A flag of old."""
    for config in proxy_configs(resource):
        flag: Cursor = config["proxyMetadata"]["ISTIO_META_DNS_AUTO_ALLOCATE"]
        if flag.exists:
            yield finding(
                flag.key,
                "`ISTIO_META_DNS_AUTO_ALLOCATE` is deprecated: istiod gives ServiceEntries their addresses itself; Istio warns "
                "of it",
                hint="delete it; the label `networking.istio.io/enable-autoallocate-ip` switches it off for a ServiceEntry",
                severity="info",
            )
