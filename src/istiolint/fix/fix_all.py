"""Linting and fixing in turns, until no fix is left."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from istiolint.fix.apply import apply

if TYPE_CHECKING:
    from istiolint.findings.report import Report
    from istiolint.settings import Settings
    from istiolint.sources import Source

    Lint: TypeAlias = Callable[[Iterable[Source]], Report]

_Group: TypeAlias = tuple[str, str]
"""The fixes of one rule in one file: path and rule."""

MOST_ROUNDS = 100
"""Of fixes that get into each other's way (two fields of one mapping go, say) one is made a round."""


@dataclass(slots=True)
class FixResult:
    """What fixing came to: the report on the result, the texts that changed by path, and how many fixes were made there, by rule.

    `settled` is False where the fixes did not come to an end.
    """

    report: "Report"
    texts: dict[str, str] = field(default_factory=dict)
    fixes: dict[str, Counter[str]] = field(default_factory=dict)
    settled: bool = True

    @property
    def fixed(self) -> Counter[str]:
        """How many fixes were made, by rule."""
        return sum(self.fixes.values(), Counter[str]())


def fix_all(
    sources: Iterable["Source"], settings: "Settings | None" = None, *, unsafe: bool = False, lint: "Lint | None" = None
) -> FixResult:
    """Lint and fix until no fix is left. `lint` does so in its own way, such as for what is new only.

    Safe fixes after which a file has more errors than before are not made, since what they changed hid other mistakes. Users
    review unsafe fixes: only those that leave errors in a file without errors are not made.
    """
    from istiolint.engine import lint as engine

    run = lint or (lambda sources: engine.lint(sources, settings))
    current = list(sources)
    editable = {source.path: source for source in current if source.linted and not source.origin}
    result, seen = FixResult(run(current)), set[int]()
    barred: set[_Group] = set()
    for _ in range(MOST_ROUNDS):
        report = _without(result.report, barred)
        made = apply(report, editable.keys(), unsafe=unsafe)
        state = hash(frozenset((result.texts | made.texts).items()))
        if not made.texts or state in seen:
            result.settled = not made.texts
            return result
        after = run(_with(current, made.texts))
        if worse := _worse(result.report, after, made.texts, unsafe):
            groups = {group for group in made.fixes if group[0] in worse}
            culprits = set()
            for group in groups if len(groups) > 1 else ():
                alone = apply(_only(report, group), editable.keys(), unsafe=unsafe)
                if _worse(result.report, run(_with(current, alone.texts)), alone.texts, unsafe):
                    culprits.add(group)
            barred |= culprits or groups
            continue
        seen.add(state)
        current = _with(current, made.texts)
        result.report = after
        result.texts |= made.texts
        for path, rule in made.fixes:
            result.fixes.setdefault(path, Counter())[rule] += 1
    result.settled = False
    return result


def _without(report: "Report", barred: set[_Group]) -> "Report":
    """Return the report without the findings of some rules in some files."""
    return replace(report, diagnostics=[one for one in report.diagnostics if (one.span.source.path, one.rule) not in barred])


def _only(report: "Report", group: _Group) -> "Report":
    """Return the report with the findings of one rule in one file alone."""
    return replace(report, diagnostics=[one for one in report.diagnostics if (one.span.source.path, one.rule) == group])


def _worse(before: "Report", after: "Report", paths: Iterable[str], unsafe: bool) -> set[str]:
    """Return the paths of these that have more errors after than before; with unsafe fixes, only if there were none before."""
    old, new = _errors(before), _errors(after)
    return {path for path in paths if new[path] > old[path] and not (unsafe and old[path])}


def _errors(report: "Report") -> Counter[str]:
    """Return the number of errors in each file."""
    return Counter(diagnostic.span.source.path for diagnostic in report.diagnostics if diagnostic.severity == "error")


def _with(sources: "list[Source]", texts: dict[str, str]) -> "list[Source]":
    return [replace(source, text=texts[source.path]) if source.path in texts else source for source in sources]
