"""`exportTo`: the namespaces in which a VirtualService, DestinationRule or ServiceEntry is visible."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.hosts import is_label
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding, rejected

_ALL, _NOBODY, _HERE = "*", "~", "."


@check(
    "invalid-export-to", severity="error", evidence="document", kinds=["VirtualService", "DestinationRule", "ServiceEntry"],
    rows=["X-1", "X-2", "X-3", "X-4", "X-5", "X-8", "VS-12", "DR-07", "SE-42"],
    when=["exportTo"],
)  # fmt: skip
def invalid_export_to(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report invalid and duplicate namespaces, and `*` or `~` next to other entries."""
    entries = [entry for entry in resource.spec["exportTo"] if isinstance(entry.value, str) and not entry.unresolved]
    seen: dict[str, Cursor] = {}
    for entry in entries:
        # the file does not say in which namespace a resource without one will be created
        name = resource.namespace if entry.text == _HERE and resource.placed else entry.text
        first = seen.setdefault(name, entry)
        if first is not entry:
            yield finding(
                entry,
                rejected(f"duplicate entry `{entry.text}` in `exportTo`{_as(first, entry)}", resource.kind),
                hint="remove one of the two",
                related=[(first, "first entry")],
            )
        elif name == _NOBODY and resource.type != "ServiceEntry":
            yield finding(
                entry,
                rejected("`~` in `exportTo` is valid only for a ServiceEntry", resource.kind),
                hint="use `.` to limit it to its own namespace",
            )
        elif name in (_ALL, _NOBODY):
            if len(entries) > 1:
                yield finding(
                    entry,
                    rejected(
                        f"`{name}` means {'all namespaces' if name == _ALL else 'no namespace'} and cannot be combined with "
                        "other entries",
                        resource.kind,
                    ),
                    hint=f"remove `{name}` or the other entries",
                )
        elif name != _HERE and not is_label(name):
            yield finding(
                entry,
                rejected(f"invalid namespace `{entry.text}` in `exportTo`", resource.kind),
                hint="use namespace names, `.` for its own namespace, or `*` alone for all",
            )


def _as(first: Cursor, other: Cursor) -> str:
    return f" (same as `{first.text}`)" if first.text != other.text else ""


@check(
    "export-to-with-workload-selector", severity="error", evidence="document", kinds=["DestinationRule"],
    rows=["X-6", "X-7"],
    when=["exportTo"],
)  # fmt: skip
def export_to_with_workload_selector(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """Report DestinationRules with `workloadSelector` that are exported to other namespaces."""
    if not isinstance(rule.spec["workloadSelector"].value, dict):
        return
    for entry in rule.spec["exportTo"]:
        unplaced = not rule.placed and entry.text not in (_ALL, _NOBODY)
        if entry.literal and entry.text not in (_HERE, rule.namespace) and not unplaced:
            yield finding(
                entry,
                "a DestinationRule with `workloadSelector` cannot be exported to "
                f"{'all namespaces' if entry.text == _ALL else f'`{entry.text}`'}; Istio rejects it",
                hint="use `exportTo: [.]`, or remove `exportTo`",
                related=[(rule.spec["workloadSelector"].key, "the selector")],
            )
