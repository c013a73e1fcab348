"""Targets that one cluster may have side by side: for questions about a request, which may cross several of them."""

import posixpath
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence

from istiolint.resources.resource import Resource
from istiolint.targets.target import Target

_REPEATED = ("Namespace", "CustomResourceDefinition", "HelmValues")
"""Kinds that many targets repeat although they are applied to one cluster."""


def together(targets: Sequence[Target]) -> list[Target]:
    """Join the targets that do not contradict each other.

    Two targets are alternatives if they define the same resource, or are built from the same manifest. Each alternative is joined
    with the targets that have none, and with the alternatives of other targets that have the name of its folder (`prod`).
    Clusters that are named stay as they are.
    """
    if len(targets) < 2 or any(target.kind == "cluster" for target in targets):
        return list(targets)
    against = _alternatives(targets)
    common = [number for number in range(len(targets)) if not against[number]]
    if len(common) == len(targets):
        return [_joined(targets, targets[0])]
    found: list[Target] = []
    for number, target in enumerate(targets):
        if against[number]:
            beside = {number, *common}
            for other in range(len(targets)):
                same = against[other] and _folder(targets[other]) == _folder(target)
                if same and not beside & against[other]:
                    beside.add(other)
            found.append(_joined([targets[each] for each in sorted(beside)], target))
    return found


def _alternatives(targets: Sequence[Target]) -> list[set[int]]:
    """For each target the numbers of those that it is an alternative to."""
    owners: dict[Hashable, set[int]] = defaultdict(set)
    for number, target in enumerate(targets):
        for resource in target.resources:
            if resource.type and resource.type not in _REPEATED and resource.kind not in _REPEATED:
                owners["resource", resource.type, resource.namespace, resource.name].add(number)
                owners["manifest", resource.written].add(number)
    against: list[set[int]] = [set() for _ in targets]
    for numbers in {frozenset(numbers) for numbers in owners.values() if len(numbers) > 1}:
        for number in numbers:
            against[number] |= numbers - {number}
    return against


def _folder(target: Target) -> str:
    return posixpath.basename(target.name.rstrip(")"))


def _joined(parts: Sequence[Target], main: Target) -> Target:
    """One target of several, called like the main one."""
    if len(parts) == 1:
        return parts[0]
    return Target(
        main.name, main.kind, list(_once(resource for part in parts for resource in part.resources)), guessed=main.guessed,
        context=list(_once(resource for part in parts for resource in part.context)),
        gaps=[gap for part in parts for gap in part.gaps], skipped=[document for part in parts for document in part.skipped],
    )  # fmt: skip


def _once(resources: Iterator[Resource]) -> Iterator[Resource]:
    """Namespaces that several targets repeat count once."""
    seen: set[Hashable] = set()
    for resource in resources:
        key = (resource.type or resource.kind, resource.namespace, resource.name)
        if key not in seen or resource.kind not in _REPEATED:
            seen.add(key)
            yield resource
