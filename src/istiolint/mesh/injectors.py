"""The webhooks by which sidecars are injected, and which pods each of them takes."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import product
from typing import NamedTuple

from istiolint.mesh.label_selectors import selects
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource

INJECTION, INJECT, REVISION = "istio-injection", "sidecar.istio.io/inject", "istio.io/rev"


class Webhook(NamedTuple):
    """An item of `webhooks` that injects, with the configuration that holds it."""

    configuration: Resource
    cursor: Cursor


class Case(NamedTuple):
    """A pod as webhooks see it: the labels of its namespace and its own, as far as they concern injection."""

    namespace: tuple[tuple[str, str], ...]
    pod: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"a namespace {_words(self.namespace)} and a pod {_words(self.pod)}"


class Injectors:
    """Istio's injection webhooks, and the cases that more than one of them takes."""

    def __init__(self, configurations: Sequence[Resource]):
        self.webhooks = [
            Webhook(configuration, webhook)
            for configuration in configurations
            for webhook in configuration["webhooks"]
            if webhook["name"].text.endswith("istio.io")
        ]

    def overlapping(self, webhook: Webhook) -> Iterator[tuple[Webhook, Case]]:
        """Other webhooks that take a pod that this one takes as well, each with such a case."""
        ours = self._cases.get(id(webhook.cursor.value), {})
        for other in self.webhooks:
            if other.cursor.value is not webhook.cursor.value:
                theirs = self._cases.get(id(other.cursor.value), {})
                if shared := next((case for case in ours if case in theirs), None):
                    yield other, shared

    @cached_property
    def _cases(self) -> dict[int, dict[Case, None]]:
        revisions = [None, *sorted(set(self._revisions()))]
        injections, injects = (None, "enabled", "disabled"), (None, "true", "false")
        cases = [
            Case(_labels({INJECTION: injection, REVISION: revision}), _labels({INJECT: inject, REVISION: own}))
            for injection, revision, inject, own in product(injections, revisions, injects, revisions)
        ]
        return {
            id(webhook.cursor.value): dict.fromkeys(case for case in cases if _takes(webhook.cursor, case))
            for webhook in self.webhooks
        }

    def _revisions(self) -> Iterator[str]:
        for webhook in self.webhooks:
            if revision := webhook.configuration.labels.get(REVISION):
                yield revision
            for selector in (webhook.cursor["namespaceSelector"], webhook.cursor["objectSelector"]):
                if revision := selector["matchLabels"].labels.get(REVISION):
                    yield revision
                for expression in selector["matchExpressions"]:
                    if expression["key"].text == REVISION:
                        yield from (value.text for value in expression["values"] if value.text)


def _takes(webhook: Cursor, case: Case) -> bool:
    namespace, pod = dict(case.namespace), dict(case.pod)
    return selects(webhook["namespaceSelector"], namespace) and selects(webhook["objectSelector"], pod)


def _labels(labels: dict[str, str | None]) -> tuple[tuple[str, str], ...]:
    return tuple((key, value) for key, value in labels.items() if value)


def _words(labels: tuple[tuple[str, str], ...]) -> str:
    return "labeled " + ", ".join(f"`{key}: {value}`" for key, value in labels) if labels else "without labels"
