"""How far a migration to mutual TLS is: the stage of each namespace and of the mesh, the next safe step, what blocks it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from istiolint.mutual_tls.failures import Failure
from istiolint.mutual_tls.table import STRICT, Row

Stage: TypeAlias = Literal["strict", "mixed", "permissive", "disabled", "outside"]


class Blocker(NamedTuple):
    """Somebody whose calls to a workload STRICT would refuse."""

    row: Row
    failure: Failure


class Progress(NamedTuple):
    """A namespace (or, with an empty name, all of them): its stage, who fails already, and who stands against STRICT.

    `excepted` tells that all that is not STRICT is so by policies for single workloads or ports.
    """

    cluster: str
    namespace: str
    stage: Stage
    failing: list[Blocker]
    blocking: list[Blocker]
    excepted: bool

    @property
    def next_step(self) -> str:
        """What to do next, in words."""
        steps = {
            "outside": "nothing to do for mTLS: no workload with a mode of its own is in the mesh",
            "strict": "nothing left to do",
            "disabled": "set PERMISSIVE, which refuses nobody",
        }
        if self.failing and self.stage != "outside":
            return "mend the calls that fail already"
        if self.stage in steps:
            return steps[self.stage]
        if self.blocking:
            return "keep PERMISSIVE until nothing blocks STRICT any more"
        if self.excepted:
            return "only exceptions for single workloads or ports are left: remove them when nobody needs plaintext there"
        return f"set STRICT for the namespace `{self.namespace}`: of the calls that the files show, all go on"


def by_namespace(rows: Iterable[Row]) -> list[tuple[Progress, list[Row]]]:
    """How far each namespace is, with its rows, by cluster and name."""
    grouped: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.cluster, row.namespace].append(row)
    return [(_progress(cluster, namespace, group), group) for (cluster, namespace), group in sorted(grouped.items())]


def of_mesh(rows: Sequence[Row]) -> Progress:
    """How far the mesh as a whole is."""
    return _progress("", "", rows)


def next_step(rows: Sequence[Row]) -> str:
    """What to do next for the mesh as a whole, in words."""
    mesh = of_mesh(rows)
    fixed = {
        "outside": "bring workloads into the mesh; PERMISSIVE, the default, refuses nobody",
        "strict": "none: everything in the mesh demands mTLS",
        "disabled": "set PERMISSIVE, which refuses nobody",
    }
    if mesh.failing and mesh.stage != "outside":
        return "mend the calls that fail already, before anything becomes STRICT"
    if mesh.stage in fixed:
        return fixed[mesh.stage]
    namespaces = [progress for progress, _ in by_namespace(rows) if progress.stage in ("mixed", "permissive")]
    free = [progress for progress in namespaces if not (progress.excepted or progress.failing or progress.blocking)]
    ready = list(dict.fromkeys(f"`{progress.namespace}`" for progress in free))
    if ready:
        listed = " and ".join(filter(None, (", ".join(ready[:-1]), ready[-1])))
        return f"set STRICT for {listed}: of the calls that the files show, all go on"
    if mesh.blocking:
        return "none that is safe: mend what blocks STRICT first"
    return "remove the exceptions for single workloads and ports when nobody needs plaintext there"


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
