"""The webhooks that inject sidecars: two for one pod, or one whose Service is missing."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.mesh.injectors import Webhook
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding


@check(
    "overlapping-injection-webhooks", severity="error", evidence="contradiction",
    kinds=["MutatingWebhookConfiguration"], codes=["IST0139"], fold="pair",
)  # fmt: skip
def overlapping_injection_webhooks(configuration: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report two webhooks that inject the same pods."""
    for cursor in configuration["webhooks"]:
        others = mesh.injectors.overlapping(Webhook(configuration, cursor))
        apart = ((other, case) for other, case in others if not _alternatives(configuration, other.configuration, mesh))
        found = next(apart, None)
        if found:
            other, case = found
            yield finding(
                cursor["name"],
                f"webhook `{other.cursor['name'].text}` of `{other.configuration.name}` matches the same pods: {case}",
                hint="remove one configuration, or separate their selectors by `istio.io/rev`",
                related=[(other.cursor["name"], "the other webhook")],
            )


def _alternatives(one: Resource, other: Resource, mesh: Mesh) -> bool:
    return one is not other and mesh.exclusive(one, other)


@check(
    "webhook-service-not-found", severity="error", evidence="missing", kinds=["MutatingWebhookConfiguration"], codes=["IST0139"],
)  # fmt: skip
def webhook_service_not_found(configuration: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an injection webhook whose Service does not exist."""
    for webhook in configuration["webhooks"]:
        service = webhook["clientConfig"]["service"]
        name, namespace = service["name"].text, service["namespace"].text
        if webhook["name"].text.endswith("istio.io") and name and not mesh.get("Service", namespace, name):
            yield finding(
                service["name"],
                f"no Service `{namespace}/{name}` found; the API server cannot call the webhook, and pods do not start",
                hint="use the Service of the istiod revision",
                known=mesh.settings.whole_mesh or bool(mesh.in_namespace("Service", namespace)),
            )
