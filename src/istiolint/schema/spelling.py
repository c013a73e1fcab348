"""Find names that are similar to a misspelled one."""

from collections.abc import Iterable

from istiolint.primitives.patterns import late

_WORD_ENDS = (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("shes", "sh"), ("s", ""))
_NOT_PLAIN = late(r"[^a-z0-9]")

SAME, PLURAL, WORD = 0.0, 0.5, 1.5
"""Distances: the same letters; singular and plural; one name within the other. Between them, the count of wrong letters."""

CERTAIN = 1.0
"""Up to this distance a name is a typo, even if the kind has the same name elsewhere."""


def plain_form(name: str) -> str:
    """A name without case, hyphens and underscores: `sni_hosts` and `sniHosts` are the same."""
    return _NOT_PLAIN.sub("", name.lower())


def singular(name: str) -> str:
    """The plain form of a name without its plural ending."""
    name = plain_form(name)
    for plural, end in _WORD_ENDS:
        if name.endswith(plural) and len(name) > len(plural) + 1 and not name.endswith("ss"):
            return name.removesuffix(plural) + end
    return name


def nearest(name: str, candidates: Iterable[str]) -> list[tuple[float, str]]:
    """Return the similar candidates with their distance, nearest first."""
    found = [(distance, candidate) for candidate in candidates if (distance := _distance(name, candidate)) is not None]
    return sorted(found)


def _distance(name: str, candidate: str) -> float | None:
    from rapidfuzz.distance import DamerauLevenshtein

    one, other = plain_form(name), plain_form(candidate)
    if one == other:
        return SAME
    if singular(one) == singular(other):
        return PLURAL
    limit = 1 if len(other) <= 5 else 2 if len(other) <= 9 else 3
    letters = DamerauLevenshtein.distance(one, other, score_cutoff=limit)
    short, long = sorted((one, other), key=len)
    within = len(short) >= 4 and len(short) / len(long) >= 0.4 and short in long
    if letters <= limit and len(one) > 1:
        return min(float(letters), WORD) if within else float(letters)
    return WORD if within else None
