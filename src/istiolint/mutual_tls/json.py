"""The table as JSON; schemas/istiolint-mtls.schema.json describes it."""

from collections.abc import Sequence
from typing import Any

from istiolint.findings.escape import as_json
from istiolint.mutual_tls.failures import Failure
from istiolint.mutual_tls.stages import Progress, by_namespace, next_step, of_mesh
from istiolint.mutual_tls.table import Row
from istiolint.resources.cursor import Cursor

VERSION = 1
"""Raised when something is taken out or means something else; what is added raises nothing."""


def render(rows: Sequence[Row]) -> str:
    """Return the table, the stages and the next steps."""
    mesh = of_mesh(rows)
    value = {
        "version": VERSION,
        "ports": [_row(row) for row in rows],
        "namespaces": [_namespace(progress) for progress, _ in by_namespace(rows)],
        "mesh": {"stage": mesh.stage, "nextStep": next_step(rows)},
    }
    return as_json(value, indent=2)


def _row(row: Row) -> dict[str, Any]:
    return {
        "cluster": row.cluster or None,
        "workload": workload_as_json(row),
        "port": {"number": row.port.number, "name": row.port.name or None, "protocol": row.port.protocol or None},
        "membership": row.membership.state,
        "mode": row.mode,
        "modes": sorted(row.modes),
        "origins": [{"level": origin.level, "what": origin.words, "place": _place(origin.at)} for origin in row.origins],
        "failing": list(map(failure_as_json, row.failing)),
        "blockingStrict": list(map(failure_as_json, row.blocking)),
    }


def _namespace(progress: Progress) -> dict[str, Any]:
    return {
        "cluster": progress.cluster or None,
        "namespace": progress.namespace,
        "stage": progress.stage,
        "nextStep": progress.next_step,
    }


def workload_as_json(row: Row) -> dict[str, str]:
    """Return kind, namespace and name of a workload."""
    return {"kind": row.workload.kind, "namespace": row.namespace, "name": row.workload.resource.name}


def failure_as_json(failure: Failure) -> dict[str, Any]:
    """Return a caller that fails, the reason, and the place of the evidence."""
    return {"caller": failure.caller, "reason": failure.reason, "sure": failure.sure, "place": _place(failure.at)}


def _place(at: Cursor | None) -> dict[str, Any] | None:
    if at is None:
        return None
    span = at.place.span()
    return {"path": span.source.path, "line": span.begins.line, "column": span.begins.column}
