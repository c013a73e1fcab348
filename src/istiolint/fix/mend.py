"""Linting and fixing in turns, until no fix is left."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from istiolint.fix.apply import apply

if TYPE_CHECKING:
    from istiolint.findings.finding import Diagnostic
    from istiolint.findings.report import Report
    from istiolint.settings import Settings
    from istiolint.sources import Source

    Lint: TypeAlias = Callable[[Iterable[Source]], Report]

MOST_ROUNDS = 100
"""Of fixes that get into each other's way (two fields of one mapping go, say) one is made a round."""


@dataclass(slots=True)
class Mended:
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


def mend(
    sources: Iterable["Source"], settings: "Settings | None" = None, *, unsafe: bool = False, lint: "Lint | None" = None
) -> Mended:
    """Lint and fix until no fix is left. `lint` does so in its own way, such as for what is new only.

    A fix that would leave errors in a file in which none was is not made.
    """
    from istiolint.engine import lint as engine

    run = lint or (lambda sources: engine.lint(sources, settings))
    current = list(sources)
    editable = {source.path: source for source in current if source.linted and not source.origin}
    result, seen = Mended(run(current)), set[int]()
    barred: set[str] = set()
    for _ in range(MOST_ROUNDS):
        sound = editable.keys() - {diagnostic.span.source.path for diagnostic in _errors(result.report)}
        made = apply(result.report, editable.keys() - barred, unsafe=unsafe)
        state = hash(frozenset((result.texts | made.texts).items()))
        if not made.texts or state in seen:
            result.settled = not made.texts
            return result
        report = run(_with(current, made.texts))
        if worse := sound & made.texts.keys() & {diagnostic.span.source.path for diagnostic in _errors(report)}:
            barred |= worse
            continue
        seen.add(state)
        current = _with(current, made.texts)
        result.report = report
        result.texts |= made.texts
        for path, rule in made.fixes:
            result.fixes.setdefault(path, Counter())[rule] += 1
    result.settled = False
    return result


def _errors(report: "Report") -> "Iterable[Diagnostic]":
    return (diagnostic for diagnostic in report.diagnostics if diagnostic.severity == "error")


def _with(sources: "list[Source]", texts: dict[str, str]) -> "list[Source]":
    return [replace(source, text=texts[source.path]) if source.path in texts else source for source in sources]
