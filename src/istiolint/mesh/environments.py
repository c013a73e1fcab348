"""Environments: whether a resource belongs to production, staging, a test, and what in the input says so."""

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple, TypeAlias

from istiolint.resources.resource import Resource
from istiolint.settings import Environment as Declared

Stage: TypeAlias = Literal["production", "staging", "test"]

_STAGES: dict[str, Stage] = {
    **dict.fromkeys(("prod", "production", "prd", "live"), "production"),
    **dict.fromkeys(("staging", "stage", "stg", "preprod", "preproduction", "uat", "acceptance"), "staging"),
    **dict.fromkeys(
        (
            "dev", "development", "develop", "test", "tests", "testing", "qa", "sandbox", "demo", "demos", "sample", "samples",
            "example", "examples", "e2e", "ci", "minikube", "chaos", "integration", "tutorial", "lab", "nonprod",
            "nonproduction", "nonlive", "playground", "fixtures", "testdata",
        ),
        "test",
    ),
}  # fmt: skip
_NEGATIONS: dict[str, Stage] = {"pre": "staging", "non": "test", "not": "test"}
"""Words that turn the meaning of the production word behind them: pre-prod, non-prod, not-live."""
_LABELS = ("environment", "env", "tier", "stage")
_WORD = re.compile(r"[a-z0-9]+")
_NUMBERED = re.compile(r"\d+$")


class Environment(NamedTuple):
    """An environment: its stage, the evidence in words, and its name where the configuration has one for it."""

    stage: Stage
    because: str
    named: str = ""

    @property
    def name(self) -> str:
        """What the configuration calls it, else its stage."""
        return self.named or self.stage


class Environments:
    """Derives environments from the configuration, labels, the namespace's name and the path, in this order."""

    def __init__(self, namespaces: Mapping[str, Sequence[Resource]], declared: tuple[Declared, ...]):
        self._namespaces, self._declared = namespaces, declared

    def of(self, resource: Resource) -> Environment | None:
        """Return the environment of a resource; None where nothing suggests one."""
        return (
            self._configured(resource)
            or _labelled(resource.labels, resource.title)
            or self._by_namespace(resource.namespace)
            or _by_path(resource.document.source.path)
        )

    def stage(self, resource: Resource) -> Stage | None:
        """Return the stage of a resource's environment; None where nothing suggests one."""
        found = self.of(resource)
        return found.stage if found else None

    def _by_namespace(self, name: str) -> Environment | None:
        for namespace in self._namespaces.get(name, ()):
            found = _labelled(namespace.labels, f"namespace `{name}`")
            if found:
                return found
        stage = stage_of(name)
        return Environment(stage, f"namespace `{name}`") if stage else None

    def _configured(self, resource: Resource) -> Environment | None:
        if name := resource.document.source.environment:
            return _named(name, f"rendered for environment `{name}`")
        path = _slashes(resource.document.source.path)
        for declared in self._declared:
            glob = next((glob for glob in declared.namespaces if fnmatchcase(resource.namespace, glob)), None)
            if glob is not None:
                return _named(declared.name, f"namespaces `{glob}` are configured as `{declared.name}`")
            glob = next((glob for glob in declared.paths if fnmatchcase(path, glob) or fnmatchcase(path, f"*/{glob}")), None)
            if glob is not None:
                return _named(declared.name, f"files `{glob}` are configured as `{declared.name}`")
            labels = [resource.labels, *(namespace.labels for namespace in self._namespaces.get(resource.namespace, ()))]
            for key, glob in declared.labels:
                if any(key in each and fnmatchcase(each[key], glob) for each in labels):
                    return _named(declared.name, f"label `{key}: {glob}` is configured as `{declared.name}`")
        return None


def stage_of(name: str) -> Stage | None:
    """Return the stage that the words of a name suggest: production for `shop-prod`, None for `products` and `delivery`.

    A word for a test or for staging outweighs one for production: `prod-test` and `pre-prod` are not production.
    """
    words = _WORD.findall(name.lower())
    found: list[Stage] = []
    for before, word in zip(["", *words], words, strict=False):
        stage = _STAGES.get(word) or _STAGES.get(_NUMBERED.sub("", word))
        if word == "live" and word != words[-1]:
            continue  # live-chat, live-stream: what the application does
        if stage == "production" and before in _NEGATIONS:
            found.append(_NEGATIONS[before])
        elif stage:
            found.append(stage)
    return min(found, key=("test", "staging", "production").index, default=None)


def _labelled(labels: dict[str, str], whose: str) -> Environment | None:
    for key, value in labels.items():
        if key.rpartition("/")[2].lower() in _LABELS:
            stage = stage_of(value)
            if stage:
                return Environment(stage, f"{whose} is labeled `{key}: {value}`")
    return None


def _by_path(path: str) -> Environment | None:
    """Return the environment that the file's name or its folders suggest; the innermost one wins."""
    for step in reversed(_slashes(path).split("/")):
        stage = stage_of(step.rpartition(".")[0] or step)
        if stage:
            return Environment(stage, f"path contains `{step}`")
    return None


def _named(name: str, because: str) -> Environment:
    """Return an environment of the configuration; its stage is `test` if its name suggests none."""
    return Environment(stage_of(name) or "test", because, name)


def _slashes(path: str) -> str:
    return path.replace("\\", "/")
