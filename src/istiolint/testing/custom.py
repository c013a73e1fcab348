"""Test the rules that a configuration defines with the examples that it gives for them."""

from collections.abc import Iterable, Iterator

from istiolint.engine.lint import lint
from istiolint.resources.kinds import KUBERNETES_GATEWAY
from istiolint.settings import CustomRule, Settings
from istiolint.sources import Source


def problems_of_examples(rules: Iterable[CustomRule]) -> Iterator[str]:
    """Yield what is wrong with the examples of rules: a line each, with the place of the rule."""
    for rule in rules:
        for kind, examples in (("bad", rule.bad), ("good", rule.good)):
            for number, example in enumerate(examples, 1):
                yield from (
                    f"{rule.where}: {rule.id}: {kind} example {number}: {words}" for words in _problems(rule, kind, example)
                )


def _problems(rule: CustomRule, kind: str, example: str) -> Iterator[str]:
    report = lint([Source("example.yaml", example)], Settings(select=(rule.id,), custom_rules=(rule._replace(default=True),)))
    yield from report.notes
    if not any(report.summary.kinds[_written(each)] for each in rule.kinds):
        yield f"it contains no {' or '.join(rule.kinds)}"
    elif kind == "bad" and not report.diagnostics:
        yield "nothing is reported"
    elif kind == "good":
        for found in report.diagnostics:
            yield f"reported at line {found.span.begins.line}: {found.message}"


def _written(kind: str) -> str:
    """Return what manifests call a kind."""
    return "Gateway" if kind == KUBERNETES_GATEWAY else kind.partition(".")[0]
