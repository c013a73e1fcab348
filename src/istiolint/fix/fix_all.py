"""Alternate linting and fixing, until no fix is left."""

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
"""The limit of rounds. Of fixes that conflict, such as two that delete fields of one mapping, one is applied per round."""


@dataclass(slots=True)
class FixResult:
    """The result of fixing: the report on the fixed files, the changed texts by path, and the number of fixes by path and rule.

    `settled` is False if there were still fixes after the last round.
    """

    report: "Report"
    texts: dict[str, str] = field(default_factory=dict)
    fixes: dict[str, Counter[str]] = field(default_factory=dict)
    settled: bool = True

    @property
    def fixed(self) -> Counter[str]:
        """The number of fixes by rule."""
        return sum(self.fixes.values(), Counter[str]())


def fix_all(
    sources: Iterable["Source"], settings: "Settings | None" = None, *, unsafe: bool = False, lint: "Lint | None" = None
) -> FixResult:
    """Lint and fix until no fix is left. `lint` replaces the linting, for example to report only new findings.

    A safe fix is not applied if the file then has more errors than before, because it revealed other mistakes. Unsafe fixes,
    which users review, are not applied only if they cause errors in a file without errors.
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
