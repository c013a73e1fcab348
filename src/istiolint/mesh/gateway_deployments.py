"""What istiod creates for a Gateway of the Gateway API: a Deployment and a Service of one name, and a service account."""

from istiolint.resources.resource import Resource

GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name"
"""The label by which pods name their Gateway."""
_NAME_OVERRIDE = "gateway.istio.io/name-override"
_SERVICE_ACCOUNT = "gateway.istio.io/service-account"
_CLASSES_WITHOUT_SUFFIX = ("istio-waypoint", "istio-east-west")


def deployment_name(gateway: Resource) -> str:
    """Return the name of the Deployment and Service; "" where the Gateway does not say enough."""
    class_ = gateway.spec["gatewayClassName"].text
    if not gateway.name or not class_:
        return ""
    own = gateway.name if class_ in _CLASSES_WITHOUT_SUFFIX else f"{gateway.name}-{class_}"
    return gateway.annotations.get(_NAME_OVERRIDE, "") or own


def service_account(gateway: Resource) -> str:
    """Return the service account of the pods."""
    return gateway.annotations.get(_SERVICE_ACCOUNT, "") or deployment_name(gateway)


def pod_labels(gateway: Resource) -> dict[str, str]:
    """Return the labels of the pods, as far as the Gateway shows them."""
    own = gateway.spec["infrastructure"]["labels"].labels or gateway.labels
    return {**own, GATEWAY_NAME: gateway.name}
