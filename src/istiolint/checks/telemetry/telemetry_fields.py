"""Telemetry: tags of metrics and traces, trace providers, and access log filters."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import EMPTY_FIELD
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.cel import expression_fault
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check, rejected
from istiolint.schema.rules import MISSING_FIELD

KIND = ("Telemetry",)


@further_check(EMPTY_FIELD, kinds=KIND, rows=["TL-05", "TL-12"])
def tag_without_name(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report tags with an empty name."""
    spec = telemetry.spec
    tags = [override["tagOverrides"] for metrics in spec["metrics"] for override in metrics["overrides"]]
    for tag in (*tags, *(tracing["customTags"] for tracing in spec["tracing"])):
        if "" in tag.mapping:
            warns = tag.name == "tagOverrides"
            yield finding(
                tag[""].key,
                f"empty tag name; Istio {'drops the tag' if warns else 'rejects the Telemetry'}",
                hint="set a name",
                severity="warning" if warns else None,
            )


@further_check(MISSING_FIELD, kinds=KIND, rows=["TL-06"])
def tag_without_value(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report a tag without `operation` (the default sets it) and without a value. (The schema covers an explicit UPSERT.)"""
    for metrics in telemetry.spec["metrics"]:
        for override in metrics["overrides"]:
            for name, tag in override["tagOverrides"].items():
                if (
                    isinstance(tag.value, dict)
                    and tag["operation"].value is None
                    and not tag["value"]
                    and tag.mapping.keys() <= {"value"}
                ):
                    yield finding(
                        tag.key,
                        rejected(f"tag `{name}` has no `value`", "Telemetry"),
                        hint="set `value`, or `operation: REMOVE`",
                    )


@check(
    "several-trace-providers", severity="warning", evidence="document", kinds=KIND, rows=["TL-09", "TL-10"],
)  # fmt: skip
def several_trace_providers(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report more than one item or provider for traces: Istio uses only the first."""
    tracing = list(telemetry.spec["tracing"])
    for item in tracing[1:]:
        yield finding(
            item,
            "Istio uses only the first item of `tracing`; this one has no effect",
            hint="merge it into the first item",
        )
    for item in tracing:
        providers = list(item["providers"])
        for provider in providers[1:]:
            yield finding(
                provider,
                f"Istio supports one trace provider; traces go to `{providers[0]['name'].text}`, not to "
                f"`{provider['name'].text}`",
                hint="keep only one provider",
                related=[(providers[0], "first provider")],
            )


@check(
    "invalid-expression", severity="error", evidence="document", kinds=KIND, rows=["TL-16"],
)  # fmt: skip
def invalid_expression(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report an access log filter that is not a valid CEL expression."""
    for logging in telemetry.spec["accessLogging"]:
        expression = logging["filter"]["expression"]
        if (
            logging["filter"].mapping.keys() <= {"expression"}
            and isinstance(logging["filter"].value, dict)
            and expression.value is None
        ):
            yield finding(
                logging["filter"].key,
                rejected("the filter has no `expression`", "Telemetry"),
                hint="set `expression`, such as `response.code >= 400`, or remove the filter",
            )
        elif isinstance(expression.value, str) and not expression.unresolved and (fault := expression_fault(expression.text)):
            yield finding(
                expression,
                rejected(f"the filter is not a valid CEL expression: {fault}", "Telemetry"),
                hint="use an expression such as `response.code >= 400`",
            )
