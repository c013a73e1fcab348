"""The rules: the id, severity and evidence of each, and the function that looks for it.

A check is written as

    @check("route-to-missing-subset", severity="error", evidence="contradiction", kinds=["VirtualService"], codes=["IST0101"])
    def route_to_missing_subset(service: Resource, mesh: Mesh) -> Iterator[Finding]: ...

and found in istiolint.checks (see istiolint.rules.registry). The text is on the rule's page, rules/TOPIC/ID.md. Stages before the
mesh (documents, schema) `declare` the rules that they report.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, cast, get_args

from istiolint.findings.finding import Finding, Fix, Place, Related, Severity, Span
from istiolint.primitives.patterns import late
from istiolint.resources.cursor import Cursor
from istiolint.resources.kinds import KNOWN
from istiolint.rules.parameters import AnyParameter, bound
from istiolint.rules.renamed import RENAMED, current
from istiolint.rules.topics import TOPICS, topic_of

if TYPE_CHECKING:
    from istiolint.mesh import Mesh
    from istiolint.resources.resource import Resource

Evidence: TypeAlias = Literal["document", "contradiction", "missing", "heuristic"]
Category: TypeAlias = Literal[
    "syntax", "schema", "validation", "reference", "traffic", "security", "production", "upgrade", "suppression", "custom"
]
"""The consequence of a finding, for programs that read reports (`Rule.category`). Rules are grouped by topic."""
Tag: TypeAlias = Literal["security", "production", "rejected"]
"""What rules of several topics share. `rejected`: the API server or Istio's webhook rejects it, as rules with `rows` imply."""
Fold: TypeAlias = Literal["pair", "file", "installation"]
"""Which findings are one problem: those of two resources that name each other, equal ones in a file, or all in a file that
installs Istio itself.
"""
Check: TypeAlias = Callable[["Resource", "Mesh"], Iterable[Finding]]


class Rule(NamedTuple):
    """The facts about a rule. `kinds` are types of istiolint.resources.kinds, `codes` the equivalents of istioctl and Kiali."""

    id: str
    severity: Severity
    evidence: Evidence
    topic: str
    kinds: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    default: bool = True
    fixable: bool = False
    rows: tuple[str, ...] = ()
    """Identifiers of the checks of Istio's own validation that it covers (docs/validation.md lists them)."""
    tags: tuple[Tag, ...] = ()
    fold: Fold | None = None
    parameters: tuple[AnyParameter, ...] = ()

    @property
    def category(self) -> Category:
        """The consequence, derived from what the rule declares: `validation` for what the API server or Istio rejects or warns of
        when it is applied, `reference` for references to missing resources, `traffic` for what is accepted but does not work as
        written.
        """
        if self.topic in ("syntax", "schema", "suppression", "custom"):
            return cast(Category, self.topic)
        if self.rows or "rejected" in self.tags:
            return "validation"
        if self.tags:
            return cast(Category, self.tags[0])
        if self.topic == "upgrade":
            return "upgrade"
        return "reference" if self.evidence == "missing" else "traffic"

    def is_named(self, name: str) -> bool:
        """Return whether a name in configuration or a suppression means this rule: its id, a former id, a code, or a group."""
        return current(name) == self.id or self.is_in(name) or name.upper() in self.codes

    def is_in(self, group: str) -> bool:
        """Whether the rule belongs to a topic, a tag or a category."""
        return group in self.groups

    @property
    def groups(self) -> tuple[str, ...]:
        """The topic, the tags and the category."""
        return (self.topic, *self.tags, self.category)


class UndecidedError(Exception):
    """Why a rule cannot decide about a resource; it reports nothing more there, and the run notes it once."""


class Registered(NamedTuple):
    """A function that looks for a rule, in which kinds, and the checks of Istio's own validation that it makes.

    It finds nothing in a resource without any of the fields in `when`, nor in a mesh without any of the types and fields in
    `beside`. Without names, it always runs.
    """

    kinds: tuple[str, ...]
    rows: tuple[str, ...]
    run: Check
    when: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


DECLARED: dict[str, Rule] = {}
"""The rules of the modules that were imported so far, by id; without what their functions add."""
CHECKS: dict[str, list[Registered]] = defaultdict(list)
"""The functions of these modules by the id of their rule."""
_SLUG = late(r"[a-z0-9]+(-[a-z0-9]+)*")
_VALIDATION: dict[Severity, str] = {"error": "IST0106", "warning": "IST0133"}


def declare(
    id: str,
    *,
    severity: Severity,
    evidence: Evidence = "document",
    topic: str,
    kinds: Sequence[str] = (),
    codes: Sequence[str] = (),
    default: bool = True,
    fixable: bool = False,
    rows: Sequence[str] = (),
    tags: Sequence[Tag] = (),
    fold: Fold | None = None,
    parameters: Sequence[AnyParameter] = (),
) -> Rule:
    """Register a rule. `default=False` leaves it off until it is selected.

    Raises ValueError for an id that is already in use, and for unknown values such as severities.
    """
    for name, value, allowed in (
        ("severity", severity, Severity), ("evidence", evidence, Evidence), *(("tag", tag, Tag) for tag in tags),
        *(("fold", each, Fold) for each in (fold,) if each),
    ):  # fmt: skip
        if value not in get_args(allowed):
            raise ValueError(f"rule {id}: unknown {name} `{value}`; use one of {', '.join(get_args(allowed))}")
    if not _SLUG.fullmatch(id):
        raise ValueError(f"rule {id}: invalid id; use lower-case letters, digits and hyphens")
    if not _SLUG.fullmatch(topic):
        raise ValueError(f"rule {id}: invalid topic `{topic}`; use lower-case letters, digits and hyphens")
    if id in RENAMED:
        raise ValueError(f"rule {id}: this is a former id of {RENAMED[id]}; use another")
    rule = Rule(
        id, severity, evidence, topic, tuple(kinds), _codes(codes, severity, rows), default, fixable, tuple(rows), tuple(tags),
        fold, bound(id, parameters),
    )  # fmt: skip
    known = DECLARED.setdefault(id, rule)
    if known is not rule:
        raise ValueError(f"two rules are called {id}")
    return rule


