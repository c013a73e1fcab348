"""Traces, metrics and modules that cost more than was meant, and doors that stay open in production."""

import re
from collections.abc import Iterator

from istiolint.findings.finding import Finding, Severity
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import CONFIG_KINDS, mesh_configs
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_MANY = 50
_WITHOUT_BOUND = re.compile(
    r"\b(?:request\.(?:path|url_path|query|id|time|useragent|referer|headers\[)|source\.(?:address|port)\b|connection\.id\b"
    r"|request\.auth\.claims)"
)
"""Attributes with as many values as there are requests, clients or users."""


@check("full-tracing", severity="warning", evidence="document", tags=["production"], kinds=["Telemetry", *CONFIG_KINDS])
def full_tracing(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A trace for every request, or for every other one."""
    shares = [tracing["randomSamplingPercentage"] for tracing in resource.spec["tracing"]]
    if resource.type != "Telemetry":
        shares = [config["defaultConfig"]["tracing"]["sampling"] for config in mesh_configs(resource)]
    for share in shares:
        if isinstance(share.value, (int, float)) and not isinstance(share.value, bool) and share.value >= _MANY:
            severity: Severity = "warning" if mesh.environments.stage(resource) == "production" else "info"
            yield finding(
                share,
                f"{share.value:g}% of the requests are traced: each costs a span in every proxy on its way, and space where "
                "they are kept",
                hint="trace one percent or less, and single requests by a header",
                severity=severity,
            )


@check("unbounded-metric-tag", severity="warning", evidence="document", tags=["production"], kinds=["Telemetry"])
def unbounded_metric_tag(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A tag of metrics with a value for each request or user."""
    for metrics in telemetry.spec["metrics"]:
        for override in metrics["overrides"]:
            for name, tag in override["tagOverrides"].items():
                if found := _WITHOUT_BOUND.search(tag["value"].text):
                    yield finding(
                        tag["value"],
                        f"the tag `{name}` takes a new value with each {_of_what(found[0])}: every value is a time series of "
                        "its own, in each "
                        "proxy and in Prometheus",
                        hint="use an attribute with few values, such as `request.method` or `response.code`",
                    )


def _of_what(attribute: str) -> str:
    if attribute.startswith(("source.", "connection.")):
        return "client"
    return "user" if "claims" in attribute else "request"


@check("wasm-module-without-version", severity="warning", evidence="document", tags=["production"], kinds=["WasmPlugin"])
def wasm_module_without_version(plugin: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A module that may be another one tomorrow."""
    url = plugin.spec["url"]
    if not url.text.startswith("oci://") or plugin.spec["sha256"] or "@" in url.text:
        return
    tag = url.text.rpartition("/")[2].partition(":")[2]
    if tag in ("", "latest"):
        called = f"the tag `{tag}`" if tag else "no tag"
        yield finding(
            url,
            f"`{url.text}` has {called}: proxies that start tomorrow may load another module than those that run",
            hint="write a tag that stays, or the digest (`@sha256:...`)",
        )


@check("egress-open", severity="info", evidence="document", tags=["production"], kinds=CONFIG_KINDS)
def egress_open(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Calls to anywhere, in production."""
    for config in mesh_configs(resource):
        mode = config["outboundTrafficPolicy"]["mode"]
        if mode.text == "ALLOW_ANY" and mesh.environments.stage(resource) == "production":
            yield _open(
                mode,
                "workloads may call any host: what is not declared leaves the mesh unseen",
                "write `REGISTRY_ONLY`, and ServiceEntries",
            )


@check("permissive-in-production", severity="info", evidence="document", tags=["production"], kinds=["PeerAuthentication"])
def permissive_in_production(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Plain text is still let in, in production."""
    mode = policy.spec["mtls"]["mode"]
    if mode.text == "PERMISSIVE" and mesh.environments.stage(policy) == "production":
        yield _open(
            mode,
            "plain text is let in: whoever is in the cluster may call without an identity",
            "see `istiolint mtls` for what keeps STRICT back",
        )


def _open(at: Cursor, what: str, hint: str) -> Finding:
    return finding(at, what, hint=hint)
