"""Findings at symbolic places, which become lines and columns only when they are shown."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, TypeAlias

from istiolint.sources import Position, Source

Severity: TypeAlias = Literal["error", "warning", "info"]
Level: TypeAlias = Severity | Literal["off"]
"""What a configuration may set for a rule."""
Path: TypeAlias = tuple[str | int, ...]
Part: TypeAlias = Literal["value", "key"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class Span(NamedTuple):
    """A range of a source: character offsets, end exclusive."""

    source: Source
    start: int
    end: int

    @property
    def begins(self) -> Position:
        """Where the span begins."""
        return self.source.position(self.start)

    @property
    def ends(self) -> Position:
        """Where the span ends, exclusive."""
        return self.source.position(self.end)

    @property
    def text(self) -> str:
        """The characters of the span."""
        return self.source.text[self.start : self.end]

    def span(self) -> "Span":
        """Itself: a span is a place that is concrete already."""
        return self


class Locator(Protocol):
    """Finds the position of a place in a text: istiolint.documents.Document."""

    def locate(self, place: "Place") -> Span:
        """Return where a place is in the text."""


class Place(NamedTuple):
    """A field of a document: its path, whether it is the key or the value, and which characters of a scalar."""

    document: Locator
    path: Path
    part: Part = "value"
    within: tuple[int, int] | None = None

    def span(self) -> Span:
        """Return where the field is in the text; composes the document again, once."""
        return self.document.locate(self)


class Related(NamedTuple):
    """The other side of a contradiction: a place and what it contains."""

    place: Place | Span
    message: str


class Rename(NamedTuple):
    """Replace a key."""

    place: Place
    key: str


class Replace(NamedTuple):
    """Replace a scalar; `text` is YAML, written to the file unchanged."""

    place: Place
    text: str


class Delete(NamedTuple):
    """Remove a key with its value, or an item of a list."""

    place: Place


class Move(NamedTuple):
    """Move a key with its value to another path of the same document; missing parents are created."""

    place: Place
    to: Path


class Unwrap(NamedTuple):
    """Replace a mapping with its children: `http: {interval: 1s}` becomes `interval: 1s`."""

    place: Place


class Rewrite(NamedTuple):
    """Replace a comment, or a part of one."""

    place: Span
    text: str


Edit: TypeAlias = Rename | Replace | Delete | Move | Unwrap


class Fix(NamedTuple):
    """Edits that fix a finding, with a title for the user; `safe` if they cannot change behavior."""

    title: str
    edits: tuple[Edit | Rewrite, ...]
    safe: bool = True


class Finding(NamedTuple):
    """One mistake at one place, as a rule yields it.

    `rule` and `severity` are filled in from the rule unless a check sets them (schema findings name their rule, levels by
    environment their severity). `known` is False when the input cannot show whether something is really missing: the
    engine then counts the reference as not checked instead of reporting it.
    """

    place: Place | Span
    message: str
    hint: str | None = None
    rule: str = ""
    severity: Severity | None = None
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    known: bool = True


def spans_of(finding: Finding) -> tuple[Span, ...]:
    """Return the span of a finding, then those of its related places."""
    return (finding.place.span(), *(related.place.span() for related in finding.related))


class ResourceName(NamedTuple):
    """The resource of a finding; the namespace as written, None if the document has none."""

    api_version: str
    kind: str
    namespace: str | None
    name: str | None

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace + '/' if self.namespace else ''}{self.name or '?'}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A finding with its concrete place, as reports show it."""

    rule: str
    codes: tuple[str, ...]
    topic: str
    category: str
    severity: Severity
    message: str
    hint: str | None
    span: Span
    field_path: str
    resource: ResourceName | None
    related: tuple[tuple[Span, str], ...] = ()
    fix: Fix | None = field(default=None, compare=False)
    targets: tuple[str, ...] = field(default=(), compare=False)
    """The names of the targets in which it holds; empty where the run has only one."""
    partial: bool = field(default=False, compare=False)
    """Whether its resource is also in targets in which it does not hold."""


def field_path(path: Path) -> str:
    """Return a path in Kubernetes' notation: `spec.http[0].match`, `metadata.labels["app.kubernetes.io/name"]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.replace("_", "").replace("-", "").isalnum():
            text += f".{step}" if text else step
        else:
            text += f'["{step}"]'
    return text
