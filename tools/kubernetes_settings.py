"""The schema of `k8s` of a component of IstioOperator: settings of the Kubernetes resources that istioctl makes for it.

istioctl decodes them strictly into Kubernetes' own types. What these types nest deeper, such as `affinity`, is open.
"""

from crds.bundle import Node

TEXT: Node = {"type": "string"}
OBJECT: Node = {"type": "object"}
LIST: Node = {"type": "array", "items": {}}
SWITCH: Node = {"type": "boolean"}
COUNT: Node = {"type": ["integer", "string"]}
"""protojson of earlier releases accepts a number in quotes."""


def closed(**fields: Node) -> Node:
    """Return the schema of a mapping with just these fields."""
    return {"type": "object", "properties": fields, "additionalProperties": False}


def items(node: Node) -> Node:
    """Return the schema of a list of such items."""
    return {"type": "array", "items": node}


SERVICE_PORT = closed(
    name=TEXT, protocol=TEXT, appProtocol=TEXT, port={"type": "integer"}, targetPort=COUNT, nodePort={"type": "integer"}
)
SERVICE = closed(
    **dict.fromkeys(
        (
            "type", "clusterIP", "sessionAffinity", "loadBalancerIP", "externalName", "externalTrafficPolicy", "ipFamilyPolicy",
            "ipFamily", "loadBalancerClass", "internalTrafficPolicy", "trafficDistribution",
        ),
        TEXT,
    ),
    **dict.fromkeys(("clusterIPs", "externalIPs", "loadBalancerSourceRanges", "ipFamilies", "topologyKeys"), LIST),
    publishNotReadyAddresses=SWITCH, allocateLoadBalancerNodePorts=SWITCH,
    ports=items(SERVICE_PORT), selector=OBJECT, sessionAffinityConfig=OBJECT, healthCheckNodePort={"type": "integer"},
)  # fmt: skip
PATCH = closed(path=TEXT, value={})
OVERLAY = closed(apiVersion=TEXT, kind=TEXT, name=TEXT, patches=items(PATCH))
SETTINGS = closed(
    **dict.fromkeys(("imagePullPolicy", "priorityClassName"), TEXT),
    **dict.fromkeys(
        ("affinity", "nodeSelector", "podAnnotations", "podDisruptionBudget", "readinessProbe", "securityContext",
         "serviceAnnotations", "strategy"),
        OBJECT,
    ),
    **dict.fromkeys(("env", "tolerations", "volumes", "volumeMounts"), LIST),
    hpaSpec=closed(scaleTargetRef=OBJECT, minReplicas=COUNT, maxReplicas=COUNT, metrics=LIST, behavior=OBJECT),
    overlays=items(OVERLAY), replicaCount=COUNT, resources=closed(limits=OBJECT, requests=OBJECT, claims=LIST), service=SERVICE,
)  # fmt: skip
