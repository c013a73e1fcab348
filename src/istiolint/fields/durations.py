"""Durations: fields with a finest unit."""

from collections.abc import Iterator

from istiolint.findings.finding import Finding
from istiolint.primitives.durations import NANOSECONDS, nanoseconds
from istiolint.resources.cursor import Cursor
from istiolint.rules.check import finding, rejected


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
        units = "seconds" if unit == "s" else "milliseconds"
        whole = f"{(length - rest) // NANOSECONDS[unit] or 1}{unit}"
        yield finding(
            duration,
            rejected(f"`{duration.text}` is not a whole number of {units}", kind),
            hint=f"use `{whole}`",
        )


def not_milliseconds(duration: Cursor, kind: str) -> Iterator[Finding]:
    """Report an invalid duration, one below 1ms, or one with fractions of 1ms, in a field without a schema."""
    if duration.value is None or duration.unresolved:
        return
    length = nanoseconds(duration.text)
    if length is None:
        yield finding(
            duration,
            rejected(f"invalid duration `{duration.value}`", kind),
            hint="use a number with a unit, such as `5s`",
        )
    elif length < NANOSECONDS["ms"]:
        yield finding(duration, rejected(f"duration `{duration.text}` is shorter than 1ms", kind), hint="use at least `1ms`")
    else:
        yield from finer_than(duration, "ms", kind)
