"""Rules of AuthorizationPolicies, and whether one of them matches every request of another."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from ipaddress import ip_network
from typing import NamedTuple, TypeAlias

from istiolint.authorization.texts import range_covers, text_covers, texts_apart
from istiolint.documents.placeholders import has_placeholder
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource

Item: TypeAlias = Mapping[str, tuple[str, ...]]
"""A source or an operation: all of its fields have to match, of each field one of its values."""

Anchor: TypeAlias = tuple[str, str]
"""A field of an item, and one of its values in lower case."""

SOURCE = ("principals", "requestPrincipals", "namespaces", "serviceAccounts", "trustDomains", "ipBlocks", "remoteIpBlocks")
OPERATION = ("hosts", "ports", "methods", "paths")
_RANGES = ("ipBlocks", "remoteIpBlocks")
_ACCOUNTS = ("serviceAccounts", "notServiceAccounts")
_AS_WRITTEN = ("ports", "serviceAccounts")
_WITHOUT_CASE = ("hosts",)
_SOURCE_ANCHORS = ("principals", "serviceAccounts", "requestPrincipals", "namespaces", *_RANGES)
_SHARED = ("methods", "ports")
"""Fields with values that many rules have."""
_ANY = 2
"""The length of `*` and `/*`, which match nearly all."""
_OPERATION_ANCHORS = ("hosts", "paths", "ports", "methods")
_PRINCIPAL = re.compile(r"[^/*]+/ns/([^/*]+)/sa/.+")


class Condition(NamedTuple):
    """An item of `when`."""

    key: str
    values: tuple[str, ...]
    not_values: tuple[str, ...]


class Rule(NamedTuple):
    """A valid item of `spec.rules`. Without sources it matches any source."""

    policy: Resource
    at: Cursor
    sources: tuple[Item, ...]
    operations: tuple[Item, ...]
    conditions: tuple[Condition, ...]

    @property
    def is_empty(self) -> bool:
        """Whether it matches every request."""
        return not (self.sources or self.operations or self.conditions)

    def covers(self, narrow: "Rule") -> bool:
        """Whether this rule certainly matches every request that `narrow` matches."""
        return (
            _all_covered(self.sources, narrow.sources)
            and _all_covered(self.operations, narrow.operations)
            and all(any(_implies(theirs, mine) for theirs in narrow.conditions) for mine in self.conditions)
        )


def rules_of(policy: Resource) -> Iterator[Rule]:
    """Yield the rules of a policy, except rules that Istio rejects, that contain placeholders, or that have unknown fields."""
    for at in policy.spec["rules"]:
        if not isinstance(at.value, dict) or at.mapping.keys() - {"from", "to", "when"}:
            continue
        sources = [_in_full(_item(item["source"], SOURCE), policy.namespace) for item in at["from"]]
        operations = [_item(item["operation"], OPERATION) for item in at["to"]]
        conditions = [_condition(item) for item in at["when"]]
        whole = all(isinstance(at[part].value, list | None) for part in ("from", "to", "when"))
        if whole and None not in (*sources, *operations, *conditions):
            yield Rule(policy, at, *(tuple(filter(None, items)) for items in (sources, operations, conditions)))  # type: ignore[arg-type]


def exclusions_of_everything(policy: Resource) -> Iterator[tuple[Cursor, str]]:
    """Yield the lists that exclude every value of their counterpart, and the name of that list: nothing matches both."""
    for rule in policy.spec["rules"]:
        for entries, part, fields in ((rule["from"], "source", SOURCE), (rule["to"], "operation", OPERATION)):
            for item in (entry[part] for entry in entries):
                for field in fields:
                    if _excludes_all(item[negative(field)], item[field], _comparison(field)):
                        yield item[negative(field)], field
        for condition in rule["when"]:
            covers = range_covers if condition["key"].text.endswith(".ip") else text_covers
            if _excludes_all(condition["notValues"], condition["values"], covers):
                yield condition["notValues"], "values"


def _excludes_all(excluded: Cursor, values: Cursor, covers: Callable[[str, str], bool]) -> bool:
    wide, narrow = _texts(excluded), _texts(values)
    return bool(narrow) and all(any(covers(theirs, mine) for theirs in wide) for mine in narrow)


def anchors(rule: Rule) -> list[Anchor]:
    """Return names, patterns and ranges of which `traces` of a rule that this one covers has at least one; none if it has none.

    The field with the least general values of an item is used: a rule that covers the item must cover each of its fields.
    """
    for items, fields in ((rule.sources, _SOURCE_ANCHORS), (rule.operations, _OPERATION_ANCHORS)):
        named = [min((field for field in fields if field in item), key=partial(_generality, item), default="") for item in items]
        if items and all(named):
            return [(name, anchor) for name, item in zip(named, items, strict=True) for anchor in _texts_of(name, item[name])]
    return []


def traces(rule: Rule, lengths: Iterable[int]) -> Iterator[Anchor]:
    """Yield all values that may cover the first value of each field of its first source and operation.

    `lengths` are those of the existing patterns.
    """
    for items, fields in ((rule.sources, _SOURCE_ANCHORS), (rule.operations, _OPERATION_ANCHORS)):
        for name in fields if items else ():
            if named := _named(name, items[0]):
                text = next(iter(_texts_of(name, named[:1])))
                yield from ((name, wider) for wider in (_wider_ranges(text) if name in _RANGES else _wider_texts(text, lengths)))


def _generality(item: Item, field: str) -> tuple[bool, bool, bool, int]:
    """Return the sort key of a field: fields that differ in most rules first, then single names, then the longest patterns."""
    patterns = [text for text in item[field] if field not in _RANGES and is_pattern(text)]
    shortest = min(map(len, patterns), default=0)
    return 0 < shortest <= _ANY, field in _SHARED, bool(patterns), -shortest


def _texts_of(field: str, values: Iterable[str]) -> Iterator[str]:
    for text in values:
        yield _range(text) if field in _RANGES else text.lower()


def _range(text: str) -> str:
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        return text


def _wider_ranges(text: str) -> Iterator[str]:
    try:
        network = ip_network(text)
    except ValueError:
        yield text
    else:
        yield from (str(network.supernet(new_prefix=length)) for length in range(network.prefixlen + 1))


def _wider_texts(text: str, lengths: Iterable[int]) -> Iterator[str]:
    """Yield a text and every pattern by beginning or by end that may cover it."""
    yield text
    for length in lengths:
        if length <= len(text) + 1:
            yield f"{text[: length - 1]}*"
            yield f"*{text[len(text) - length + 1 :]}"


def is_pattern(text: str) -> bool:
    """Whether a text is compared by its beginning or end."""
    return text.startswith("*") or text.endswith("*")


def _item(item: Cursor, fields: tuple[str, ...]) -> Item | None:
    known = {name for field in fields for name in (field, negative(field))}
    found = {name: _texts(values) for name, values in item.items() if values.value is not None}
    return found if found and found.keys() <= known and all(found.values()) else None


def _in_full(source: Item | None, namespace: str) -> Item | None:
    """Return a source with namespaces in all service accounts; the default is the namespace of the policy."""
    if source is None:
        return None
    return {
        name: tuple(text if "/" in text else f"{namespace}/{text}" for text in texts) if name in _ACCOUNTS else texts
        for name, texts in source.items()
    }


def _condition(item: Cursor) -> Condition | None:
    values, not_values = _texts(item["values"]), _texts(item["notValues"])
    written = all(bool(texts) == bool(item[name]) for name, texts in (("values", values), ("notValues", not_values)))
    return Condition(item["key"].text, values, not_values) if item["key"].text and written and (values or not_values) else None


def _texts(values: Cursor) -> tuple[str, ...]:
    """Return the texts of a list; none if it contains anything else."""
    texts = tuple(value.text for value in values)
    return texts if all(texts) and not any(map(has_placeholder, texts)) else ()


def negative(field: str) -> str:
    """Return the field that excludes the values of another one: `notPaths` for `paths`."""
    return f"not{field[0].upper()}{field[1:]}"


def _all_covered(wide: tuple[Item, ...], narrow: tuple[Item, ...]) -> bool:
    return not wide or bool(narrow and all(any(_item_covers(mine, theirs) for mine in wide) for theirs in narrow))


def _item_covers(wide: Item, narrow: Item) -> bool:
    return all(_field_covers(field, values, narrow) for field, values in wide.items())


def _field_covers(field: str, wide: tuple[str, ...], narrow: Item) -> bool:
    if field.startswith("not"):
        plain = f"{field[3].lower()}{field[4:]}"
        covers, excluded, named = _comparison(plain), narrow.get(field, ()), _named(plain, narrow)
        return all(
            any(covers(theirs, mine) for theirs in excluded)
            or (bool(named) and plain not in _RANGES and all(_apart(plain, mine, theirs) for theirs in named))
            for mine in wide
        )
    covers, named = _comparison(field), _named(field, narrow)
    return bool(named) and all(any(covers(mine, theirs) for mine in wide) for theirs in named)


def _named(field: str, item: Item) -> tuple[str, ...]:
    """Return the values of a field; principals also name their namespaces."""
    if field == "namespaces" and field not in item:
        found = [_PRINCIPAL.fullmatch(principal) for principal in item.get("principals", ())]
        return tuple(match[1] for match in found if match) if all(found) else ()
    return item.get(field, ())


def _comparison(field: str) -> Callable[[str, str], bool]:
    if field in _RANGES:
        return range_covers
    if field in _WITHOUT_CASE:
        return lambda wide, narrow: text_covers(wide.lower(), narrow.lower())
    return str.__eq__ if field in _AS_WRITTEN else text_covers


def _apart(field: str, one: str, other: str) -> bool:
    if field in _AS_WRITTEN:
        return one != other
    return texts_apart(one.lower(), other.lower()) if field in _WITHOUT_CASE else texts_apart(one, other)


def _implies(narrow: Condition, wide: Condition) -> bool:
    """Whether requests that meet one condition meet another. Attributes may be lists: one value does not exclude another."""
    if narrow.key != wide.key or (wide.values and not narrow.values):
        return False
    covers = range_covers if wide.key.endswith(".ip") else text_covers
    return all(any(covers(mine, theirs) for mine in wide.values) for theirs in narrow.values if wide.values) and all(
        any(covers(theirs, mine) for theirs in narrow.not_values) for mine in wide.not_values
    )
