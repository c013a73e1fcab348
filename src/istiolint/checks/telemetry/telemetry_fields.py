"""Telemetry: tags of metrics and traces, providers of traces, and filters of access logs."""

from collections.abc import Iterator

from istiolint.checks.schema.shared_rules import EMPTY_FIELD
from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.cel import expression_fault
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, further_check
from istiolint.schema.rules import MISSING_FIELD

KIND = ("Telemetry",)


@further_check(EMPTY_FIELD, kinds=KIND, rows=["TL-05", "TL-12"])
def tag_without_name(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Tags whose name is empty."""
    spec = telemetry.spec
    tags = [override["tagOverrides"] for metrics in spec["metrics"] for override in metrics["overrides"]]
    for tag in (*tags, *(tracing["customTags"] for tracing in spec["tracing"])):
        if "" in tag.mapping:
            warns = tag.name == "tagOverrides"
            yield finding(
                tag[""].key,
                f"the name of a tag is empty; Istio {'drops it' if warns else 'refuses the Telemetry'}",
                hint="name it",
                severity="warning" if warns else None,
            )


@further_check(MISSING_FIELD, kinds=KIND, rows=["TL-06"])
def tag_without_value(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A tag that is to be set, which it is without a word, and has no value. (Of an explicit UPSERT the schema tells.)"""
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
                        f"the tag `{name}` is set, and has no `value`; Istio refuses the Telemetry",
                        hint="write `value`, or `operation: REMOVE`",
                    )


@check(
    "several-trace-providers", severity="warning", evidence="document", kinds=KIND, rows=["TL-09", "TL-10"],
)  # fmt: skip
def several_trace_providers(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """More than one item or provider for traces, of which the first counts."""
    tracing = list(telemetry.spec["tracing"])
    for item in tracing[1:]:
        yield finding(
            item,
            "of several items under `tracing` the first counts alone; Istio warns of it",
            hint="write all of it into the first",
        )
    for item in tracing:
        providers = list(item["providers"])
        for provider in providers[1:]:
            yield finding(
                provider,
                f"traces go to one provider: `{providers[0]['name'].text}`, and not to `{provider['name'].text}`; Istio warns "
                "of it",
                hint="name the one that is meant",
                related=[(providers[0], "the first one")],
            )


@check(
    "invalid-expression", severity="error", evidence="document", kinds=KIND, rows=["TL-16"],
)  # fmt: skip
def invalid_expression(telemetry: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A filter of access logs that cannot be read."""
    for logging in telemetry.spec["accessLogging"]:
        expression = logging["filter"]["expression"]
        if (
            logging["filter"].mapping.keys() <= {"expression"}
            and isinstance(logging["filter"].value, dict)
            and expression.value is None
        ):
            yield finding(
                logging["filter"].key,
                "the filter has no `expression`; Istio rejects the Telemetry",
                hint="set `expression`, such as `response.code >= 400`, or remove the filter",
            )
        elif isinstance(expression.value, str) and not expression.unresolved and (fault := expression_fault(expression.text)):
            yield finding(
                expression,
                f"the filter is no expression of CEL: {fault}; Istio refuses the Telemetry",
                hint="write one such as `response.code >= 400`",
            )
