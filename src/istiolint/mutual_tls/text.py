"""The table as text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from istiolint.findings.escape import printable
from istiolint.mutual_tls.failures import Failure
from istiolint.mutual_tls.stages import Blocker, by_namespace, next_step, of_mesh
from istiolint.mutual_tls.table import Origin, Row
from istiolint.resources.cursor import Cursor

_HEAD = ("WORKLOAD", "PORT", "MODE", "COMES FROM")
_LEGEND = """\
STRICT accepts only mTLS, PERMISSIVE accepts mTLS and plaintext, DISABLE accepts only plaintext; `(HBONE)` is mTLS by ztunnel in
ambient mode. `outside`: no proxy, no mTLS. `gateway`: set by Gateways. `bypassed`: the sidecar does not receive the port.
`?`: unknown whether the workload is in the mesh. Callers are taken from environment variables, arguments and ConfigMaps.
"""
_MODES = "STRICT", "PERMISSIVE", "DISABLE"


def render(rows: Sequence[Row]) -> str:
    """Return a legend, a table per namespace with failing callers below their port, and the progress of the migration."""
    if not rows:
        return "No workloads found.\n"
    cells = {id(row): tuple(map(printable, _cells(row))) for row in rows}
    widths = [max(len(line[column]) for line in (_HEAD, *cells.values())) for column in range(len(_HEAD))]
    lines = [_LEGEND]
    for progress, group in by_namespace(rows):
        cluster = f" in cluster {progress.cluster}" if progress.cluster else ""
        lines += [f"Namespace {printable(progress.namespace + cluster)}: {progress.stage}", _line(_HEAD, widths)]
        lines += _unlike(_lines_of(list(own), cells, widths) for _, own in groupby(group, key=lambda row: id(row.workload)))
        lines += (f"  next: {printable(progress.next_step)}", "")
    return "\n".join([*lines, *_summary(rows)]) + "\n"


def _lines_of(rows: Sequence[Row], cells: Mapping[int, tuple[str, ...]], widths: Sequence[int]) -> list[str]:
    """Return the lines of a workload: one per port, the first with its title, and one per failing caller."""
    lines = []
    for row in rows:
        title, *rest = cells[id(row)]
        lines.append(_line((title if row is rows[0] else "", *rest), widths))
        lines += (f"      fails: {failure_in_words(failure)}" for failure in row.failing)
    return lines


def _unlike(blocks: Iterable[list[str]]) -> Iterator[str]:
    """Yield the lines of all workloads; equal ones from several files once."""
    yield from dict.fromkeys("\n".join(block) for block in blocks)


def place(at: Cursor | None) -> str:
    """Return file and line of a place; empty for None."""
    if at is None:
        return ""
    span = at.place.span()
    return f"{span.source.path}:{span.begins.line}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return ("  " + "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    port = row.port
    named = " ".join(filter(None, (str(port.number), port.name, f"({port.protocol})" if port.protocol else "")))
    mode = row.mode + (" (HBONE)" if row.membership.state == "ambient" and row.modes else "")
    mode += "?" if row.membership.state == "unknown" else ""
    title = row.workload.title.replace(f" {row.namespace}/", " ", 1)
    return title, named if port.number is not None else "any", mode, "; ".join(_origins(row.origins))


def _origins(origins: Iterable[Origin]) -> Iterator[str]:
    """Yield the origins of a mode; the same setting in several files once, with all places."""
    places: dict[str, list[str]] = {}
    for origin in origins:
        level = f"{origin.level}: " if origin.level in ("port", "workload", "namespace", "mesh") else ""
        places.setdefault(f"{level}{origin.words}", []).extend([place(origin.at)] if origin.at is not None else [])
    for words, at in places.items():
        yield words + (f" ({', '.join(at)})" if at else "")


def failure_in_words(failure: Failure) -> str:
    """Return a caller that fails, the reason, and the place of the evidence, in one line."""
    doubt = "" if failure.sure else "perhaps "
    return printable(f"{doubt}{failure.caller}: {failure.reason} ({place(failure.at)})")


def _summary(rows: Sequence[Row]) -> Iterator[str]:
    mesh = of_mesh(rows)
    workloads = len({id(row.workload) for row in rows})
    counts = [f"{sum(row.mode == mode for row in rows)} {mode}" for mode in _MODES]
    others = sum(row.mode not in _MODES for row in rows)
    yield f"{workloads} workloads with {len(rows)} ports: {', '.join(counts)}, {others} others."
    yield f"Stage of the mesh: {mesh.stage}. Next step: {next_step(rows)}."
    yield from _blockers("Fails already:", mesh.failing)
    yield from _blockers("Blocks STRICT:", mesh.blocking)


def _blockers(title: str, blockers: Iterable[Blocker]) -> Iterator[str]:
    lines = dict.fromkeys(
        printable(f"  {blocker.failure.caller} -> {blocker.row.workload.title}: {blocker.failure.reason}") for blocker in blockers
    )
    if lines:
        yield title
        yield from lines