def check(
    id: str,
    *,
    severity: Severity,
    evidence: Evidence,
    kinds: Sequence[str],
    topic: str | None = None,
    codes: Sequence[str] = (),
    default: bool = True,
    fixable: bool = False,
    rows: Sequence[str] = (),
    tags: Sequence[Tag] = (),
    fold: Fold | None = None,
    parameters: Sequence[AnyParameter] = (),
    when: Sequence[str] = (),
    beside: Sequence[str] = (),
) -> Callable[[Check], Check]:
    """Register a function that takes a resource of one of `kinds` and the mesh, and yields findings on that resource.

    The topic is the package of the function (see `topic_of`), unless `topic` names another. `when` names fields: the function
    runs only for resources that have one of them, at any level. `beside` names fields and types of resources: it runs only in
    meshes in which one of them occurs. `parameters` are the values that users can set for the rule.
    """

    def register(run: Check) -> Check:
        if topic is None and run.__module__.startswith("istiolint.") and topic_of(run.__module__) not in TOPICS:
            raise ValueError(f"rule {id}: the package of {run.__module__} is not a topic; add it to istiolint.rules.topics")
        rule = declare(
            id, severity=severity, evidence=evidence, topic=topic or topic_of(run.__module__), codes=codes, default=default,
            fixable=fixable, tags=tags, fold=fold, parameters=parameters,
        )  # fmt: skip
        return further_check(rule, kinds=kinds, rows=rows, when=when, beside=beside)(run)

    return register


def further_check(
    rule: Rule, *, kinds: Sequence[str], rows: Sequence[str] = (), when: Sequence[str] = (), beside: Sequence[str] = ()
) -> Callable[[Check], Check]:
    """Register a function for a rule that is declared: one mistake may look different from kind to kind."""

    for kind in kinds:
        if kind not in KNOWN:
            raise ValueError(f"rule {rule.id}: unknown kind `{kind}`{_similar(kind, KNOWN)}")

    def register(run: Check) -> Check:
        CHECKS[rule.id].append(Registered(tuple(kinds), tuple(rows), run, tuple(when), tuple(beside)))
        return run

    return register


def _similar(name: str, names: Iterable[str]) -> str:
    from difflib import get_close_matches  # for mistakes only

    near = get_close_matches(name, sorted(names), 1)
    return f"; did you mean `{near[0]}`?" if near else ""


def in_order(registered: Iterable[Registered]) -> list[Registered]:
    """Return functions by the names of their modules, in whatever order these were imported."""
    return sorted(registered, key=lambda each: each.run.__module__)


def with_checks(rule: Rule) -> Rule:
    """A rule as all its functions make it."""
    registered = in_order(CHECKS.get(rule.id, ()))
    rows = tuple(dict.fromkeys((*rule.rows, *(row for each in registered for row in each.rows))))
    kinds = tuple(dict.fromkeys((*rule.kinds, *(kind for each in registered for kind in each.kinds))))
    return rule._replace(kinds=kinds, codes=_codes(rule.codes, rule.severity, rows), rows=rows)


def _codes(codes: Sequence[str], severity: Severity, rows: Sequence[str]) -> tuple[str, ...]:
    """Return the codes; istioctl analyze has one for errors of Istio's own validation and another for its warnings."""
    return tuple(dict.fromkeys([*codes, *([_VALIDATION[severity]] if rows and severity in _VALIDATION else [])]))


def finding(
    at: Cursor | Place | Span,
    message: str,
    *,
    hint: str | None = None,
    related: Iterable[tuple[Cursor | Place | Span, str]] = (),
    fix: Fix | None = None,
    severity: Severity | None = None,
    known: bool = True,
    rule: Rule | None = None,
) -> Finding:
    """A finding at a cursor's value (`cursor.key` for its key, `cursor.part("x")` for part of it).

    `message` says what is wrong and what happens at run time, `hint` what to write instead.
    `known=False`: the input cannot show that it is missing; the reference is counted as not checked.
    """
    related_places = tuple(Related(_place(other), words) for other, words in related)
    return Finding(_place(at), message, hint, rule.id if rule else "", severity, related_places, fix, known)


def rejected(what: str, kind: str, *, by: str = "Istio") -> str:
    """Return the message of a finding about a resource of a kind that is rejected when it is applied: `what` is wrong with it."""
    return f"{what}; {by} rejects the {kind}"


def checked(found: object) -> Finding:
    """What a check yields, if reports can show it; TypeError where it is no finding, or one of odd parts."""
    if not isinstance(found, Finding):
        raise TypeError(f"it yields {type(found).__name__} instead of a finding")
    if not isinstance(found.place, Place | Span):
        raise TypeError(f"the place of its finding is {type(found.place).__name__}; `finding()` takes cursors")
    if not isinstance(found.message, str) or found.severity not in (None, *get_args(Severity)):
        raise TypeError(f"its finding says {found.message!r} with the severity {found.severity!r}")
    return found


def _place(at: Cursor | Place | Span) -> Place | Span:
    return at.place if isinstance(at, Cursor) else at
