"""All suppressions of a run: the findings that they hide, and which of them are unused."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from istiolint.documents import Document
from istiolint.findings.finding import Diagnostic, Finding, Fix, Place, Span
from istiolint.resources.resource import Resource, resources
from istiolint.rules.check import Rule, finding
from istiolint.rules.registry import matching
from istiolint.rules.renamed import current, former
from istiolint.suppression.annotations import in_annotation, of_istioctl
from istiolint.suppression.rules import UNKNOWN, UNUSED
from istiolint.suppression.suppression import Suppression

if TYPE_CHECKING:
    from istiolint.suppression.comments import Comment
    from istiolint.suppression.file_comments import FileComments

MARK = "istiolint"
"""Texts without this word have no suppressions."""


class Ledger:
    """The suppressions of all documents that were read."""

    def __init__(self) -> None:
        self.in_files: dict[str, FileComments] = {}
        self.on_resources: dict[tuple[Document, tuple[str | int, ...]], list[Suppression]] = {}
        self.not_understood: set[str] = set()
        self._matching: dict[str, list[Rule]] = {}

    def read(self, document: Document) -> None:
        """Record the suppressions of a document."""
        path = document.source.path
        if document.skipped or document.problems:
            self.not_understood.add(path)
        from istiolint.suppression.comments import comments
        from istiolint.suppression.file_comments import FileComments

        if found_comments := list(comments(document)):
            self.in_files.setdefault(path, FileComments()).add(found_comments)
        for resource in resources(document):
            if found := list(in_annotation(resource)):
                self.on_resources[document, resource.path] = found

    @property
    def former_ids(self) -> tuple[str, ...]:
        """The former ids of rules that suppressions use."""
        comments = (comment.suppression for found in self.in_files.values() for comment in found.comments)
        annotations = (one for found in self.on_resources.values() for one in found)
        return former(name for one in (*comments, *annotations) if one for name in one.names)

    def reason(self, rule: Rule, diagnostic: Diagnostic, resource: Resource | None) -> str | None:
        """Return the reason why a finding is suppressed (possibly ""), or None if it is not."""
        found: list[str] = []
        if resource:
            codes = of_istioctl(resource)
            if "*" in codes or any(current(code) in (*rule.codes, rule.id) for code in codes):
                found.append("")
        if self.on_resources:
            found += [one.reason for one in self._annotated(diagnostic, resource) if one.suppresses(rule)]
        if on_file := self.in_files.get(diagnostic.span.source.path):
            found += on_file.reasons(rule, diagnostic.span.begins.line)
        return next(filter(None, found), "") if found else None

    def _annotated(self, diagnostic: Diagnostic, resource: Resource | None) -> list[Suppression]:
        """Return the annotations that apply to a finding: those of its resource, or of the document for YAML findings."""
        if resource:
            return self.on_resources.get(resource.written, [])
        span = diagnostic.span
        return [
            one
            for (document, path), own in self.on_resources.items()
            if not path and document.source is span.source and 0 <= span.start - document.offset < len(document.text)
            for one in own
        ]

    def findings(self, rules: Mapping[str, Rule], *, whole_mesh: bool) -> Iterator[tuple[Rule, Finding]]:
        """Yield findings on unused and unknown suppressions. `rules` are the enabled ones.

        A finding may depend on files that are not part of this run; its suppression is then not reported as unused.
        """
        for path, found in self.in_files.items():
            for comment in found.comments:
                if comment.suppression:
                    whole_file = comment.lines is None
                    judged = comment.suppression.judged and not (whole_file and path in self.not_understood)
                    yield from self._of(comment.suppression, rules, judged=judged, whole_mesh=whole_mesh)
                else:
                    yield UNKNOWN, _says_nothing(comment)
        for on_resource in self.on_resources.values():
            for suppression in on_resource:
                yield from self._of(suppression, rules, judged=True, whole_mesh=whole_mesh)

    def _named(self, name: str) -> list[Rule]:
        """Return the rules that a suppression with a name means."""
        if name not in self._matching:
            self._matching[name] = [rule for rule in matching(name) if rule.is_named(name)]
        return self._matching[name]

    def _of(
        self, suppression: Suppression, rules: Mapping[str, Rule], *, judged: bool, whole_mesh: bool
    ) -> Iterator[tuple[Rule, Finding]]:
        unused: list[str] = []
        for name, place in suppression.names.items():
            known = self._named(name)
            on = [rule for rule in known if rule.id in rules]
            if not known:
                yield UNKNOWN, _unknown(suppression, name, place)
            elif judged and on and name not in suppression.used and (whole_mesh or all(map(_is_local, on))):
                unused.append(name)
        if unused:
            named = " and ".join(f"`{name}`" for name in unused)
            where = "on this resource" if suppression.in_annotation else "here"
            message = f"unused suppression of {named}: no such finding {where}; it would hide later mistakes"
            hint = "remove it" if len(unused) == len(suppression.names) else f"remove {named} from it"
            yield UNUSED, finding(suppression.whole, message, hint=hint, fix=suppression.without(set(unused)))


def _is_local(rule: Rule) -> bool:
    """Whether the findings of a rule depend only on the document."""
    return rule.evidence == "document"


def _unknown(suppression: Suppression, name: str, place: Place | Span) -> Finding:
    from istiolint.rules.registry import suggestion

    words = suggestion(name).removeprefix("; ")
    if name == "ALL":
        words = "list the rules to suppress"
    fix: Fix = suppression.without({name})
    return finding(place, f"unknown rule `{name}` in a suppression; it suppresses nothing", hint=words, fix=fix)


def _says_nothing(comment: "Comment") -> Finding:
    text = comment.span.source.text[comment.span.start : comment.span.end]
    hint = f"use `# istiolint: {comment.meant or 'ignore'}[rule-id] reason`"
    return finding(comment.span, f"invalid suppression `{text}`; it suppresses nothing", hint=hint)
