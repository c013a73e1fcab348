"""The requests whose outcome a change of the mesh changes."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from istiolint.findings import markdown
from istiolint.findings.escape import as_json, printable
from istiolint.trace.json import VERSION, as_value
from istiolint.trace.request import Request, RequestError
from istiolint.trace.result import Trace
from istiolint.trace.text import in_words
from istiolint.trace.tracer import Tracer, trace_in

_NOT_COMPARED = ("id", "request", "from", "final_status", "flag", "outcome", "sure", "destinations")


class Change(NamedTuple):
    """A request with its traces in two states; None for a state that does not contain its client."""

    request: Request
    before: Trace | None
    now: Trace | None


def changes(requests: Iterable[Request], before: Sequence[Tracer], now: Sequence[Tracer]) -> Iterator[Change]:
    """Yield the requests whose outcome, route or settings changed."""
    for request in requests:
        old, new = _answer(before, request), _answer(now, request)
        if (as_value(old) if old is not None else None) != (as_value(new) if new is not None else None):
            yield Change(request, old, new)


def _answer(tracers: Sequence[Tracer], request: Request) -> Trace | None:
    try:
        return trace_in(tracers, request)
    except RequestError:
        return None


def summary(trace: Trace | None) -> str:
    """Return the outcome of a trace in one line."""
    if trace is None:
        return "the client does not exist"
    targets = []
    for each in trace.destinations:
        subset = f" {each.subset}" if each.subset else ""
        weight = f" {each.weight}%" if len(trace.destinations) > 1 else ""
        targets.append(f"{each.host.partition('.')[0]}:{each.port}{subset}{weight}")
    went = f"{', '.join(targets)}: " if targets else ""
    return went + in_words(trace)


def fields(change: Change) -> list[str]:
    """Return the other fields that differ, such as `timeout: 2s, before 5s`."""
    old = as_value(change.before) if change.before is not None else {}
    new = as_value(change.now) if change.now is not None else {}
    names = [name for name in new if name in old and name not in _NOT_COMPARED and old[name] != new[name]]
    return [f"{name}: {_shown(new[name])}, before {_shown(old[name])}" for name in names]


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items() if each is not None) or "none"
    return "none" if value in (None, [], {}) else str(value)


def render(found: Sequence[Change], asked: int, format_: str, against: str) -> str:
    """Return the changes as `text`, `json` or `markdown`."""
    if format_ == "json":
        return as_json_text(found, asked, against)
    return (as_markdown if format_ == "markdown" else as_text)(found, asked)


def as_text(found: Sequence[Change], asked: int) -> str:
    """Return the changes as text, each with the outcome before and now."""
    lines: list[str] = []
    for change in found:
        lines.append(f"{change.request.title} from {change.request.source}")
        lines += [f"  before: {summary(change.before)}", f"  now:    {summary(change.now)}"]
        if change.before is not None and change.now is not None:
            lines += (f"  {each}" for each in fields(change))
    lines.append(f"{len(found)} of {asked} requests change")
    return "\n".join(map(printable, lines)) + "\n"


def as_markdown(found: Sequence[Change], asked: int) -> str:
    """Return the changes as a Markdown table, for a comment on a pull request."""
    if not found:
        return f"No request changes ({asked} compared).\n"
    rows = [markdown.row(("request", "before", "now")), markdown.row(["---"] * 3)]
    for change in found:
        request = f"{markdown.code(change.request.title)} from {markdown.code(change.request.source)}"
        more = fields(change) if change.before is not None and change.now is not None else []
        now = "<br>".join(map(markdown.words, [summary(change.now), *more]))
        rows.append(markdown.row((request, markdown.words(summary(change.before)), now)))
    return "\n".join([f"{len(found)} of {asked} requests change:", "", *rows]) + "\n"


def as_json_text(found: Sequence[Change], asked: int, against: str) -> str:
    """Return the changes as JSON; schemas/istiolint-trace-changes.schema.json describes it."""
    value = {
        "version": VERSION,
        "against": against,
        "requests": asked,
        "changes": [
            {
                "request": change.request.title,
                "from": change.request.source,
                "before": as_value(change.before) if change.before is not None else None,
                "now": as_value(change.now) if change.now is not None else None,
            }
            for change in found
        ],
    }
    return as_json(value, indent=2)
