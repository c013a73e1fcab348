"""Providers in Telemetry resources against those in the MeshConfig."""

from collections.abc import Iterator
from typing import Any

from istiolint.documents.placeholders import can_be_name
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.meshconfig import DEFAULTS
from istiolint.mesh.selection import covers_namespace
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_SUITABLE = {
    "tracing": ("zipkin", "lightstep", "datadog", "stackdriver", "opencensus", "skywalking", "opentelemetry"),
    "metrics": ("prometheus", "stackdriver"),
    "accessLogging": ("envoyFileAccessLog", "envoyHttpAls", "envoyTcpAls", "envoyOtelAls", "stackdriver"),
}
"""The provider types that each part of a Telemetry supports."""
_EFFECTS = {"tracing": "no trace is sent", "metrics": "no metrics are reported", "accessLogging": "no access log is written"}
_TRACERS = ("zipkin", "lightstep", "datadog", "stackdriver", "openCensusAgent")


@check("telemetry-provider-not-found", severity="error", evidence="missing", kinds=["Telemetry"])
def telemetry_provider_not_found(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a provider that the MeshConfig does not define, or whose type does not fit."""
    providers = _providers(mesh)
    for part, suitable in _SUITABLE.items():
        for item in telemetry.spec[part]:
            for name in (provider["name"] for provider in item["providers"]):
                if not name.text or not can_be_name(name.text):
                    continue
                types = providers.get(name.text)
                if types is None:
                    yield finding(
                        name,
                        f"unknown provider `{name.text}`, not defined in the MeshConfig; {_EFFECTS[part]}",
                        hint=f"add the provider to `extensionProviders`, or use one of {_list(suitable, providers)}",
                        known=mesh.config.at("extensionProviders") is not None or mesh.settings.whole_mesh,
                    )
                elif types and not types & set(suitable):
                    yield finding(
                        name,
                        f"provider `{name.text}` of type `{min(types)}` does not support `{part}`; {_EFFECTS[part]}",
                        hint=f"use one of {_list(suitable, providers)}",
                    )


def _providers(mesh: Mesh) -> dict[str, set[str]]:
    """Return the providers by name, each with its type."""
    found: dict[str, set[str]] = {}
    configured: Any = mesh.config["extensionProviders"]
    for provider in (*DEFAULTS["extensionProviders"], *(configured if isinstance(configured, list) else ())):
        if isinstance(provider, dict) and isinstance(provider.get("name"), str):
            found[provider["name"]] = {key for key in provider if key != "name"}
    return found


def _list(suitable: tuple[str, ...], providers: dict[str, set[str]]) -> str:
    names = sorted(name for name, types in providers.items() if types & set(suitable))
    return ", ".join(f"`{name}`" for name in names[:5]) or "those that the MeshConfig defines"


@check("traces-without-provider", severity="warning", evidence="missing", kinds=["Telemetry"])
def traces_without_provider(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report tracing without a provider: istiod then turns it off, even if `defaultConfig` has an address."""
    defaults, proxies = mesh.config["defaultProviders"], mesh.config["defaultConfig"]
    if (isinstance(defaults, dict) and defaults.get("tracing")) or _inherits(telemetry, mesh):
        return
    items = list(telemetry.spec["tracing"])
    if any(item["providers"] or item["disableSpanReporting"].value is True for item in items):
        return
    old = isinstance(proxies, dict) and isinstance(proxies.get("tracing"), dict) and set(proxies["tracing"]) & set(_TRACERS)
    for item in items[:1]:
        yield finding(
            item,
            "no provider here, in a parent Telemetry, or in `defaultProviders` of the MeshConfig; "
            + ("tracing is off and the address in `defaultConfig` is ignored" if old else "no trace is sent"),
            hint="set `providers` here, or `defaultProviders.tracing` in the MeshConfig",
            known=mesh.config.known or mesh.settings.whole_mesh,
        )


def _inherits(telemetry: Resource, mesh: Mesh) -> bool:
    """Whether another Telemetry that applies to these workloads sets a trace provider."""
    namespaces = dict.fromkeys((mesh.root_namespace, telemetry.namespace))
    return any(
        item["providers"]
        for namespace in namespaces
        for parent in mesh.in_namespace("Telemetry", namespace)
        if parent is not telemetry and covers_namespace(parent)
        for item in parent.spec["tracing"]
    )
