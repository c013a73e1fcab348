"""The name among many that a misspelled one most likely means."""

from collections.abc import Iterable, Sequence

_MOST_SLIPS = 2
_LETTERS_FOR_A_SLIP = 3


def closest(name: str, known: Iterable[str], cutoff: float) -> str | None:
    """Return the known name that has most letters in common with `name`; None if none reaches `cutoff` (0 to 1)."""
    if not (names := list(known)):
        return None
    from rapidfuzz import process
    from rapidfuzz.distance import Indel

    found = process.extractOne(name, names, scorer=Indel.normalized_similarity, score_cutoff=cutoff)
    return found[0] if found else None


def similar(name: str, known: Iterable[str], cutoff: float) -> Sequence[str]:
    """Return the known names that have a share of at least `cutoff` of their letters in common with `name`, the closest first."""
    if not (names := list(known)):
        return ()
    from rapidfuzz import process
    from rapidfuzz.distance import Indel

    found = process.extract(name, names, scorer=Indel.normalized_similarity, score_cutoff=cutoff, limit=None)
    return [match[0] for match in found]


def misspelt(name: str, known: Iterable[str]) -> str | None:
    """Return the known name of which `name` is most likely a misspelling, None if there is none.

    Names of one convention (`order-service`, `user-service`) are compared without the words that they end in alike.
    """
    if not (names := list(known)):
        return None
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    found = []
    # What both end in alike does not change the distance, only how many slips are likely.
    for other, distance, _ in process.extract(name, names, scorer=OSA.distance, score_cutoff=_MOST_SLIPS, limit=None):
        one, two = _without_common_end(name, other)
        if distance <= min(_MOST_SLIPS, max(len(one), len(two)) // _LETTERS_FOR_A_SLIP):
            found.append((distance, other))
    return min(found)[1] if found else None


def _without_common_end(one: str, other: str) -> tuple[str, str]:
    """Two names without the words behind hyphens that both end in; each keeps at least one word."""
    ones, others = one.split("-"), other.split("-")
    while len(ones) > 1 and len(others) > 1 and ones[-1] == others[-1]:
        ones.pop()
        others.pop()
    return "-".join(ones), "-".join(others)
