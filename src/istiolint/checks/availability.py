"""What one node, one upgrade or one outage of the control plane takes down with it."""

import re
from collections.abc import Iterator

from istiolint.cursor import Cursor
from istiolint.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import is_gateway
from istiolint.mesh.workloads import Workload
from istiolint.primitives.durations import NANOSECONDS, nanoseconds
from istiolint.resource import Resource
from istiolint.rules import check, finding

_TTL, _RATIO = "SECRET_TTL", "SECRET_GRACE_PERIOD_RATIO"
_DEFAULT_RATIO = 0.5
_SHORT = {"production": 6, None: 1}
"""So many hours without istiod a proxy should survive, by environment."""
_NUMBER = re.compile(r"\d*\.?\d+")


def _is_istiod(resource: Resource) -> bool:
    return resource.labels.get("app") == "istiod" or resource.labels.get("istio") == "pilot"


def _what(workload: Workload) -> str:
    if _is_istiod(workload.resource):
        return "istiod"
    return "the gateway" if is_gateway(workload) else ""


@check("single-replica", severity="warning", evidence="document", category="production", kinds=["Deployment"])
def single_replica(deployment: Resource, mesh: Mesh) -> Iterator[Finding]:
    """istiod or a gateway that runs once."""
    workload = mesh.workloads.of(deployment)
    replicas = deployment.spec["replicas"]
    if workload is None or replicas.number != 1 or not (what := _what(workload)):
        return
    scaled = any(
        scaler.spec["scaleTargetRef"]["name"].text == deployment.name
        for scaler in mesh.in_namespace("HorizontalPodAutoscaler", deployment.namespace)
    )
    environment = mesh.environments.of(deployment)
    if not scaled and (environment is None or environment.stage != "test"):
        effect = "no pod starts and no change arrives" if what == "istiod" else "nothing from outside gets in"
        yield finding(
            replicas,
            f"{what} runs once: while its node is drained or it restarts, {effect}",
            hint="run two or more, on different nodes, with a PodDisruptionBudget",
            severity="warning" if environment and environment.stage == "production" else "info",
        )


@check("disruption-budget-missing", severity="info", evidence="missing", category="production", kinds=["Deployment"])
def disruption_budget_missing(deployment: Resource, mesh: Mesh) -> Iterator[Finding]:
    """istiod or a gateway of which all replicas may be drained at once."""
    workload = mesh.workloads.of(deployment)
    if workload is None or (deployment.spec["replicas"].number or 0) < 2 or not (what := _what(workload)):
        return
    budgets = mesh.in_namespace("PodDisruptionBudget", deployment.namespace)
    if not any(workload.matches(budget.spec["selector"]["matchLabels"].labels) for budget in budgets):
        yield finding(
            deployment.spec["replicas"],
            f"no PodDisruptionBudget keeps a replica of {what} running while nodes are drained",
            hint="add one with `minAvailable: 1`",
            known=mesh.settings.whole_mesh or bool(budgets),
        )


@check(
    "certificates-outlived-by-outage", severity="warning", evidence="document", category="production",
    kinds=["ProxyConfig", "Deployment"],
)  # fmt: skip
def certificates_outlived_by_outage(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Workload certificates that expire before anybody has repaired istiod."""
    ttl, ratio = _lifetime(resource, mesh)
    length = nanoseconds(ttl.text)
    environment = mesh.environments.of(resource)
    if not ttl.text or (environment and environment.stage == "test"):
        return
    if length is None:
        yield finding(
            ttl,
            f"`{ttl.text}` is no duration to Go: the default of 24h is taken",
            hint="write it in hours, such as `48h`",
        )
        return
    share = float(ratio.text) if _NUMBER.fullmatch(ratio.text) else _DEFAULT_RATIO
    survived = length * share / NANOSECONDS["h"]
    needed = _SHORT["production" if environment and environment.stage == "production" else None]
    if survived < needed:
        yield finding(
            ttl,
            f"certificates live `{ttl.text}` and are renewed when {share:g} of that is left: {_minutes(survived)} after istiod "
            "fails, the first "
            "proxies have none that is valid, and the mesh stops",
            hint=f"give repairs {needed} hours at least: `{_TTL}: {max(1, round(needed / share))}h` or more",
            related=[(ratio, "renewed with so much left")] if ratio.text else (),
        )


def _minutes(hours: float) -> str:
    return f"{hours:g} hours" if hours >= 1 else f"{round(hours * 60)} minutes"


def _lifetime(resource: Resource, mesh: Mesh) -> tuple[Cursor, Cursor]:
    """Lifetime and share left at renewal, as a ProxyConfig or the environment of istiod sets them."""
    if resource.type == "ProxyConfig":
        variables = resource.spec["environmentVariables"]
        return variables[_TTL], variables[_RATIO]
    workload = mesh.workloads.of(resource)
    if workload is not None and _is_istiod(resource):
        for container in workload.containers:
            for variable in container["env"]:
                if variable["name"].text == "DEFAULT_WORKLOAD_CERT_TTL":
                    return variable["value"], variable["none"]
    return resource["none"], resource["none"]
