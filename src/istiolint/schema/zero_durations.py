"""Advice for zero durations, which are meant as "no limit" or "off" and which the API server rejects."""

from istiolint.resources.cursor import Cursor

_HINTS = {
    "fixedDelay": "remove `delay`: without it, requests are not delayed",
    "perTryTimeout": "remove `perTryTimeout`: by default the route timeout limits each attempt",
}


def without_time(field: Cursor) -> str:
    """Return the hint for a duration of zero."""
    name = str(field.name)
    if name == "timeout" and "http" in field.path:
        return "remove `timeout`: requests have no timeout by default"
    return _HINTS.get(name, f"remove `{name}` to use the default, or set at least `1ms`")
