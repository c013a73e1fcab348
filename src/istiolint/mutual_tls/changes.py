"""The calls that a change breaks: those that fail in one state of the mesh and not in the other."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from istiolint.findings.escape import as_json, printable
from istiolint.mutual_tls.failures import Failure
from istiolint.mutual_tls.json import VERSION, failure_as_json, workload_as_json
from istiolint.mutual_tls.table import Row
from istiolint.mutual_tls.text import failure_in_words


class Change(NamedTuple):
    """A port whose callers fail now and did not before; `before` is None for a port that is new."""

    row: Row
    before: str | None
    failing: tuple[Failure, ...]


def changes(before: Sequence[Row], now: Sequence[Row]) -> Iterator[Change]:
    """Yield the ports with calls that start to fail."""
    old = {_key(row): row for row in before}
    for row in now:
        was = old.get(_key(row))
        known = {failure.caller for failure in was.failing} if was else set()
        failing = tuple(failure for failure in row.failing if failure.caller not in known)
        if failing:
            yield Change(row, was.mode if was else None, failing)


def as_text(found: Sequence[Change]) -> str:
    """Return the ports with the callers that fail, as text."""
    if not found:
        return "This change breaks no call that the files show.\n"
    return "".join(f"{printable(_title(change))}\n" + "".join(map(_line, change.failing)) for change in found)


def as_json_text(found: Sequence[Change], against: str) -> str:
    """Return the changes as JSON; schemas/istiolint-mtls-changes.schema.json describes it."""
    return as_json({"version": VERSION, "against": against, "broken": list(map(_change, found))}, indent=2)


def _change(change: Change) -> dict[str, Any]:
    return {
        "cluster": change.row.cluster or None,
        "workload": workload_as_json(change.row),
        "port": change.row.port.number,
        "before": change.before,
        "after": change.row.mode,
        "failing": list(map(failure_as_json, change.failing)),
    }


def _title(change: Change) -> str:
    row = change.row
    port = f" port {row.port.number}" if row.port.number is not None else ""
    cluster = f" in cluster {row.cluster}" if row.cluster else ""
    target = f"{row.workload.title}{port}{cluster}"
    if change.before is None:
        return f"this change brings {target} ({row.mode}), and calls to it fail:"
    if change.before == row.mode:
        return f"this change breaks calls to {target}, which is {row.mode} as before:"
    return f"this change turns {target} from {change.before} to {row.mode}:"


def _line(failure: Failure) -> str:
    return f"  {failure_in_words(failure)}\n"


def _key(row: Row) -> tuple[str, str, int | None]:
    return row.cluster, row.workload.title, row.port.number
