"""The name among many that a misspelled one most likely means."""

from collections.abc import Iterable, Sequence


def closest(name: str, known: Iterable[str], cutoff: float) -> str | None:
    """Return the known name that has most letters in common with `name`; None if none reaches `cutoff` (0 to 1)."""
    return next(iter(similar(name, known, cutoff, most=1)), None)


def similar(name: str, known: Iterable[str], cutoff: float, most: int | None = None) -> Sequence[str]:
    """Return the known names that have a share of at least `cutoff` of their letters in common with `name`, the closest first."""
    from rapidfuzz import process
    from rapidfuzz.distance import Indel

    found = process.extract(name, list(known), scorer=Indel.normalized_similarity, score_cutoff=cutoff, limit=most)
    return [match[0] for match in found]
