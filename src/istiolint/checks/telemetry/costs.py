"""Expensive traces and metrics, unpinned modules, and open access in production."""

import re
from collections.abc import Iterator

from istiolint.findings.finding import Finding, Severity
from istiolint.mesh import Mesh
from istiolint.mesh.config_sources import CONFIG_KINDS, mesh_configs
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.rules.parameters import Parameter

_SHARE = Parameter("percentage", 50.0, "Lowest percentage of traced requests that is reported.", minimum=0, maximum=100)
_WITHOUT_BOUND = re.compile(
    r"\b(?:request\.(?:path|url_path|query|id|time|useragent|referer|headers\[)|source\.(?:address|port)\b|connection\.id\b"
    r"|request\.auth\.claims)"
)
"""Attributes with as many values as requests, clients or users."""


@check(
    "full-tracing", severity="warning", evidence="document", tags=["production"], kinds=["Telemetry", *CONFIG_KINDS],
    parameters=[_SHARE],
)  # fmt: skip
def full_tracing(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report traces for at least half of the requests."""
    shares = [tracing["randomSamplingPercentage"] for tracing in resource.spec["tracing"]]
    if resource.type != "Telemetry":
        shares = [config["defaultConfig"]["tracing"]["sampling"] for config in mesh_configs(resource)]
    for share in shares:
        if (
            isinstance(share.value, (int, float))
            and not isinstance(share.value, bool)
            and share.value >= _SHARE.of(mesh, resource)
        ):
            severity: Severity = "warning" if mesh.environments.stage(resource) == "production" else "info"
            yield finding(
                share,
                f"{share.value:g}% of requests are traced; each costs a span in every proxy on its path and storage in "
                "the backend",
                hint="sample 1% or less, and force individual traces with a header",
                severity=severity,
            )


@check("unbounded-metric-tag", severity="warning", evidence="document", tags=["production"], kinds=["Telemetry"])
def unbounded_metric_tag(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a metric tag with a value for each request, client or user."""
    for metrics in telemetry.spec["metrics"]:
        for override in metrics["overrides"]:
            for name, tag in override["tagOverrides"].items():
                if found := _WITHOUT_BOUND.search(tag["value"].text):
                    yield finding(
                        tag["value"],
                        f"tag `{name}` has a new value for each {_of_what(found[0])}; each value is a separate time series in "
                        "every proxy and in Prometheus",
                        hint="use an attribute with few values, such as `request.method` or `response.code`",
                    )


def _of_what(attribute: str) -> str:
    if attribute.startswith(("source.", "connection.")):
        return "client"
    return "user" if "claims" in attribute else "request"


@check("wasm-module-without-version", severity="warning", evidence="document", tags=["production"], kinds=["WasmPlugin"])
def wasm_module_without_version(plugin: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a module whose content can change under the same URL."""
    url = plugin.spec["url"]
    if not url.text.startswith("oci://") or plugin.spec["sha256"] or "@" in url.text:
        return
    tag = url.text.rpartition("/")[2].partition(":")[2]
    if tag in ("", "latest"):
        called = f"tag `{tag}`" if tag else "no tag"
        yield finding(
            url,
            f"`{url.text}` has {called}; proxies that start later may load a different module than running ones",
            hint="use an immutable tag or the digest (`@sha256:...`)",
        )


@check("unrestricted-egress", severity="info", evidence="document", tags=["production"], kinds=CONFIG_KINDS)
def unrestricted_egress(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report ALLOW_ANY in production."""
    for config in mesh_configs(resource):
        mode = config["outboundTrafficPolicy"]["mode"]
        if mode.text == "ALLOW_ANY" and mesh.environments.stage(resource) == "production":
            yield _open(
                mode,
                "`ALLOW_ANY` allows workloads to call any host; calls to undeclared hosts bypass routes and policies",
                "set `REGISTRY_ONLY`, and add ServiceEntries for the hosts that are called",
            )


@check("permissive-in-production", severity="info", evidence="document", tags=["production"], kinds=["PeerAuthentication"])
def permissive_in_production(policy: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report PERMISSIVE in production."""
    mode = policy.spec["mtls"]["mode"]
    if mode.text == "PERMISSIVE" and mesh.environments.stage(policy) == "production":
        yield _open(
            mode,
            "`PERMISSIVE` accepts plaintext in production; any client in the cluster can call without an identity",
            "run `istiolint mtls` to see which clients block `STRICT`",
        )


def _open(at: Cursor, what: str, hint: str) -> Finding:
    return finding(at, what, hint=hint)
