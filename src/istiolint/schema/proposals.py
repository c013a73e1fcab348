"""What was meant by a field that its kind does not have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Any

from istiolint.documents.document import value_at
from istiolint.findings.finding import Delete, Finding, Fix, Move, Path, Place, Rename, Unwrap, field_path
from istiolint.resources.cursor import Cursor
from istiolint.resources.resource import Resource
from istiolint.rules.check import finding
from istiolint.schema.fields import Fields, Node, written
from istiolint.schema.instead import Instead, instead
from istiolint.schema.invented import INVENTED
from istiolint.schema.loader import minor
from istiolint.schema.misplaced import Home, homes
from istiolint.schema.removed import REMOVED
from istiolint.schema.rules import FIELD_NEEDS_NEWER_ISTIO, MISPLACED_FIELD, REMOVED_FIELD, UNKNOWN_FIELD
from istiolint.schema.spelling import CERTAIN, nearest
from istiolint.schema.strangers import owners

FATE = "the API server rejects it or silently drops it"
FATES = {"IstioOperator": "istioctl rejects it"}
"""What happens to an unknown field of kinds that the API server never receives."""
MOST_LISTED = 12
FITS = 0.5
SELECTORS = ("selector", "workloadSelector")
SET_BY_CLUSTER = (
    "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields", "resourceVersion",
    "selfLink", "status", "uid",
)  # fmt: skip
"""Fields that the API server or a controller writes."""

MOST_PARTS = 100
"""Keys of a mapping in which a comma may have broken a value into several."""

_FIELDS: dict[int, Fields] = {}


def unknown_field(field: Cursor, resource: Resource, schema: Node, istio_version: str) -> Finding:
    """The finding on a key that the kind's schema does not allow in this version of Istio: what was meant, where it belongs.

    `schema` is the kind's whole schema, all versions, `$defs` included; one object a kind, kept for the whole run.
    """
    fields = _FIELDS.setdefault(id(schema), Fields(schema))
    case = _Case(field, resource, fields, istio_version)
    ways: tuple[Callable[[], Finding | None], ...] = (
        case.newer,
        case.gone,
        case.comma,
        case.removed,
        case.invented,
        lambda: case.misspelt(CERTAIN),
        case.label,
        lambda: case.misplaced(near=True),
        case.misspelt,
        case.misplaced,
        case.strange,
    )
    return next((found for way in ways if (found := way())), None) or case.anything()


@dataclass
class _Case:
    """One unknown key, and the ways to explain it."""

    field: Cursor
    resource: Resource
    fields: Fields
    version: str

    @cached_property
    def path(self) -> Path:
        return self.field.path[len(self.resource.path) :]

    @cached_property
    def pattern(self) -> str:
        return written(self.fields.pattern(self.path))

    @property
    def name(self) -> str:
        return str(self.path[-1])

    @cached_property
    def where(self) -> str:
        """The mapping that holds it, for messages."""
        return f"`{field_path(self.path[:-1])}`" if len(self.path) > 1 else _a(self.resource.kind)

    @cached_property
    def siblings(self) -> dict[str, Any]:
        _, holder = value_at(self.resource.value, self.path[:-1])
        return holder if isinstance(holder, dict) else {}

    @cached_property
    def allowed(self) -> dict[str, Node]:
        return self.fields.properties(self.fields.at(self.path[:-1]))

    def is_there(self, node: Node) -> bool:
        """Whether this version of Istio has a field."""
        return minor(node.get("x-since") or "") <= minor(self.version) and not self.is_gone(node)

    def is_gone(self, node: Node) -> bool:
        """Whether a field was removed by this version of Istio."""
        return "x-removed" in node and minor(node["x-removed"]) <= minor(self.version)

    @property
    def fate(self) -> str:
        """What happens to an unknown field."""
        return FATES.get(self.resource.type or "", FATE)

    def newer(self) -> Finding | None:
        node = self.allowed.get(self.name)
        if node is None or self.is_there(node) or self.is_gone(node):
            return None
        return finding(
            self.field.key,
            f"`{self.name}` in {self.where} requires Istio {node['x-since']}; in {self.version} {self.fate}",
            hint=f"remove it until the mesh runs Istio {node['x-since']}",
            rule=FIELD_NEEDS_NEWER_ISTIO,
        )

    def gone(self) -> Finding | None:
        """A field that a release of Istio removed."""
        node = self.allowed.get(self.name)
        if node is None or not self.is_gone(node):
            return None
        return finding(
            self.field.key,
            f"`{self.name}` was removed from {self.where} in Istio {node['x-removed']}; {self.fate}",
            hint="remove it",
            rule=REMOVED_FIELD,
        )

    def comma(self) -> Finding | None:
        """Report the part of an unquoted value after a comma in braces: `{retryOn: gateway-error,reset}`."""
        hint = split_by_comma(self.field, self.siblings)
        return self.unknown(hint) if hint else None

    def removed(self) -> Finding | None:
        entry = instead(REMOVED, self.resource.type or "", self.pattern)
        if not entry:
            return None
        message = f"early Istio field `{self.name}` was removed from {self.where}; {self.fate}"
        return finding(self.field.key, message, hint=entry.words, fix=self.fix_for(entry), rule=REMOVED_FIELD)

    def invented(self) -> Finding | None:
        entry = instead(INVENTED, self.resource.type or "", self.pattern)
        return self.unknown(entry.words, self.fix_for(entry)) if entry else None

    def fix_for(self, entry: Instead) -> Fix | None:
        """The fix that a table names, where nothing is in its way."""
        place, action = self.field.place, entry.action
        if action == "delete":
            return Fix(f"remove `{self.name}`", (Delete(place),))
        if action == "unwrap":
            return Fix(f"move the fields of `{self.name}` one level up", (Unwrap(place),))
        if action is None or value_at(self.siblings, tuple(action))[0]:
            return None
        if len(action) == 1:
            return Fix(f"rename `{self.name}` to `{action[0]}`", (Rename(place, action[0]),))
        return Fix(f"replace `{self.name}` with `{'.'.join(action)}`", (Move(place, (*self.field.path[:-1], *action)),))

    def misspelt(self, farthest: float = 99) -> Finding | None:
        near = [(distance, name) for distance, name in nearest(self.name, self.allowed) if distance <= farthest]
        free = [(distance, name) for distance, name in near if name not in self.siblings and self.is_there(self.allowed[name])]
        fits = {name: self.fields.fit(self.allowed[name], self.field.value) for _, name in free}
        fitting = [pair for pair in free if fits[pair[1]] >= FITS] or free
        names = [name for distance, name in fitting if distance == fitting[0][0]]
        if names:
            distance, fit = fitting[0][0], fits[names[0]]
            fix = None
            if len(names) == 1 and fit > 0:
                safe = distance <= CERTAIN and fit >= FITS
                fix = Fix(f"rename `{self.name}` to `{names[0]}`", (Rename(self.field.place, names[0]),), safe)
            return self.unknown(f"did you mean {_listed(names, 'or')}?", fix)
        return self.taken_or_newer([name for distance, name in near if distance == near[0][0]])

    def taken_or_newer(self, names: list[str]) -> Finding | None:
        """A name that was meant, but is already set, or does not exist in this version."""
        if not names:
            return None
        (name, *_), node = names, self.allowed[names[0]]
        if name in self.siblings:
            return self.unknown(f"`{name}` is probably meant, but is already set: keep only one of the two")
        if self.is_gone(node):
            return self.unknown(f"`{name}` is probably meant, but Istio {node['x-removed']} removed it")
        return self.unknown(f"`{name}` is probably meant, but requires Istio {node['x-since']}")

    def label(self) -> Finding | None:
        """A label written into a selector itself, as Services and Istio's Gateway have it."""
        name = next((name for name in ("matchLabels", "labels") if name in self.allowed), None)
        if name is None or self.path[-2] not in SELECTORS or not isinstance(self.field.value, str):
            return None
        home = (*self.path[:-1], name)
        labels = [key for key, value in self.siblings.items() if isinstance(value, str) and key not in self.allowed]
        moves = tuple(Move(self.beside(key), (*self.resource.path, *home, key)) for key in labels)
        return finding(
            self.field.key,
            f"misplaced label `{self.name}` in {self.where}; {self.fate}, and the selector matches every workload",
            hint=f"move it to `{field_path(home)}`",
            fix=Fix(f"move {_listed(labels, 'and')} to `{field_path(home)}`", moves),
            rule=MISPLACED_FIELD,
        )

    def beside(self, key: str) -> Place:
        """The place of a key in the same mapping."""
        return self.field.place._replace(path=(*self.field.path[:-1], key))

    def misplaced(self, near: bool = False) -> Finding | None:
        """`near`: only one level away, or where its other misplaced siblings belong as well."""
        if self.resource.type in FATES:  # many mappings of an installation have fields of the same name
            return None
        found = homes(self.fields, self.resource.value, self.path, self.version)
        if not found or (near and found[0].distance > 1 and len(found[0].joined) < 2):
            return None
        places = _listed([_written(home, parent=True) for home in found], "or")
        hint, fix = f"move it to {_listed([_written(home) for home in found], 'or')}", None
        home = found[0]
        only = len(found) == 1 or (home.exists and not found[1].exists and home.distance <= found[1].distance)
        if only and home.path:
            taken, there = value_at(self.resource.value, home.path)
            if taken:
                hint = f"`{field_path(home.path)}` is already set: keep only one of the two"
                same = there == self.field.value
                fix = Fix(f"remove the misplaced `{self.name}`", (Delete(self.field.place),)) if same else None
            else:
                fix = self.moved(home, home.path[:-1], sure=len(found) == 1)
        message = f"misplaced field `{self.name}` in {self.where}: it belongs under {places}; {self.fate}"
        return finding(self.field.key, message, hint=hint, fix=fix, rule=MISPLACED_FIELD)

    def moved(self, home: Home, parent: Path, *, sure: bool) -> Fix:
        """Move a field to where it belongs, with its misplaced siblings that also belong there."""
        keys = [key for key in home.joined if not value_at(self.resource.value, (*parent, key))[0]]
        keys = keys if self.name in keys else [self.name]
        moves = []
        for key in keys:
            to = home.known.pattern[-1] if key == self.name else key
            moves.append(Move(self.beside(key), (*self.resource.path, *parent, to)))
        sure = sure and home.distance <= 2 and self.fields.fit(home.known.node, self.field.value) >= FITS
        return Fix(f"move {_listed(keys, 'and')} to `{field_path(parent)}`", tuple(moves), sure)

    def strange(self) -> Finding | None:
        kinds = owners(self.name) if self.path[:-1] == ("spec",) else ()
        if not kinds:
            return None
        return self.unknown(f"`{self.name}` is a field of {' and '.join(map(_a, kinds))}: move it there, or correct the `kind`")

    def anything(self) -> Finding:
        free = [
            name
            for name, node in self.allowed.items()
            if name not in self.siblings and name not in SET_BY_CLUSTER and self.is_there(node)
        ]
        if not free:
            return self.unknown("remove it")
        listed = _listed(free[:MOST_LISTED], "and" if len(free) <= MOST_LISTED else "")
        return self.unknown(f"other valid fields in {self.where}: {listed}{' ...' if len(free) > MOST_LISTED else ''}")

    def unknown(self, hint: str, fix: Fix | None = None) -> Finding:
        message = f"unknown field `{self.name}` in {self.where}; {self.fate}"
        return finding(self.field.key, message, hint=hint, fix=fix, rule=UNKNOWN_FIELD)


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'AEIO' else 'a'} {kind}"


