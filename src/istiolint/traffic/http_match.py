"""HTTPMatchRequest as a set of requests."""

from collections.abc import Hashable, Iterator, Mapping
from typing import NamedTuple

from istiolint.traffic.callers import ANYONE, Binding, Callers
from istiolint.traffic.string_match import StringMatch, string_match

Key = tuple[str, str]
URI: Key = ("uri", "")
ANY_PATH = StringMatch("prefix", "/")
"""A match without `uri`; every request's path begins with a slash."""

_FIELDS = frozenset((
    "authority", "gateways", "headers", "ignoreUriCase", "method", "name", "port", "queryParams", "scheme", "sourceLabels",
    "sourceNamespace", "statPrefix", "uri", "withoutHeaders",
))  # fmt: skip
_NOTHING: Mapping[Key, StringMatch] = {}
_PSEUDO_HEADERS = ("method", "scheme", "authority")


class HttpMatch(NamedTuple):
    """Requests by path, headers (`:method`, `:scheme` and `:authority` among them), query, port and caller.

    Matches are equal if they match the same requests: the name and `statPrefix` do not count.
    """

    conditions: Mapping[Key, StringMatch] = _NOTHING
    without: Mapping[Key, StringMatch] = _NOTHING
    port: int = 0
    callers: Callers = ANYONE

    def covers(self, other: "HttpMatch") -> bool:
        """Whether every request of the other is certainly one of these."""
        return (
            self.port in (0, other.port)
            and self.callers.covers(other.callers)
            and all(_implied(mine, key, other) for key, mine in self.conditions.items())
            and all(_implied_absence(mine, key, other) for key, mine in self.without.items())
        )

    def restates(self, other: "HttpMatch") -> bool:
        """Whether the other match has each condition of this one unchanged: it stays covered if both get more conditions."""
        return (
            self.port in (0, other.port)
            and self.callers.covers(other.callers)
            and self.conditions.items() <= other.conditions.items()
            and self.without.items() <= other.without.items()
        )

    @property
    def takes_everything(self) -> bool:
        """Whether it matches every request."""
        return self.covers(HttpMatch())

    def filings(self) -> Iterator[tuple[Hashable, ...]]:
        """Alternative sets of keys under which an index can store this match."""
        for key, condition in self.conditions.items():
            yield ((key, condition.filing()),)
        if self.port:
            yield (("port", self.port),)
        yield from self.callers.filings()
        for key in self.without:
            yield (("without", key),)

    def probes(self) -> Iterator[Hashable]:
        """The keys under which matches that cover this one are stored."""
        for key, condition in ((URI, ANY_PATH), *self.conditions.items()):
            for probe in condition.probes():
                yield key, probe
        if self.port:
            yield "port", self.port
        yield from self.callers.probes()
        for key in self.without:
            yield "without", key


def _implied(mine: StringMatch, key: Key, other: HttpMatch) -> bool:
    theirs = other.conditions.get(key, ANY_PATH if key == URI else None)
    if key == URI and mine.covers(ANY_PATH):
        return True
    if theirs is None:
        return False
    # A claim can be a list, and any of its items may match.
    return mine == theirs if key[1].startswith("@") else mine.covers(theirs)


def _implied_absence(mine: StringMatch, key: Key, other: HttpMatch) -> bool:
    theirs = other.without.get(key)
    if theirs is None:
        return False
    # Presence and values differ in what a missing header means, and versions of Istio differ there.
    values = "present" not in (mine.form, theirs.form) and not key[1].startswith("@")
    return mine == theirs or (values and theirs.covers(mine))


def http_match(data: object, binding: Binding) -> HttpMatch | None:
    """Return an item of `match`; None if a part of it is unreadable or rejected, so that its requests are unknown."""
    if not isinstance(data, dict) or not data.keys() <= _FIELDS:
        return None
    callers = binding.callers(data, gateways_only=True)
    port = data.get("port", 0)
    conditions, without = _conditions(data), _map(data.get("withoutHeaders", {}), "header", star=True)
    if callers is None or type(port) is not int or conditions is None or without is None:
        return None
    return HttpMatch(conditions, without, port, callers)


def _conditions(data: dict[str, object]) -> dict[Key, StringMatch] | None:
    headers, query = _map(data.get("headers", {}), "header"), _map(data.get("queryParams", {}), "query")
    if headers is None or query is None:
        return None
    conditions = headers | query
    for name in (name for name in _PSEUDO_HEADERS if name in data):
        condition = string_match(data[name])
        if condition is None or ("header", f":{name}") in conditions:
            return None
        if condition.form != "present":  # every request has a method, a scheme and an authority
            conditions["header", f":{name}"] = condition
    if "uri" in data:
        uri = string_match(data["uri"])
        ignore_case = data.get("ignoreUriCase", False)
        if uri is None or uri.form == "present" or not isinstance(ignore_case, bool):
            return None
        conditions[URI] = StringMatch(uri.form, uri.text, ignore_case and uri.form != "regex")
    return conditions


def _map(data: object, kind: str, *, star: bool = False) -> dict[Key, StringMatch] | None:
    """Return the conditions of a map. Envoy compares header names in lower case. `star`: regex `*` means presence."""
    if not isinstance(data, dict):
        return None
    conditions: dict[Key, StringMatch] = {}
    for name, value in data.items():
        condition = StringMatch("present") if star and value == {"regex": "*"} else string_match(value)
        key = (kind, name.lower() if kind == "header" and not name.startswith("@") else name)
        if condition is None or key in conditions:
            return None
        conditions[key] = condition
    return conditions
