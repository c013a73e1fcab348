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
"""The required fields of tracers."""
_OTHER_TRACERS = ("stackdriver", "openCensusAgent")
_HOST_IP = "$(HOST_IP)"
_WINDOW = 65535
_LIMITS = {
    "listenerPerConnectionBufferLimitBytes": 0, "clusterPerConnectionBufferLimitBytes": 0, "httpMaxConcurrentStreams": 1,
    "http2InitialStreamWindowSize": _WINDOW, "http2InitialConnectionWindowSize": _WINDOW, "listenerConnectionLimit": 1,
    "globalDownstreamConnectionLimit": 1,
}  # fmt: skip
"""The minimum values of connection limits."""
_TIMES = (
    "httpIdleTimeout", "httpMaxConnectionDuration", "httpDrainTimeout", "httpRequestTimeout", "httpRequestHeadersTimeout",
    "httpStreamIdleTimeout", "httpMaxStreamDuration",
)  # fmt: skip
_REJECTS = "istiod rejects the configuration"


def _tracers(config: Cursor) -> list[Cursor]:
    """Return the addresses that receive traces."""
    return [config["tracing"][name]["address"] for name in _TRACERS]


@further_check(MISSING_FIELD, kinds=CONFIG_KINDS, rows=["PX-09", "PX-10", "PX-11", "PX-12"])
def incomplete_tracers(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report tracers without required fields. (Fields missing from a pod's annotation may come from the MeshConfig.)"""
    for config in proxy_configs(resource):
        tracers = [config["tracing"][name] for name in (*_TRACERS, *_OTHER_TRACERS) if config["tracing"][name].value is not None]
        for tracer in tracers if len(tracers) == 1 else ():  # of several, one counts
            for field in _TRACERS.get(str(tracer.name), ()) if isinstance(tracer.value, dict) else ():
                if tracer[field].value is None:
                    yield finding(
                        tracer.key, f"`{tracer.name}` has no `{field}`; {_REJECTS}", hint=f"add `{field}`, or remove the tracer"
                    )


@further_check(EMPTY_FIELD, kinds=PROXY_KINDS, rows=["PX-01", "PX-02", "PX-03", "PX-04", "PX-07", "PX-10"])
def empty_proxy_settings(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report empty settings; those that are not set have a default."""
    for config in proxy_configs(resource):
        token = config["tracing"]["lightstep"]["accessToken"]
        for setting in (*(config[name] for name in _NOT_EMPTY), token, *_tracers(config)):
            if setting.value == "":
                yield finding(setting, f"`{setting.name}` is empty; {_REJECTS}", hint="remove it to use the default")


@further_check(INVALID_DURATION, kinds=PROXY_KINDS, rows=["PX-05", "PX-06", "PX-25", "PX-27"])
def proxy_durations(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid drain durations, poll delays and negative time limits."""
    for config in proxy_configs(resource):
        drain = config["drainDuration"]
        yield from finer_than(drain, "s", "configuration")
        if drain.text and (length := nanoseconds(drain.text)) is not None and length < NANOSECONDS["ms"]:
            yield finding(
                drain, f"`drainDuration: {drain.text}` is shorter than 1ms; {_REJECTS}", hint="use seconds, such as `45s`"
            )
        for provider in ("cryptomb", "qat"):
            delay = config["privateKeyProvider"][provider]["pollDelay"]
            if delay.text and nanoseconds(delay.text) == 0:
                yield finding(delay, f"`pollDelay` is 0; {_REJECTS}", hint="use milliseconds, such as `10ms`")
        for name in _TIMES:
            time = config["connectionSettings"][name]
            if (nanoseconds(time.text) or 0) < 0:
                yield finding(time, f"negative duration `{name}: {time.text}`; {_REJECTS}", hint="use `0s` for no limit")


@further_check(
    INVALID_ADDRESS, kinds=PROXY_KINDS,
    rows=["PX-08", "PX-09", "PX-11", "PX-12", "PX-15", "PX-16", "PX-17", "PX-18", "P-35"],
)  # fmt: skip
def proxy_addresses(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid addresses of istiod and of the receivers of traces, metrics and logs."""
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
                    f"invalid address `{address.text}`: {fault}; {_REJECTS}",
                    hint="use `HOST:PORT`, as in `zipkin.tracing:9411`",
                )


@further_check(INVALID_PORT, kinds=PROXY_KINDS, rows=["PX-20", "PX-22"], when=["proxyAdminPort", "statusPort"])
def proxy_ports(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid ports of the proxy itself."""
    for config in proxy_configs(resource):
        yield from port_faults(config["proxyAdminPort"])
        yield from port_faults(config["statusPort"])


@further_check(UNKNOWN_VALUE, kinds=PROXY_KINDS, rows=["PX-21"], when=["controlPlaneAuthPolicy"])
def proxy_authentication(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an invalid authentication policy between proxies and istiod."""
    for config in proxy_configs(resource):
        policy = config["controlPlaneAuthPolicy"]
        if policy.text and policy.text not in ("NONE", "MUTUAL_TLS"):
            yield finding(
                policy,
                f"invalid value `{policy.text}` for `controlPlaneAuthPolicy`; {_REJECTS}",
                hint="use `NONE` or `MUTUAL_TLS`",
            )


@further_check(MISSING_FIELD, kinds=PROXY_KINDS, rows=["PX-23", "PX-24"], when=["privateKeyProvider"])
def proxy_keys(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report incomplete private key providers."""
    for config in proxy_configs(resource):
        provider = config["privateKeyProvider"]
        found = [provider[name] for name in ("cryptomb", "qat") if isinstance(provider[name].value, dict)]
        if isinstance(provider.value, dict) and not found:
            yield finding(provider.key, f"`privateKeyProvider` has no provider; {_REJECTS}", hint="add `cryptomb` or `qat`")
        for one in found:
            if one["pollDelay"].value is None:
                yield finding(one.key, f"`{one.name}` has no `pollDelay`; {_REJECTS}", hint="add `pollDelay`, such as `10ms`")


@further_check(OUT_OF_RANGE, kinds=PROXY_KINDS, rows=["PX-26", "PX-28", "PX-29", "PX-30", "PX-31", "PX-32"])
def proxy_limits(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report connection limits below their minimum."""
    for config in proxy_configs(resource):
        for name, least in _LIMITS.items():
            limit = config["connectionSettings"][name]
            if limit.number is not None and limit.number < least:
                yield finding(limit, f"`{name}: {limit.number}` is less than {least}; {_REJECTS}", hint=f"use at least `{least}`")


@check(
    "dns-auto-allocate-flag", severity="warning", evidence="document", kinds=PROXY_KINDS, rows=["PX-19"],
    when=["proxyMetadata"],
)  # fmt: skip
def dns_auto_allocate_flag(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report the deprecated flag."""
    for config in proxy_configs(resource):
        flag: Cursor = config["proxyMetadata"]["ISTIO_META_DNS_AUTO_ALLOCATE"]
        if flag.exists:
            yield finding(
                flag.key,
                "`ISTIO_META_DNS_AUTO_ALLOCATE` is deprecated; istiod allocates ServiceEntry addresses itself and logs a warning",
                hint="remove it; to opt a ServiceEntry out, use the label `networking.istio.io/enable-autoallocate-ip`",
                severity="info",
            )
