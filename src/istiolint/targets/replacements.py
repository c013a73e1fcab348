"""Kustomize's `replacements`: a value of one resource, written into fields of others."""

import re
from collections.abc import Iterable, Iterator

from istiolint.documents.derived import Traced
from istiolint.findings.finding import Path
from istiolint.primitives.patterns import late
from istiolint.resources.cursor import Cursor
from istiolint.targets.piece import Piece

_STEP = late(r"\[([^\]=]+)=([^\]]*)\]|((?:\\.|[^.\[\\])+)|\[([^\]]+)\]")


def apply(replacements: Iterable[Cursor], pieces: list[Piece]) -> Iterator[str]:
    """Apply replacements in order, in place; yields in words what cannot be applied."""
    for replacement in replacements:
        source = replacement["source"]
        found = [piece for piece in pieces if _is_selected(source, piece)]
        value = _value(source, found[0]) if len(found) == 1 else None
        if value is None:
            yield "the source of a replacement does not exist"
            continue
        for target in replacement["targets"]:
            _write(target, value, pieces)


def _value(source: Cursor, piece: Piece) -> Traced | None:
    path = source["fieldPath"].text or "metadata.name"
    found = next((piece.traced.get(*place) for place in _places(piece.traced, _steps(path))), None)
    options = source["options"]
    if found is None or not options["delimiter"].text or not isinstance(found.value, str):
        return found
    parts = found.value.split(options["delimiter"].text)
    index = options["index"].number or 0
    return Traced(parts[index], found.origin.inexact()) if 0 <= index < len(parts) else None


def _write(target: Cursor, value: Traced, pieces: list[Piece]) -> None:
    rejected = list(target["reject"])
    options = target["options"]
    for piece in pieces:
        if not _is_selected(target["select"], piece) or any(_is_selected(one, piece) for one in rejected):
            continue
        for field in target["fieldPaths"]:
            steps = _steps(field.text)
            places = list(_places(piece.traced, steps))
            if not places and options["create"].value is True and all(isinstance(step, str) for step in steps):
                places = [tuple(str(step) for step in steps)]
            for place in places:
                piece.change(piece.traced.put(place, _inserted(piece.traced.get(*place), value, options)), target.document)


def _inserted(old: Traced | None, value: Traced, options: Cursor) -> Traced:
    delimiter = options["delimiter"].text
    if not delimiter or old is None or not isinstance(old.value, str):
        return value
    parts, index = old.value.split(delimiter), options["index"].number or 0
    if index < 0:
        parts.insert(0, str(value.value))
    elif index >= len(parts):
        parts.append(str(value.value))
    else:
        parts[index] = str(value.value)
    return Traced(delimiter.join(parts), old.origin.inexact())


def _is_selected(selector: Cursor, piece: Piece) -> bool:
    fields = (("group", piece.group), ("version", piece.version), ("kind", piece.kind))
    if any(selector[field].text not in ("", value) for field, value in fields):
        return False
    name, namespace = selector["name"].text, selector["namespace"].text
    return (not name or piece.is_called(name)) and namespace in ("", piece.namespace, *piece.former_namespaces)


def _steps(path: str) -> list[str | tuple[str, str]]:
    """The steps of a field path: keys (in brackets if they have dots), numbers, `*`, and pairs for `[name=value]`."""
    steps: list[str | tuple[str, str]] = []
    for match in _STEP.finditer(path):
        key, value, name, bracketed = match.groups()
        if key is not None:
            steps.append((key, value))
        else:
            steps.append(bracketed if bracketed is not None else re.sub(r"\\(.)", r"\1", name))
    return steps


def _places(traced: Traced, steps: list[str | tuple[str, str]], done: Path = ()) -> Iterator[Path]:
    if not steps:
        yield done
        return
    step, rest = steps[0], steps[1:]
    if isinstance(traced.value, list):
        for number, item in enumerate(traced.items()):
            fits = (
                isinstance(item.value, dict) and str(item.value.get(step[0])) == step[1]
                if isinstance(step, tuple)
                else step in ("*", str(number))
            )
            if fits:
                yield from _places(item, rest, (*done, number))
    elif isinstance(step, str) and (found := traced.get(step)) is not None:
        yield from _places(found, rest, (*done, step))
