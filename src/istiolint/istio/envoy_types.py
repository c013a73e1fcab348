"""The types of Envoy's API that each release of Istio knows, by their packages (schemas/envoy-types.json)."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from istiolint.data import read
from istiolint.resources.cursor import Cursor
from istiolint.settings import minor

OURS = "envoy."
"""How the packages begin that are listed. Others (Istio's own, udpa, xds) are not: those of TypedStruct hold anything."""
TYPE = "@type"
_ANYTHING = ("udpa.type.v1.TypedStruct", "xds.type.v3.TypedStruct")
_MOST_LETTERS = 2


class Span(NamedTuple):
    """The releases of Istio that know a package: from `since` on, up to the one before `removed`."""

    since: str | None = None
    removed: str | None = None

    def begun(self, release: int) -> bool:
        """Whether a release, by its minor, is not too old for it."""
        return self.since is None or release >= minor(self.since)

    def ended(self, release: int) -> bool:
        """Whether a release is too new for it."""
        return self.removed is not None and release >= minor(self.removed)


@cache
def packages() -> dict[str, Span]:
    """All packages of API v3 by name."""
    data = read("envoy-types")
    return {name: Span(**facts) for name, facts in data.items()}


def package_of(url: str) -> str:
    """The package of a type's URL: `envoy.config.core.v3` for `type.googleapis.com/envoy.config.core.v3.Address`."""
    parts = url.rpartition("/")[2].split(".")
    return ".".join(parts[: next((at for at, part in enumerate(parts) if part[:1].isupper()), len(parts))])


def near(package: str, release: int) -> str | None:
    """Return the package of a release that an unknown package probably means; None unless exactly one is similar."""
    from rapidfuzz.distance import DamerauLevenshtein

    known = [name for name, span in packages().items() if span.begun(release) and not span.ended(release)]
    slips = [name for name in known if DamerauLevenshtein.distance(name, package, score_cutoff=_MOST_LETTERS) <= _MOST_LETTERS]
    tail = package.rsplit(".", 2)[-2:]
    moved = [name for name in known if len(tail) == 2 and name.rsplit(".", 2)[-2:] == tail]
    plain = [name for name in known if name.replace("_", "") == package.replace("_", "")]
    return next((found[0] for found in (plain, slips, moved) if len(found) == 1), None)


def types(value: Cursor) -> Iterator[Cursor]:
    """Each `@type` within a value that istiod resolves: not those within a TypedStruct, which it passes on as they are."""
    todo = [value]
    while todo:
        at = todo.pop()
        if isinstance(at.value, dict):
            url = at.mapping.get(TYPE)
            if isinstance(url, str):
                yield at[TYPE]
                if url.rpartition("/")[2] in _ANYTHING:
                    continue
            todo += (item for _, item in at.items())
        elif isinstance(at.value, list):
            todo += at