def _written(home: Home, *, parent: bool = False) -> str:
    return ".".join(f"[{step}]" if isinstance(step, int) else step for step in home.shown[: -1 if parent else None]).replace(
        ".[", "["
    )


def _listed(names: list[str], joint: str) -> str:
    quoted = [f"`{name}`" for name in names]
    if len(quoted) == 1 or not joint:
        return ", ".join(quoted)
    return f"{', '.join(quoted[:-1])} {joint} {quoted[-1]}"


def split_by_comma(field: Cursor, siblings: Mapping[str, Any]) -> str | None:
    """Return the hint for a key without a value that is the rest of the value before it, which a comma in braces ends."""
    if field.value is not None or len(siblings) > MOST_PARTS:
        return None
    broken = list(takewhile(lambda key: key != field.name, siblings))
    rest = list(takewhile(lambda key: siblings[key] is None, reversed(broken)))
    before = broken[-1 - len(rest)] if len(rest) < len(broken) else ""
    span = field.key.span()
    text = span.source.text[max(span.start - 100, 0) : span.start]
    has_colon = span.source.text[span.end : span.end + 10].lstrip("'\"").lstrip().startswith(":")
    if not isinstance(siblings.get(before), str) or not text.rstrip().endswith(",") or has_colon:
        return None
    separator = ", " if text.endswith(" ") else ","
    whole = separator.join([siblings[before], *reversed(rest), str(field.name)])
    return f'the comma ends the value of `{before}`; quote it: `{before}: "{whole}"`'
