"""Durations: fields with a finest unit."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.primitives.durations import NANOSECONDS, nanoseconds
from istiolint.resources.cursor import Cursor
from istiolint.rules.check import finding


def limits_of_time(pool: Cursor) -> Iterator[Cursor]:
    """The durations of a connection pool, but for those of TCP's keep-alive."""
    http, tcp = pool["http"], pool["tcp"]
    yield from (http["idleTimeout"], http["http2KeepAlive"]["interval"], http["http2KeepAlive"]["timeout"])
    yield from (tcp["connectTimeout"], tcp["maxConnectionDuration"])
    if (nanoseconds(tcp["idleTimeout"].text) or 0) >= NANOSECONDS["ms"]:  # less than that switches it off
        yield tcp["idleTimeout"]


def finer_than(duration: Cursor, unit: str, kind: str) -> Iterator[Finding]:
    """A duration that is not made of whole units (a unit as Go writes it)."""
    length = nanoseconds(duration.text)
    if length is not None and length >= NANOSECONDS["ms"] and (rest := length % NANOSECONDS[unit]):
        whole = f"{(length - rest) // NANOSECONDS[unit] or 1}{unit}"
        yield finding(
            duration,
            f"`{duration.text}` is no whole number of {'seconds' if unit == 's' else 'milliseconds'}; Istio refuses the {kind}",
            hint=f"write `{whole}`",
        )


def not_milliseconds(duration: Cursor, kind: str) -> Iterator[Finding]:
    """A duration that is none, shorter than 1ms, or finer: for fields of which no schema tells."""
    if duration.value is None or duration.unresolved:
        return
    length = nanoseconds(duration.text)
    if length is None:
        yield finding(
            duration,
            f"`{duration.value}` is no duration; Istio refuses the {kind}",
            hint="write a number with its unit, as in `5s`",
        )
    elif length < NANOSECONDS["ms"]:
        yield finding(duration, f"`{duration.text}` is shorter than 1ms; Istio refuses the {kind}", hint="write `1ms` at least")
    else:
        yield from finer_than(duration, "ms", kind)
