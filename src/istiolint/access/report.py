"""The table as text, Markdown and JSON, and the access that a change opens or closes."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from istiolint.access.table import Access
from istiolint.findings import markdown
from istiolint.findings.escape import as_json, printable
from istiolint.trace.places import line

VERSION = 1
"""Raised when something is removed or changes its meaning; additions do not raise it."""
_SHOWN = 5
_NOTE = "mTLS and AuthorizationPolicies only: whether a client knows the Service (Sidecar, exportTo) is not part of it.\n"


class Change(NamedTuple):
    """A client whose access to a Service changes; None for a state in which one of them does not exist."""

    before: Access | None
    now: Access | None

    @property
    def row(self) -> Access:
        """The current state, otherwise the former one."""
        found = self.now or self.before
        assert found is not None
        return found

    @property
    def kind(self) -> str:
        """Whether it opens access, closes it, or changes it."""
        old = self.before.verdict if self.before is not None else "none"
        new = self.now.verdict if self.now is not None else "none"
        if old == new:
            return "changes"
        return "opens" if ("none", "some", "all").index(new) > ("none", "some", "all").index(old) else "closes"


def changes(before: Iterable[Access], now: Iterable[Access]) -> list[Change]:
    """Return the access that a change opens, closes or changes. Clients and Services that do not exist have no access."""
    old, new = ({_key(row): row for row in found} for found in (before, now))
    found = []
    for key in dict.fromkeys([*new, *old]):
        one, other = old.get(key), new.get(key)
        same = (_answer(one), one and one.tls) == (_answer(other), other and other.tls)
        if not same and not _answer(one) == _answer(other) == "denied":
            found.append(Change(one, other))
    return found


def _key(row: Access) -> tuple[str, int, str, bool]:
    return row.service.host, row.port.number, row.client.name, row.client.has_identity


def _answer(row: Access | None) -> str:
    return row.words if row is not None else "denied"


def _tls(row: Access) -> str:
    if row.verdict == "none":
        return ""
    return "" if row.tls == "mtls" else " without mTLS" if row.tls == "plaintext" else f" with {row.tls} TLS"


def changes_as_text(found: Sequence[Change]) -> str:
    """Return one line per change: the requests that a client may send now, and before."""
    if not found:
        return "This change opens and closes nothing.\n"
    return "".join(f"{printable(_sentence(change))}\n" for change in found)


def _sentence(change: Change) -> str:
    row = change.row
    where = ", ".join(map(line, (change.now or row).places))
    target = f"Service {_title(row)} port {row.port.number}"
    if change.kind == "opens":
        words = f"allows {row.client.name} to call {target}{_tls(row)}: {_answer(change.now)}"
    elif change.kind == "closes":
        words = f"no longer allows {row.client.name} to call {target}: {_answer(change.now)}"
    else:
        words = f"changes what {row.client.name} may call of {target}: {_answer(change.now)}{_tls(row)}"
    before = _answer(change.before) + (_tls(change.before) if change.before is not None else "")
    return f"this change {words}, before {before}" + (f" ({where})" if where else "")


def changes_as_markdown(found: Sequence[Change]) -> str:
    """Return the changes as a Markdown table, for a comment on a pull request."""
    if not found:
        return "This change opens and closes nothing.\n"
    rows = [markdown.row(("", "client", "Service", "before", "now")), markdown.row(["---"] * 5)]
    for change in found:
        row = change.row
        now = _answer(change.now) + (_tls(change.now) if change.now is not None else "")
        before = _answer(change.before) + (_tls(change.before) if change.before is not None else "")
        service = markdown.code(f"{_title(row)}:{row.port.number}")
        rows.append(
            markdown.row((change.kind, markdown.code(row.client.name), service, markdown.words(before), markdown.words(now)))
        )
    return "\n".join(rows) + "\n"


def changes_as_json(found: Sequence[Change], against: str) -> str:
    """Return the changes as JSON."""
    value = [
        {
            "kind": change.kind,
            "before": _row(change.before) if change.before is not None else None,
            "now": _row(change.now) if change.now is not None else None,
        }
        for change in found
    ]
    return as_json({"version": VERSION, "against": against, "changes": value}, indent=2)


def _title(row: Access) -> str:
    name = row.service.resource.name if row.service.resource is not None else row.service.host
    return f"{row.service.namespace}/{name}"


class _Group(NamedTuple):
    """Clients with the same access."""

    clients: str
    words: str
    because: str
    where: str


def _groups(rows: Iterable[Access]) -> Iterator[tuple[Access, list[_Group]]]:
    """Yield the rows of each Service port, with clients that have the same access together, and denied ones last."""
    for _, found in groupby(rows, key=lambda row: (row.service.host, row.port.number)):
        listed = list(found)
        by_answer: dict[tuple[str, str, str], list[Access]] = {}
        for row in sorted(listed, key=lambda row: row.verdict == "none"):
            words = row.words + _tls(row)
            where = ", ".join(dict.fromkeys(map(line, row.places)))
            by_answer.setdefault((words, row.because, where), []).append(row)
        yield listed[0], [_Group(_names(same, listed), *key) for key, same in by_answer.items()]


def _names(same: Sequence[Access], listed: Sequence[Access]) -> str:
    names = [row.client.name for row in same]
    if len(same) == len(listed) > 1:
        return f"all {len(listed)} clients"
    if len(names) * 2 > len(listed) and len(names) > _SHOWN:
        return f"all other clients ({len(names)})"
    if len(names) > _SHOWN:
        return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
    return ", ".join(names)


def as_text(rows: Iterable[Access]) -> str:
    """Return a paragraph for each Service port."""
    parts = []
    for first, groups in _groups(rows):
        parts.append(f"Service {_title(first)} port {first.port.number} ({first.port.protocol})")
        for group in groups:
            where = f" ({group.where})" if group.where else ""
            parts += [f"  {group.clients}", f"      {group.words}: {group.because}{where}"]
        parts.append("")
    return "\n".join(map(printable, parts)) + ("\n" + _NOTE if parts else "There is no Service with workloads in the files.\n")


def as_markdown(rows: Iterable[Access]) -> str:
    """Return one Markdown table."""
    lines = [markdown.row(("Service", "clients", "allowed", "because")), markdown.row(["---"] * 4)]
    for first, groups in _groups(rows):
        service = markdown.code(f"{_title(first)}:{first.port.number}")
        for group in groups:
            because = group.because + (f" ({group.where})" if group.where else "")
            lines.append(markdown.row((service, *map(markdown.words, (group.clients, group.words, because)))))
    return "\n".join(lines) + "\n"


def as_json_text(rows: Iterable[Access]) -> str:
    """Return all rows as JSON; schemas/istiolint-access.schema.json describes them."""
    return as_json({"version": VERSION, "access": list(map(_row, rows))}, indent=2)


def _row(row: Access) -> dict[str, Any]:
    return {
        "service": _title(row),
        "port": row.port.number,
        "client": row.client.name,
        "identity": row.client.has_identity,
        "tls": row.tls,
        "verdict": row.verdict,
        "requests": list(row.requests),
        "exceptions": list(row.exceptions),
        "because": row.because,
        "places": list(dict.fromkeys(map(line, row.places))),
        "sure": row.sure,
    }
