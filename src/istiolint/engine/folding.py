"""One problem, one finding: what several resources show is reported once.

Rules say which of their findings belong together (`Rule.fold`). With `--select ALL` each resource keeps its own, as in
`istioctl analyze`.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from istiolint.findings.finding import Diagnostic, Finding, Fix, Place, Span
from istiolint.primitives.patterns import late
from istiolint.rendered.origins import shown
from istiolint.resources.resource import Resource
from istiolint.rules.check import Rule

_Owner: TypeAlias = tuple[int, tuple[str | int, ...]]
_INDEX = late(r"\[\d+\]")


@dataclass(eq=False, repr=False, slots=True)
class Entry:
    """A finding on its way into the report; `reason` is that of the suppression that hides it, `rendered` its place in the output
    of Helm or Kustomize."""

    rule: Rule
    finding: Finding
    resource: Resource | None
    diagnostic: Diagnostic
    reason: str | None
    rendered: Span | None = None


def folded(
    entries: Sequence[Entry], installations: Container[str], owners: Mapping[int, tuple[Resource, Resource]]
) -> list[Entry]:
    """Return the entries without those that repeat another one.

    `installations` are files that install Istio itself, `owners` those of what controllers have created, as `resources.owners`.
    """
    return list(_per_file(_per_line(_per_owner(_per_pair(entries), owners)), installations))


def _per_pair(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Of two resources that contradict each other, the later one is reported; a suppression at either hides both."""
    last: dict[tuple[str, _Owner, _Owner], Entry] = {}
    for entry in sorted((entry for entry in entries if entry.rule.fold == "pair"), key=_place):
        for mine, other in _pairs(entry):
            last[entry.rule.id, mine, other] = entry
    for entry in entries:
        if entry.rule.fold != "pair":
            yield entry
            continue
        counterparts = [last.get((entry.rule.id, other, mine)) for mine, other in _pairs(entry)]
        others = [other for other in counterparts if other is not None]
        if entry.reason is None:
            entry.reason = next((other.reason for other in others if other.reason is not None), None)
        if not others or any(_place(other) < _place(entry) for other in others):
            yield entry


def _pairs(entry: Entry) -> list[tuple[_Owner, _Owner]]:
    if entry.resource is None:
        return []
    mine = (id(entry.resource.document), entry.resource.path)
    others = [related.place for related in entry.finding.related if isinstance(related.place, Place)]
    owners = dict.fromkeys(owner for place in others for owner in _owners(place))
    return [(mine, owner) for owner in owners if owner != mine]


def _owners(place: Place) -> tuple[_Owner, _Owner]:
    """What may be the resource of a place: the document, or an item of its `List`."""
    return (id(place.document), ()), (id(place.document), place.path[:2])


def _per_owner(entries: Iterable[Entry], owners: Mapping[int, tuple[Resource, Resource]]) -> Iterator[Entry]:
    """What a controller repeats in all that it creates is reported at the controller, else at the first of its pods."""
    groups: dict[tuple[str, int], list[Entry]] = defaultdict(list)
    reported: set[tuple[str, int]] = set()
    for entry in entries:
        found = owners.get(id(entry.resource)) if entry.resource and entry.reason is None else None
        if found:
            groups[entry.rule.id, id(found[1])].append(entry)
        else:
            yield entry
            reported.add((entry.rule.id, id(entry.resource)))
    for key, group in groups.items():
        if key in reported:
            continue
        first = min(group, key=_place).resource
        places = {id(entry.resource): entry.diagnostic.span for entry in sorted(group, key=_place) if entry.resource is not first}
        for entry in (entry for entry in group if entry.resource is first):
            if places:
                owner = owners[id(first)][1]
                more = next(iter(places.values())), f"{len(places)} more of `{owner.title}`, the next one here"
                entry.diagnostic = replace(entry.diagnostic, related=(*entry.diagnostic.related, more))
            yield entry


def _per_line(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Of what a loop in a template renders from one line, the first finding is reported, with the number of the others."""
    groups: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.reason is None and entry.rendered:
            groups[_template_line(entry.rule, entry.diagnostic, entry.rendered)].append(entry)
        else:
            yield entry
    for group in groups.values():
        first, *others = sorted(group, key=lambda entry: entry.rendered.start if entry.rendered else 0)
        if others and others[0].rendered:
            words = f"{len(others)} more from this line, the next one rendered as `{shown(others[0].rendered)}`"
            first.diagnostic = replace(first.diagnostic, related=(*first.diagnostic.related, (others[0].rendered, words)))
        yield first


def _template_line(rule: Rule, diagnostic: Diagnostic, rendered: Span) -> tuple[object, ...]:
    """What findings have in common that come from one line: also the field, because `toYaml` renders many from one."""
    span = diagnostic.span
    field = _INDEX.sub("[]", diagnostic.field_path)
    return rule.id, id(rendered.source), span.source.path, span.source.position(span.start).line, field


def _per_file(entries: Iterable[Entry], installations: Container[str]) -> Iterator[Entry]:
    """Of equal findings in a file the first is reported, with the fixes of all."""
    groups: dict[tuple[str, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        path = entry.diagnostic.span.source.path
        if entry.reason is None and entry.rule.fold == "file":
            groups[entry.rule.id, path, entry.diagnostic.message].append(entry)
        elif entry.reason is None and entry.rule.fold == "installation" and path in installations:
            groups[entry.rule.id, path].append(entry)
        else:
            yield entry
    for group in groups.values():
        first, *others = sorted(group, key=_place)
        if others:
            first.diagnostic = _with_others(first.diagnostic, [other.diagnostic for other in others])
        yield first


def _with_others(first: Diagnostic, others: Sequence[Diagnostic]) -> Diagnostic:
    fixes = [diagnostic.fix for diagnostic in (first, *others) if diagnostic.fix]
    fix = None
    if fixes:
        edits = tuple(edit for each in fixes for edit in each.edits)
        fix = Fix(fixes[0].title, edits, all(each.safe for each in fixes))
    more = f"{len(others)} more in this file, the next one here"
    return replace(first, related=(*first.related, (others[0].span, more)), fix=fix)


def _place(entry: Entry) -> tuple[str, int]:
    return entry.diagnostic.span.source.path, entry.diagnostic.span.start
