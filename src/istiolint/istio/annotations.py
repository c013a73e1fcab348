"""Istio's own annotations and labels: which there are, and on which kinds they work (schemas/annotations.json)."""

from functools import cache
from typing import Literal, NamedTuple

from istiolint.data import read
from istiolint.settings import Settings, minor

INGRESS_CLASS = "kubernetes.io/ingress.class"
DRY_RUN = "istio.io/dry-run"
INTERNAL = "internal.istio.io/"
"""Before the names that Istio keeps for itself."""
GONE = {
    "ambient.istio.io/redirection": (
        "1.22", "disabled", "the pod is not excluded from ambient mode",
        "set the label `istio.io/dataplane-mode: none` on the pod",
    ),
    "istio.io/for-service-account": (
        "1.22", "", "waypoints no longer belong to service accounts",
        "set the label `istio.io/use-waypoint` on the namespace, Service or pod",
    ),
}  # fmt: skip
"""Annotations that a release stopped reading because a label took their place: the release, the only value that is concerned
("" for any), the consequence, and what to do.
"""
REMOVED_LABELS = {"istio.io/gateway-name": ("1.24", "gateway.networking.k8s.io/gateway-name")}
"""The labels of pods that a release removed: the release, and the label that replaced it."""
Sort = Literal["annotations", "labels"]


class Known(NamedTuple):
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
    table = read("annotations")
    return {name: Known(**(facts | {"kinds": tuple(facts["kinds"])})) for name, facts in table[sort].items()}


def is_istio_key(key: str) -> bool:
    """Whether a key belongs to Istio: its domain is istio.io or below it. (`kubernetes.io/ingress.class` counts, too.)"""
    domain, slash, _ = key.partition("/")
    return (bool(slash) and (domain == "istio.io" or domain.endswith(".istio.io"))) or key == INGRESS_CLASS
