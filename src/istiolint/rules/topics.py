"""The topics of rules. One name is the folder of the page (rules/TOPIC/), the package of the check (checks/TOPIC/, with `_` for
`-`), the topic in reports and configuration, and the chapter of the site."""

TOPICS = {
    "syntax": "YAML syntax",
    "schema": "Fields and values",
    "routing": "Routing",
    "resilience": "Resilience",
    "gateways": "Gateways",
    "gateway-api": "Gateway API",
    "services": "Services and workloads",
    "sidecars": "Sidecars",
    "tls": "TLS and mutual TLS",
    "authorization": "Authorization",
    "authentication": "Authentication",
    "attachment": "Selectors and target references",
    "telemetry": "Telemetry",
    "injection": "Injection, annotations and labels",
    "ambient": "Ambient mode",
    "extensions": "EnvoyFilter",
    "multicluster": "Multicluster",
    "mesh-config": "MeshConfig and ProxyConfig",
    "operations": "Operations",
    "upgrade": "Upgrades",
    "suppression": "Suppressions",
}
"""The topics in the order of the site, with the titles of their chapters."""

_CHECKS = "istiolint.checks."


def topic_of(module: str) -> str:
    """The topic of a module of checks: its package in istiolint.checks; for a plugin, the name of the plugin's package."""
    package = module.removeprefix(_CHECKS).partition(".")[0]
    return package.lower().replace("_", "-").strip("-")
