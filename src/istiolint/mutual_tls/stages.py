"""Progress of a migration to mutual TLS: the stage of each namespace and of the mesh, the next safe step, and what blocks it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from istiolint.mutual_tls.failures import Failure
from istiolint.mutual_tls.table import STRICT, Row

Stage: TypeAlias = Literal["strict", "mixed", "permissive", "disabled", "outside"]


class Blocker(NamedTuple):
    """A caller of a workload that STRICT would reject."""

    row: Row
    failure: Failure


class Progress(NamedTuple):
    """A namespace (or, with an empty name, all of them): its stage, failing callers, and callers that block STRICT.

    `excepted` is true if only policies for single workloads or ports are not STRICT.
    """

    cluster: str
    namespace: str
    stage: Stage
    failing: list[Blocker]
    blocking: list[Blocker]
    excepted: bool

    @property
    def next_step(self) -> str:
        """The next step, in words."""
        steps = {
            "outside": "nothing to do: no workload in the mesh has its own mTLS mode",
            "strict": "nothing left to do",
            "disabled": "set PERMISSIVE, which rejects no client",
        }
        if self.failing and self.stage != "outside":
            return "fix the calls that already fail"
        if self.stage in steps:
            return steps[self.stage]
        if self.blocking:
            return "keep PERMISSIVE until nothing blocks STRICT"
        if self.excepted:
            return "only exceptions for single workloads or ports are left: remove them when no client needs plaintext there"
        return f"set STRICT for namespace `{self.namespace}`: all calls that the manifests show keep working"


def by_namespace(rows: Iterable[Row]) -> list[tuple[Progress, list[Row]]]:
    """Return the progress of each namespace with its rows, by cluster and name."""
    grouped: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.cluster, row.namespace].append(row)
    return [(_progress(cluster, namespace, group), group) for (cluster, namespace), group in sorted(grouped.items())]


def of_mesh(rows: Sequence[Row]) -> Progress:
    """Return the progress of the entire mesh."""
    return _progress("", "", rows)


def next_step(rows: Sequence[Row]) -> str:
    """Return the next step for the entire mesh, in words."""
    mesh = of_mesh(rows)
    fixed = {
        "outside": "add workloads to the mesh; PERMISSIVE, the default, rejects no client",
        "strict": "none: all workloads in the mesh require mTLS",
        "disabled": "set PERMISSIVE, which rejects no client",
    }
    if mesh.failing and mesh.stage != "outside":
        return "fix the calls that already fail before you set STRICT"
    if mesh.stage in fixed:
        return fixed[mesh.stage]
    namespaces = [progress for progress, _ in by_namespace(rows) if progress.stage in ("mixed", "permissive")]
    free = [progress for progress in namespaces if not (progress.excepted or progress.failing or progress.blocking)]
    ready = list(dict.fromkeys(f"`{progress.namespace}`" for progress in free))
    if ready:
        listed = " and ".join(filter(None, (", ".join(ready[:-1]), ready[-1])))
        return f"set STRICT for {listed}: all calls that the manifests show keep working"
    if mesh.blocking:
        return "no safe step: fix what blocks STRICT first"
    return "remove the exceptions for single workloads and ports when no client needs plaintext there"


def _progress(cluster: str, namespace: str, rows: Iterable[Row]) -> Progress:
    rows = list(rows)
    return Progress(
        cluster, namespace, _stage(rows),
        [Blocker(row, failure) for row in rows for failure in row.failing],
        [Blocker(row, failure) for row in rows for failure in row.blocking],
        all(origin.level in ("workload", "port") for row in rows if row.modes and row.modes != STRICT for origin in row.origins),
    )  # fmt: skip


def _stage(rows: Iterable[Row]) -> Stage:
    modes = [row.modes for row in rows if row.modes]
    if not modes:
        return "outside"
    if all(mode == STRICT for mode in modes):
        return "strict"
    if any("STRICT" in mode for mode in modes):
        return "mixed"
    return "disabled" if all(mode == {"DISABLE"} for mode in modes) else "permissive"
