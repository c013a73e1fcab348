"""A suppression, in a comment or an annotation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from istiolint.findings.finding import Fix, Place, Span
from istiolint.rules.check import Rule


@dataclass(eq=False, repr=False, slots=True)
class Suppression:
    """Names of suppressed rules, the place of the suppression, and its reason.

    `without` returns the fix that removes names. `judged` is False if it is unknown whether it is used, for example in a document
    that is not parsed. `used` contains the names that suppressed something.
    """

    names: Mapping[str, Place | Span]
    whole: Place | Span
    reason: str
    without: Callable[[set[str]], Fix]
    in_annotation: bool = False
    judged: bool = True
    used: set[str] = field(default_factory=set)

    def suppresses(self, rule: Rule) -> bool:
        """Whether it names a rule, by id, code, topic or tag."""
        found = [name for name in self.names if rule.is_named(name)]
        self.used.update(found)
        return bool(found)
