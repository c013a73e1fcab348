"""Extension providers of the MeshConfig. istiod only logs their mistakes; resources that use them have no effect."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import DUPLICATE_NAME, EMPTY_FIELD, INVALID_HOST, INVALID_PORT
from istiolint.fields.duplicates import duplicates
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import CONFIG_KINDS, mesh_configs
from istiolint.primitives.addresses import is_ip_address
from istiolint.primitives.hosts import is_label, name_fault, pattern_fault
from istiolint.primitives.ports import is_port
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check
from istiolint.schema.rules import CONFLICTING_FIELDS, MISSING_FIELD

_IN_NETWORK = (
    "envoyExtAuthzHttp", "envoyExtAuthzGrpc", "zipkin", "lightstep", "datadog", "opencensus", "skywalking", "opentelemetry",
    "envoyHttpAls",
    "envoyTcpAls", "envoyOtelAls", "sds",
)  # fmt: skip
_ALONE = ("prometheus", "stackdriver", "envoyFileAccessLog")
_STATUSES = frozenset((
    0, 100, *range(200, 209), 226, *range(300, 306), 307, 308, *range(400, 418), 421, 422, 423, 424, 426, 428, 429, 431,
    *range(500, 509),
    510, 511,
))  # fmt: skip
_LOGS = "istiod only logs an error, and resources that use the provider have no effect"


def _providers(resource: Resource) -> Iterator[Cursor]:
    for config in mesh_configs(resource):
        yield from (provider for provider in config["extensionProviders"] if isinstance(provider.value, dict))


def _services(resource: Resource) -> Iterator[Cursor]:
    """Yield the settings of providers that are reached over the network."""
    for provider in _providers(resource):
        yield from (provider[name] for name in _IN_NETWORK if isinstance(provider[name].value, dict))


@further_check(EMPTY_FIELD, kinds=CONFIG_KINDS, rows=["EP-01", "EP-11"])
def empty_provider_settings(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report empty names and tokens."""
    for provider in _providers(resource):
        for setting in (provider["name"], provider["lightstep"]["accessToken"]):
            if setting.value == "":
                yield finding(setting, f"provider `{setting.name}` is empty; {_LOGS}", hint="set a value", severity="warning")


@further_check(DUPLICATE_NAME, kinds=CONFIG_KINDS, rows=["EP-02"])
def duplicate_providers(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report providers with the same name."""
    for config in mesh_configs(resource):
        yield from duplicates(config["extensionProviders"], "provider", "MeshConfig")


@further_check(MISSING_FIELD, kinds=CONFIG_KINDS, rows=["EP-01", "EP-03", "EP-04", "EP-05", "EP-11"])
def incomplete_providers(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report providers without a name, a type or a service."""
    for provider in _providers(resource):
        if not provider["name"].exists:
            yield finding(provider, f"provider without `name`; {_LOGS}", hint="add `name`", severity="warning")
        kinds = [name for name in (*_IN_NETWORK, *_ALONE) if isinstance(provider[name].value, dict)]
        if not kinds and provider.mapping.keys() <= {"name"}:
            yield finding(
                provider,
                f"provider without a type; {_LOGS}",
                hint=f"add one of {', '.join((*_IN_NETWORK, *_ALONE))}",
                severity="warning",
            )
    for service in _services(resource):
        if not service["service"].text:
            yield finding(
                service.key, f"`{service.name}` has no `service`; {_LOGS}", hint="set `service` to the host", severity="warning"
            )
        for field in ("port", "accessToken") if service.name == "lightstep" else ("port",):
            if service[field].value is None:
                yield finding(
                    service.key, f"`{service.name}` has no `{field}`; {_LOGS}", hint=f"add `{field}`", severity="warning"
                )


@further_check(INVALID_PORT, kinds=CONFIG_KINDS, rows=["EP-04"])
def provider_ports(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid ports of providers."""
    for service in _services(resource):
        port = service["port"]
        if isinstance(port.value, int) and not is_port(port.number or 0):
            yield finding(port, f"invalid port `{port.value}`; {_LOGS}", hint="use a number from 1 to 65535", severity="warning")


@further_check(INVALID_HOST, kinds=CONFIG_KINDS, rows=["EP-06", "EP-07"])
def provider_hosts(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid hosts of providers; a namespace may precede them."""
    for service in _services(resource):
        host = service["service"]
        if host.literal and (fault := _host_fault(host.text)):
            hint = "use a host such as `otel.observability.svc.cluster.local`, or `NAMESPACE/HOST`"
            yield finding(host, f"invalid provider host `{host.text}`: {fault}; {_LOGS}", hint=hint, severity="warning")


def _host_fault(text: str) -> str | None:
    namespace, slash, name = text.rpartition("/")
    if not slash:
        return None if is_ip_address(text) else name_fault(text)
    if namespace not in ("*", ".", "~") and not is_label(namespace):
        return f"`{namespace}` is not a valid namespace"
    return "its name has no dot" if "." not in name and name != "*" else pattern_fault(name)


@check(
    "provider-setting-ignored", severity="warning", evidence="document", kinds=CONFIG_KINDS,
    rows=["EP-08", "EP-09", "EP-10"],
)  # fmt: skip
def provider_setting_ignored(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an invalid status code or path prefix."""
    for provider in _providers(resource):
        for authorizer in (provider["envoyExtAuthzHttp"], provider["envoyExtAuthzGrpc"]):
            status = authorizer["statusOnError"]
            if status.text and not (status.text.isdecimal() and int(status.text[:4]) in _STATUSES):
                yield finding(
                    status, f"invalid status `{status.text}` in `statusOnError`; {_LOGS}", hint='use a status such as `"503"`'
                )
            prefix = authorizer["pathPrefix"]
            if prefix.text and not prefix.text.startswith("/"):
                yield finding(
                    prefix, f"`pathPrefix: {prefix.text}` does not start with `/`; {_LOGS}", hint=f"use `/{prefix.text}`"
                )


@further_check(CONFLICTING_FIELDS, kinds=CONFIG_KINDS, rows=["EP-12"])
def two_exporters(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an OpenTelemetry provider with both gRPC and HTTP."""
    for provider in _providers(resource):
        otel = provider["opentelemetry"]
        if otel["grpc"].value is not None and otel["http"].value is not None:
            yield finding(
                otel["http"].key, f"`grpc` and `http` are mutually exclusive; {_LOGS}", hint="keep only one of them",
                severity="warning",
                related=[(otel["grpc"].key, "`grpc` is set here")],
            )  # fmt: skip
