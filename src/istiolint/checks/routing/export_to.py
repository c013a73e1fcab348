"""`exportTo`: to which namespaces a VirtualService, DestinationRule or ServiceEntry is shown."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.mesh import Mesh
from istiolint.primitives.hosts import is_label
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import check, finding

_ALL, _NOBODY, _HERE = "*", "~", "."


@check(
    "invalid-export-to", severity="error", evidence="document", kinds=["VirtualService", "DestinationRule", "ServiceEntry"],
    rows=["X-1", "X-2", "X-3", "X-4", "X-5", "X-8", "VS-12", "DR-07", "SE-42"],
    when=["exportTo"],
)  # fmt: skip
def invalid_export_to(resource: Resource, mesh: Mesh) -> Iterator[Finding]:
    """No namespace, one that stands there twice, or `*` and `~` beside others."""
    entries = [entry for entry in resource.spec["exportTo"] if isinstance(entry.value, str) and not entry.unresolved]
    seen: dict[str, Cursor] = {}
    for entry in entries:
        # where a resource that names no namespace will live, the file does not say
        name = resource.namespace if entry.text == _HERE and resource.placed else entry.text
        first = seen.setdefault(name, entry)
        if first is not entry:
            yield finding(
                entry,
                f"`{entry.text}` is in the list already{_as(first, entry)}; Istio refuses the {resource.kind}",
                hint="delete one of the two",
                related=[(first, "the other is here")],
            )
        elif name == _NOBODY and resource.type != "ServiceEntry":
            yield finding(
                entry,
                f"`~` hides ServiceEntries only; Istio refuses a {resource.kind} with it",
                hint="write `.` to show it to its own namespace only",
            )
        elif name in (_ALL, _NOBODY):
            if len(entries) > 1:
                yield finding(
                    entry,
                    f"`{name}` stands for {'all namespaces' if name == _ALL else 'none'}, and the others contradict it; "
                    f"Istio refuses the {resource.kind}",
                    hint=f"delete `{name}`, or the others",
                )
        elif name != _HERE and not is_label(name):
            yield finding(
                entry,
                f"`{entry.text}` is no namespace; Istio refuses the {resource.kind}",
                hint="write names of namespaces, `.` for its own, or `*` alone for all",
            )


def _as(first: Cursor, other: Cursor) -> str:
    return f", as `{first.text}`: `.` is its own namespace" if first.text != other.text else ""


@check(
    "export-to-with-workload-selector", severity="error", evidence="document", kinds=["DestinationRule"],
    rows=["X-6", "X-7"],
    when=["exportTo"],
)  # fmt: skip
def export_to_with_workload_selector(rule: Resource, mesh: Mesh) -> Iterator[Finding]:
    """A DestinationRule for some workloads of its namespace that is shown to others."""
    if not isinstance(rule.spec["workloadSelector"].value, dict):
        return
    for entry in rule.spec["exportTo"]:
        unplaced = not rule.placed and entry.text not in (_ALL, _NOBODY)
        if entry.literal and entry.text not in (_HERE, rule.namespace) and not unplaced:
            yield finding(
                entry,
                f"with `workloadSelector` the rule holds for workloads of its own namespace only, and is not shown to "
                f"{'all namespaces' if entry.text == _ALL else f'`{entry.text}`'}; Istio refuses it",
                hint="write `exportTo: [.]`, or leave it out",
                related=[(rule.spec["workloadSelector"].key, "the selector is here")],
            )
