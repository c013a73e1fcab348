"""Finding rules by words, topic, severity, kind, code, and whether they have a fix."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from istiolint.findings.finding import Severity
from istiolint.rules.check import Rule
from istiolint.rules.pages import pages
from istiolint.rules.registry import all_rules


@dataclass(frozen=True, slots=True)
class Query:
    """What a rule must match: one of each list that is not empty, and every word."""

    words: Sequence[str] = ()
    topics: Sequence[str] = ()
    severities: Sequence[Severity] = ()
    kinds: Sequence[str] = ()
    codes: Sequence[str] = ()
    fixable: bool = False

    def matches(self, rule: Rule) -> bool:
        """Return whether a rule is one of those that are looked for."""
        text = _text(rule) if self.words else ""
        return (
            all(word.lower() in text for word in self.words)
            and _meets(self.topics, rule.groups)
            and _meets(self.severities, (rule.severity,))
            and _meets(self.kinds, rule.kinds)
            and _meets(self.codes, rule.codes)
            and (rule.fixable or not self.fixable)
        )

    def rules(self) -> Iterator[Rule]:
        """Yield the rules that match, by id."""
        return filter(self.matches, all_rules().values())


def _meets(wanted: Sequence[str], present: Sequence[str]) -> bool:
    return not wanted or not {name.lower() for name in wanted}.isdisjoint(name.lower() for name in present)


def _text(rule: Rule) -> str:
    """All that a search looks at, in lower case: id, title, first paragraph, codes and kinds."""
    page = pages().get(rule.id)
    prose = (page.title, page.summary) if page else ()
    return "\n".join((rule.id, *prose, *rule.codes, *rule.kinds)).lower()
