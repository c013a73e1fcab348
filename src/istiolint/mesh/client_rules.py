"""The DestinationRule that a client uses for a host, merged as istiod merges those for one host."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from istiolint.mesh.ages import oldest_first
from istiolint.mesh.destination_rules import DestinationRules, subsets
from istiolint.mesh.visibility import sees
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource


@dataclass(frozen=True, slots=True, eq=False)
class MergedRule:
    """DestinationRules for one host as one: the first traffic policy, and the subsets of all."""

    rules: tuple[Resource, ...]
    policy: Cursor | None
    subsets: Mapping[str, Cursor]

    def tls(self, subset: str, port: int) -> Cursor | None:
        """The client TLS settings for a subset ("" for none) and a Service port; None where none are set.

        Settings of a port replace those above as a whole, those of a subset field by field.
        """
        return self.setting("tls", subset, port)

    def setting(self, name: str, subset: str, port: int) -> Cursor | None:
        """A part of the traffic policy for a subset ("" for none) and a Service port; None where it is not set."""
        above = at_port(self.policy, name, port) if self.policy is not None else None
        own = self.subsets[subset]["trafficPolicy"] if subset in self.subsets else None
        if own is None or own.value is None:
            return above
        found = at_port(own, name, port)
        return found if found is not None or _port_level(own, port) is not None else above

    def rule_of(self, setting: Cursor) -> Resource:
        """The DestinationRule that has a setting."""
        return next(
            (each for each in self.rules if each.document is setting.document and setting.path[: len(each.path)] == each.path),
            self.rules[0],
        )


def at_port(policy: Cursor, name: str, port: int) -> Cursor | None:
    """Return a part of a traffic policy for a Service port; None where it is not set. Settings of the port replace all others."""
    level = _port_level(policy, port)
    found = (policy if level is None else level)[name]
    return found if found.mapping else None


def _port_level(policy: Cursor, port: int) -> Cursor | None:
    return next((each for each in policy["portLevelSettings"] if each["port"]["number"].number == port), None)


class ClientRules:
    """The merged DestinationRule for each client namespace and host."""

    def __init__(self, rules: DestinationRules):
        self._rules = rules
        self._merged: dict[tuple[str, str], list[MergedRule]] = {}

    def of(self, namespace: str, labels: Mapping[str, str], host: str) -> MergedRule | None:
        """The rule that a client uses for a host: one whose `workloadSelector` matches it, else the last without a selector."""
        found = self._for_namespace(namespace, host)
        for each in found:
            first = each.rules[0]
            wanted = first.spec["workloadSelector"]["matchLabels"].labels
            selects = first.spec["workloadSelector"].mapping and wanted.items() <= labels.items()
            if selects and first.namespace == namespace:
                return each
        return next((each for each in reversed(found) if not each.rules[0].spec["workloadSelector"].mapping), None)

    def usable(self, namespace: str, host: str) -> list[MergedRule]:
        """The rules for a host of which each client in a namespace uses one, depending on its labels."""
        found = self._for_namespace(namespace, host)
        general = [each for each in found if not each.rules[0].spec["workloadSelector"].mapping][-1:]
        return [
            each for each in found if each.rules[0].spec["workloadSelector"].mapping and each.rules[0].namespace == namespace
        ] + general

    def unused(self, namespace: str, labels: Mapping[str, str], host: str) -> Iterator["Unused"]:
        """The DestinationRules that cover a host and that a client does not use."""
        used = self.of(namespace, labels, host)
        names = used.rules if used is not None else ()
        for rule in self._rules.covering(host):
            if rule in names:
                continue
            if not sees(namespace, self._rules.scope(rule)):
                because = f"it is not exported to namespace `{namespace}`"
            elif rule.spec["workloadSelector"].mapping:
                because = "its `workloadSelector` does not match the client"
            elif not names:
                because = "it is in neither the namespace of the client, nor that of the Service, nor the root namespace"
            elif names[0].namespace == rule.namespace:
                because = f"{names[0].title} has the more specific host"
            else:
                because = f"Istio looks in namespace `{names[0].namespace}` first"
            yield Unused(rule, because)

    def _for_namespace(self, namespace: str, host: str) -> list[MergedRule]:
        key = namespace, host
        if key not in self._merged:
            self._merged[key] = _merge(oldest_first(self._rules.visible_from(namespace, host)), self._rules)
        return self._merged[key]


class Unused(NamedTuple):
    """A DestinationRule that a client does not use, and why."""

    rule: Resource
    because: str


def _merge(rules: Sequence[Resource], index: DestinationRules) -> list[MergedRule]:
    """Rules with the same visibility are merged; one with a selector also stays alone, for the workloads that it selects."""
    groups: list[list[Resource]] = []
    for rule in rules:
        alone = True
        for group in groups:
            mine, theirs = rule.spec["workloadSelector"], group[0].spec["workloadSelector"]
            both = bool(mine.mapping) and bool(theirs.mapping)
            if both and mine["matchLabels"].labels != theirs["matchLabels"].labels:
                continue
            if index.scope(group[0]) == index.scope(rule):
                group.append(rule)
                alone = alone and bool(mine.mapping) != bool(theirs.mapping)
        if alone:
            groups.append([rule])
    return [_merged(group) for group in groups]


def _merged(rules: Sequence[Resource]) -> MergedRule:
    policy = next((rule.spec["trafficPolicy"] for rule in rules if rule.spec["trafficPolicy"].value is not None), None)
    return MergedRule(tuple(rules), policy, subsets(rules))
