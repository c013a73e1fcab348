"""schemas/helm-charts.json: the values of Istio's Helm charts, one schema for each chart under `$defs`.

The sources are the table of Helm values (`helm-values.json`, see installation_schemas.py) for what the charts of istiod, base and
cni share with IstioOperator, and the lists below for what each chart reads besides. Kubernetes' own fields, and the MeshConfig,
which has its own rules, are open.
"""

from typing import Any

from crds.bundle import Node
from crds.sharing import shared
from installation_schemas import ANY, DRAFT, OBJECT, TEXT, closed, message

from istiolint.settings import NEWEST

BOOLEAN: Node = {"type": "boolean"}
NUMBER: Node = {"type": ["integer", "string"]}
LIST: Node = {"type": "array"}
SWITCH: Node = closed({"enabled": BOOLEAN})
OF_EVERY_CHART: dict[str, Node] = {
    **dict.fromkeys(("_internal_defaults_do_not_set", "defaults", "global"), OBJECT),
    **dict.fromkeys(("profile", "platform", "compatibilityVersion", "revision", "defaultRevision"), ANY),
    "enabled": ANY, "tags": ANY, "exports": ANY,
}  # fmt: skip
"""Values that each chart reads or accepts: those of Istio's profiles, and those of helm itself."""


def since(release: str, fields: dict[str, Node]) -> dict[str, Node]:
    """Return fields as those that a release brought."""
    return {name: node | {"x-since": release} for name, node in fields.items()}


def fields_of(names: str, node: Node = ANY) -> dict[str, Node]:
    """Return fields of one type by their names in a text."""
    return dict.fromkeys(names.split(), node)


GATEWAY: dict[str, Node] = {
    **fields_of("name revision networkGateway priorityClassName imagePullPolicy", TEXT),
    **fields_of("podAnnotations env labels annotations nodeSelector affinity securityContext containerSecurityContext", OBJECT),
    **fields_of("tolerations topologySpreadConstraints imagePullSecrets volumes volumeMounts", LIST),
    "kind": TEXT | {"enum": ["Deployment", "DaemonSet"]},
    "replicaCount": {"type": ["integer", "string", "null"]},
    "runAsRoot": BOOLEAN,
    "unprivilegedPort": ANY,
    "resources": OBJECT,
    "rbac": SWITCH,
    "serviceAccount": closed({"create": BOOLEAN, "annotations": OBJECT, "name": TEXT}),
    "service": closed(
        {
            **fields_of("type loadBalancerIP loadBalancerClass externalTrafficPolicy ipFamilyPolicy internalTrafficPolicy", TEXT),
            **fields_of("annotations", OBJECT),
            **fields_of("ports loadBalancerSourceRanges externalIPs ipFamilies", LIST),
            **fields_of("clusterIP healthCheckNodePort allocateLoadBalancerNodePorts selectorLabels sessionAffinity"),
        }
    ),
    "autoscaling": closed(
        {
            "enabled": BOOLEAN, "autoscaleBehavior": OBJECT,
            **fields_of("minReplicas maxReplicas targetCPUUtilizationPercentage targetMemoryUtilizationPercentage", NUMBER),
        }
    ),
    **fields_of("podDisruptionBudget", OBJECT),
    "terminationGracePeriodSeconds": NUMBER,
    **since("1.24", fields_of("strategy readinessProbe", OBJECT) | {"minReadySeconds": NUMBER}),
    **since("1.27", fields_of("additionalContainers initContainers envVarFrom", LIST) | {"lifecycle": OBJECT}),
    **since("1.30", {"networkGatewayPorts": ANY}),
    **since("1.31", {"dnsConfig": OBJECT, "dnsPolicy": TEXT}),
}  # fmt: skip
"""Values of the gateway chart."""

ZTUNNEL: dict[str, Node] = {
    **fields_of("hub image variant imagePullPolicy istioNamespace caAddress xdsAddress logLevel resourceName network", TEXT),
    **fields_of("labels annotations podAnnotations podLabels nodeSelector affinity env resources seLinuxOptions", OBJECT),
    **fields_of("imagePullSecrets volumes volumeMounts tolerations", LIST),
    **fields_of("tag logAsJson terminationGracePeriodSeconds meshConfig multiCluster resourceQuotas updateStrategy"),
    **fields_of("resourceScope peerCaCrl dnsConfig dnsPolicy customResourceName priorityClassName ztunnel"),
}  # fmt: skip
"""Values of the ztunnel chart."""

PILOT_ONLY = fields_of(
    "pdb initContainers deploymentAnnotations trustedZtunnelName sidecarInjectorWebhookAnnotations gatewayClasses"
)
"""What istiod's chart reads under `pilot` besides the fields of IstioOperator."""
ISTIOD_ONLY = fields_of("gatewayClasses sidecarInjectorWebhookAnnotations kubernetesClusterDomain")
CNI_ONLY = fields_of("updateStrategy tolerations terminationGracePeriodSeconds resourceQuotas seLinuxOptions nodeSelector")
AMBIENT_ONLY = fields_of("shareHostNetworkNamespace enablementSelectors enableAmbientDetectionRetry")
GLOBAL_ONLY = fields_of("proxy_init")
PROXY_INIT_ONLY = {"forceApplyIptables": BOOLEAN}
WAYPOINT_ONLY = {"tolerations": LIST}
FLAT = "1.24"
"""The release since which the charts of istiod and cni read the fields of `pilot` and `cni` at their top, too."""


def charts(values: dict[str, Any]) -> Node:
    """Return the schemas of all charts, for the table of Helm values."""
    everything = message("Values", values)["properties"]
    pilot, cni = everything["pilot"]["properties"] | PILOT_ONLY, everything["cni"]["properties"] | CNI_ONLY
    cni["ambient"] = closed(cni["ambient"]["properties"] | AMBIENT_ONLY)
    all_global = everything["global"]["properties"]
    for name in ("proxy_init", "proxyInit"):
        all_global[name] = closed(all_global[name]["properties"] | PROXY_INIT_ONLY)
    all_global["waypoint"] = closed(all_global["waypoint"]["properties"] | WAYPOINT_ONLY) | {"x-since": "1.24"}
    common = OF_EVERY_CHART | {"global": closed(all_global)}
    istiod = everything | ISTIOD_ONLY | {"pilot": closed(pilot)} | common
    made: Node = {
        "istiod": closed(since(FLAT, pilot) | istiod),
        "base": closed(common | {name: everything[name] for name in ("base", "experimental", "meshConfig", "istiodRemote")}),
        "cni": closed(since(FLAT, cni) | {"cni": closed(cni), "meshConfig": OBJECT} | common),
        "gateway": closed(OF_EVERY_CHART | GATEWAY),
        "ztunnel": closed(OF_EVERY_CHART | ZTUNNEL),
    }
    body = shared({"properties": made})
    return {"$schema": DRAFT, "title": "Values of the Helm charts of Istio", "x-release": NEWEST} | body
