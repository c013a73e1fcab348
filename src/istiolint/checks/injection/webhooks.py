"""The webhooks that inject sidecars: two for one pod, or none that can be reached."""

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
    """Two webhooks take the same pods: each is injected twice, by whichever revision comes last."""
    for cursor in configuration["webhooks"]:
        others = mesh.injectors.overlapping(Webhook(configuration, cursor))
        apart = ((other, case) for other, case in others if not _alternatives(configuration, other.configuration, mesh))
        found = next(apart, None)
        if found:
            other, case = found
            yield finding(
                cursor["name"],
                f"the webhook `{other.cursor['name'].text}` of `{other.configuration.name}` takes the same pods: {case}",
                hint="delete one configuration, or part their selectors by `istio.io/rev`",
                related=[(other.cursor["name"], "the other webhook")],
            )


def _alternatives(one: Resource, other: Resource, mesh: Mesh) -> bool:
    return one is not other and mesh.rivals(one, other)


@check(
    "webhook-service-not-found", severity="error", evidence="missing", kinds=["MutatingWebhookConfiguration"], codes=["IST0139"],
)  # fmt: skip
def webhook_service_not_found(configuration: Resource, mesh: Mesh) -> Iterator[Finding]:
    """The Service behind an injection webhook does not exist: no pod starts."""
    for webhook in configuration["webhooks"]:
        service = webhook["clientConfig"]["service"]
        name, namespace = service["name"].text, service["namespace"].text
        if webhook["name"].text.endswith("istio.io") and name and not mesh.get("Service", namespace, name):
            yield finding(
                service["name"],
                f"there is no Service `{namespace}/{name}`; the API server cannot inject, and pods do not start",
                hint="name the Service of istiod's revision",
                known=mesh.settings.whole_mesh or bool(mesh.in_namespace("Service", namespace)),
            )
