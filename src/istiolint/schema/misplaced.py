"""Find where in its kind a misplaced field belongs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from istiolint.documents.document import value_at
from istiolint.findings.finding import Path
from istiolint.schema.fields import Fields, Known, Pattern
from istiolint.schema.loader import minor
from istiolint.schema.spelling import plain_form, singular

FARTHEST = 4
"""Levels up and down to a place that may be meant; farther off the same name means something else."""

FARTHEST_COMMON = 2
"""The same for names that many mappings have (`name`, `port`, `host`)."""

MANY = 3


@dataclass(frozen=True, slots=True)
class Home:
    """A place where a field belongs.

    `path` is its path in this resource where only one is possible. `shown` says it in any case: with the items of the field's
    own path as far as they apply, `[]` for others. `distance` is the number of levels up and down; `joined` are the keys next to
    the field that are unknown there as well and belong to the same home, itself included.
    """

    known: Known
    distance: int
    path: Path | None
    shown: tuple[str | int, ...]
    joined: tuple[str, ...]
    exists: bool
    """Whether the resource has the mapping that would hold it."""


def homes(fields: Fields, data: Any, path: Path, version: str) -> list[Home]:
    """The places at which the name at `path` exists, as near as any and equally likely; empty when none is near enough.

    Places whose type does not accept the value are left out. Places that also accept the other unknown fields next to it are
    more likely. Among equally near ones, those whose mapping already exists come first.
    """
    _, value = value_at(data, path)
    _, holder = value_at(data, path[:-1])
    allowed = fields.properties(fields.at(path[:-1]))
    here = fields.pattern(path)
    ranked = []
    for known in _candidates(fields, str(path[-1])):
        distance = _distance(here[:-1], known.parent)
        fit = fields.fit(known.node, value)
        if 0 < distance <= FARTHEST and fit > 0.3 and minor(known.since) <= minor(version):
            siblings = fields.properties(fields.at(_as_path(known.parent)))
            target = concrete(data, path, here, known.pattern)
            exists = target is not None and value_at(data, target[:-1])[0]
            joined = [key for key in siblings if key in holder and key not in allowed]
            if len(joined) > 1:
                joined = [key for key in holder if key in joined]
            home = Home(known, distance, target, target or _shown(path, here, known.pattern), tuple(joined), exists)
            exact = known.pattern[-1] == path[-1]
            ranked.append(((-len(home.joined), not exact, distance, -round(fit, 1)), home))
    ranked.sort(key=lambda pair: (pair[0], not pair[1].exists))
    best = [home for rank, home in ranked if rank == ranked[0][0]]
    if not best or (best[0].distance > FARTHEST_COMMON and len(best[0].joined) < 2 and _is_common(fields, path)):
        return []
    return best + [home for _, home in ranked if _rivals(home, best)]


def _rivals(home: Home, best: list[Home]) -> bool:
    """Whether a farther place may as well be meant: it is there already, while none of the nearest is."""
    return home.exists and not any(near.exists or _holder(near) == _holder(home) for near in best)


def _holder(home: Home) -> str:
    return next(step for step in reversed(home.known.parent) if step not in ("[]", "{}"))


def _is_common(fields: Fields, path: Path) -> bool:
    return len({known.parent for known in fields.everywhere.get(plain_form(str(path[-1])), ())}) > MANY


def concrete(data: Any, path: Path, here: Pattern, pattern: Pattern) -> Path | None:
    """The path of a pattern in this resource: along `path`, whose pattern is `here`, then through the only items of lists.

    None where there is more than one such place, or none.
    """
    found: Path = ()
    together = True
    for depth, step in enumerate(pattern):
        together = together and depth < len(path) and here[depth] == step
        if together:
            found = (*found, path[depth])
        elif step == "[]":
            there, items = value_at(data, found)
            if not (there and isinstance(items, list) and len(items) == 1):
                return None
            found = (*found, 0)
        elif step == "{}":
            return None
        else:
            found = (*found, step)
    return found


def _shown(path: Path, here: Pattern, pattern: Pattern) -> Path:
    common = next((at for at, (one, other) in enumerate(zip(here, pattern, strict=False)) if one != other), len(here))
    return (*path[:common], *pattern[common:])


def _candidates(fields: Fields, name: str) -> Iterator[Known]:
    for form in dict.fromkeys((plain_form(name), singular(name), f"{plain_form(name)}s")):
        yield from fields.everywhere.get(form, ())


def _distance(one: Pattern, other: Pattern) -> int:
    """Levels up from one mapping and down to the other; an item of a list is on the level of the list."""
    common = 0
    while common < min(len(one), len(other)) and one[common] == other[common]:
        common += 1
    return sum(step != "[]" for step in (*one[common:], *other[common:]))


def _as_path(pattern: Pattern) -> Path:
    return tuple(0 if step == "[]" else step for step in pattern)
