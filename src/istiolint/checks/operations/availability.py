"""Availability of istiod and gateways during node drains and upgrades."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injection import is_gateway
from istiolint.mesh.workload import Workload
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding
from istiolint.rules.parameters import Parameter

_REPLICAS = Parameter("minimum-replicas", 2, "Lowest number of replicas that is not reported.", minimum=2)


def _is_istiod(resource: Resource) -> bool:
    return resource.labels.get("app") == "istiod" or resource.labels.get("istio") == "pilot"


def _what(workload: Workload) -> str:
    if _is_istiod(workload.resource):
        return "istiod"
    return "the gateway" if is_gateway(workload) else ""


@check(
    "single-replica", severity="warning", evidence="document", tags=["production"], kinds=["Deployment"], parameters=[_REPLICAS]
)
def single_replica(deployment: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report istiod or a gateway with a single replica."""
    workload = mesh.workloads.of(deployment)
    replicas = deployment.spec["replicas"]
    count, least = replicas.number or 0, _REPLICAS.of(mesh, deployment)
    if workload is None or not 1 <= count < least or not (what := _what(workload)):
        return
    scaled = any(
        scaler.spec["scaleTargetRef"]["name"].text == deployment.name
        for scaler in mesh.in_namespace("HorizontalPodAutoscaler", deployment.namespace)
    )
    stage = mesh.environments.stage(deployment)
    if not scaled and stage != "test":
        effect = "no pod starts and no configuration is pushed" if what == "istiod" else "no external traffic enters the mesh"
        yield finding(
            replicas,
            f"{what} has a single replica (`replicas: 1`); during a restart or node drain, {effect}"
            if count == 1
            else f"{what} has only {count} replicas (`replicas: {count}`)",
            hint=f"run at least {'two' if least == 2 else least} replicas on different nodes, with a PodDisruptionBudget",
            severity="warning" if stage == "production" else "info",
        )


@check("disruption-budget-missing", severity="info", evidence="missing", tags=["production"], kinds=["Deployment"])
def disruption_budget_missing(deployment: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report istiod or a gateway without a PodDisruptionBudget."""
    workload = mesh.workloads.of(deployment)
    if workload is None or (deployment.spec["replicas"].number or 0) < 2 or not (what := _what(workload)):
        return
    budgets = mesh.in_namespace("PodDisruptionBudget", deployment.namespace)
    if not any(workload.matches(budget.spec["selector"]["matchLabels"].labels) for budget in budgets):
        near = next((labels for budget in budgets if (labels := _missed(budget, workload))), None)
        yield finding(
            deployment.spec["replicas"],
            f"no PodDisruptionBudget covers {what}; a node drain can evict all replicas at once",
            hint=f"fix the selector of PodDisruptionBudget `{near[0]}`: the pods do not have the label `{near[1]}`"
            if near
            else "add a PodDisruptionBudget with `minAvailable: 1`",
            known=mesh.settings.whole_mesh or bool(budgets),
        )


def _missed(budget: Resource, workload: Workload) -> tuple[str, str] | None:
    """Return the name of a budget and the only label of its selector that the pods do not have."""
    selector = budget.spec["selector"]["matchLabels"].labels
    missing = [key for key, value in selector.items() if workload.labels.get(key) != value]
    return (budget.name, f"{missing[0]}: {selector[missing[0]]}") if len(missing) == 1 < len(selector) else None
