"""Istio's own annotations and labels: which there are, and on which kinds they work (schemas/annotations.json)."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Literal

from istiolint.data import folder
from istiolint.settings import Settings, minor

INGRESS_CLASS = "kubernetes.io/ingress.class"
DRY_RUN = "istio.io/dry-run"
INTERNAL = "internal.istio.io/"
"""Before the names that Istio keeps for itself."""
Sort = Literal["annotations", "labels"]


@dataclass(frozen=True, slots=True)
class Known:
    """An annotation or label. `kinds` are types as in istiolint.resources.kinds, or Any; versions are minors such as `1.24`."""

    kinds: tuple[str, ...]
    stage: Literal["alpha", "beta", "stable"]
    since: str | None = None
    removed: str | None = None
    deprecated: str | None = None

    def works_in(self, settings: Settings) -> bool:
        """Whether the Istio that is linted for knows it."""
        version = settings.istio_minor
        return not (self.since and version < minor(self.since)) and not (self.removed and version >= minor(self.removed))


@cache
def known(sort: Sort) -> dict[str, Known]:
    """All annotations, or all labels, by name."""
    table = json.loads((folder("schemas") / "annotations.json").read_text("utf-8"))
    return {name: Known(**(facts | {"kinds": tuple(facts["kinds"])})) for name, facts in table[sort].items()}


def is_istio_key(key: str) -> bool:
    """Whether a key belongs to Istio: its domain is istio.io or below it. (`kubernetes.io/ingress.class` counts, too.)"""
    domain, slash, _ = key.partition("/")
    return (bool(slash) and (domain == "istio.io" or domain.endswith(".istio.io"))) or key == INGRESS_CLASS
