"""What the text of a file alone says, in a form that can be stored.

A stored payload is data, and cannot make code run: MessagePack with maps, lists, text, numbers, booleans and null, nothing else.
What does not have exactly the expected form counts as not stored.
"""

import os
import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from istiolint import __version__
from istiolint.documents import events
from istiolint.documents.header import HEADER_TYPES, have_texts, header_of
from istiolint.documents.keys import joined, separated
from istiolint.documents.skip import Skip
from istiolint.documents.template import in_template_folder
from istiolint.primitives.patterns import late

if TYPE_CHECKING:
    from istiolint.documents.document import Document
    from istiolint.sources import Source

FORMAT = 4
"""Of the payloads; another number makes all stored ones unknown."""
PARSERS: tuple[events.Parse, ...] = (events.events, events.json_events, events.pure_events)

Fault: TypeAlias = tuple[int, int, str, str, str | None]
"""Offsets in the document, rule, message and hint."""
Template: TypeAlias = tuple[int, int, Skip]


_DEFINITION = late(r"^kind:[ \t]*[\"']?CustomResourceDefinition\b", re.MULTILINE)
_OUR_GROUPS = ("istio.io", "gateway.networking.k8s.io")


class Parsed(NamedTuple):
    """A document as its text shows it: offsets in the source, data or what is wrong. `parser` is an index of PARSERS.

    `usual`: it is a Kubernetes object without anything that may be a problem, as nearly all are.
    `keys` are those that occur in the data.
    `severity` is "" for a fault of a manifest, "warning" for one in other text, "skip" if it is not reported.
    """

    number: int
    start: int
    end: int
    data: Any = None
    parser: int = 0
    duplicates: bool = False
    fault: Fault | None = None
    severity: str = ""
    template: Template | None = None
    usual: bool = False
    aliases: bool = False
    keys: frozenset[str] = frozenset()


def key_of(source: "Source") -> bytes:
    """Return the key of a source: a hash of its text, of what of its path matters, and of the version of the reader."""
    from hashlib import blake2b

    traits = (
        in_template_folder(source.path),
        source.path.endswith(".json"),
        not source.linted and "CustomResourceDefinition" in source.text,
    )
    hashed = blake2b(bytes(traits), digest_size=20, key=version())
    hashed.update(source.text.encode("utf-8", "surrogatepass"))
    return hashed.digest()


def is_foreign_definition(document: "Document") -> bool:
    """Return whether a document is a CustomResourceDefinition for reference only, neither of Istio nor of the Gateway API.

    Bundles of these are large, and nothing refers to them.
    """
    if document.linted or "CustomResourceDefinition" not in document.text or not _DEFINITION.search(document.text):
        return False
    return not any(group in document.text for group in _OUR_GROUPS)


def encode(rows: list[Parsed]) -> bytes | None:
    """Return the payload of the documents of a file; None where it would not give the same data again."""
    from msgpack import packb

    if any(row.aliases for row in rows):
        return None
    try:
        payload: bytes = packb([_fields(row) for row in rows])
    except (ValueError, OverflowError, UnicodeError, RecursionError):
        return None
    return payload


def _fields(row: Parsed) -> Sequence[Any]:
    from msgpack import packb

    keys = joined(row.keys)
    if not row.usual:
        return [*row[:9], keys]
    header = header_of(row.data)
    return [*row[:3], header, packb(row.data), keys] if header else [*row[:4], keys]


def unpacked(body: bytes) -> Any:
    """Return the data of a body. Raises an exception if it does not have the form that `encode` gives it."""
    data = _unpacker()(body, max_bin_len=0, max_ext_len=0, ext_hook=_refuse)
    may_have_bytes = _NO_BYTES[0] in body or _NO_BYTES[1] in body or _NO_BYTES[2] in body
    if type(data) is not dict or (may_have_bytes and not _is_plain(data)):
        raise ValueError
    return data


_NO_BYTES = (b"\xc4\0", b"\xc5\0\0", b"\xc6\0\0\0\0")
"""How bytes without content are written, which no limit to the length of bytes excludes. In text this does not occur."""


def _is_plain(value: Any) -> bool:
    if type(value) is dict:
        return all(type(key) is str and _is_plain(each) for key, each in value.items())
    return all(map(_is_plain, value)) if type(value) is list else type(value) is not bytes


@cache
def _unpacker() -> Callable[..., Any]:
    """Return the function, which is called for each document of thousands of files."""
    from msgpack import unpackb

    unpacker: Callable[..., Any] = unpackb
    return unpacker


Packed: TypeAlias = tuple[int, int, int, tuple[Any, ...], bytes, str]
"""An object without problems: its number, its offsets in the source, the fields of its header, its packed data, and its keys."""
_PACKED = (int, int, int, tuple, bytes, str)
_PACKED_AND_HEADER = _PACKED + HEADER_TYPES


def decode(payload: bytes | None, length: int) -> list[Parsed] | None:
    """Return the documents of a payload for a text of some length; None if it does not have the form that `encode` gives it."""
    if payload is None:
        return None
    from msgpack import packb

    try:
        found, with_data = _unpacked_rows(payload, use_list=False), _unpacked_rows(payload, use_list=True)
        if packb(with_data) != payload or not _are_in_order(found):
            return None
        pairs = zip(found, with_data, strict=True)
        return [_opened(late, length) if len(late) == len(_PACKED) else _row(row, length) for late, row in pairs]
    except Exception:  # whatever a damaged or planted payload causes
        return None


def decode_late(payload: bytes | None, length: int) -> Sequence[Packed] | None:
    """Return the same without unpacking data; None also where this is not possible for all documents."""
    if payload is None:
        return None
    try:
        found: Sequence[Any] = _unpacked_rows(payload, use_list=False)
        return found if found and all(_is_packed(row, length) for row in found) and _are_in_order(found) else None
    except Exception:  # whatever a damaged or planted payload causes
        return None


def _unpacked_rows(payload: bytes, *, use_list: bool) -> Sequence[Sequence[Any]]:
    """Return the fields of each document. Tuples are made faster, but data have lists."""
    found = _unpacker()(payload, use_list=use_list, ext_hook=_refuse, timestamp=1)
    if type(found) is not (list if use_list else tuple):
        raise ValueError
    rows: Sequence[Sequence[Any]] = found
    return rows


def _are_in_order(rows: Sequence[Sequence[Any]]) -> bool:
    """Return whether each document begins behind the one before it."""
    return all(one[2] <= other[1] and one[0] < other[0] for one, other in pairwise(rows))


def _opened(fields: Any, length: int) -> Parsed:
    number, start, end, header, body, keys = fields
    data = unpacked(body)
    if not _is_packed(fields, length) or header_of(data) != header:
        raise ValueError
    return Parsed(number, start, end, data, usual=True, keys=separated(keys))


def _is_packed(fields: Any, length: int) -> bool:
    _, start, end, header, _, _ = fields
    return (*map(type, fields), *map(type, header)) == _PACKED_AND_HEADER and 0 <= start < end <= length and have_texts(header)


def _row(fields: Any, length: int) -> Parsed:
    if not _is_plain(fields):
        raise ValueError
    if len(fields) == 5:
        number, start, end, data, keys = fields
        if not type(number) is type(start) is type(end) is int or not 0 <= start < end <= length:
            raise ValueError
        return Parsed(number, start, end, data, usual=True, keys=_keys(keys))
    number, start, end, data, parser, duplicates, fault, severity, template, keys = fields
    if not type(number) is type(start) is type(end) is type(parser) is int or type(duplicates) is not bool:
        raise ValueError
    if not (0 <= start < end <= length and 0 <= parser < len(PARSERS) and severity in ("", "warning", "skip")):
        raise ValueError
    if fault is not None:
        fault = _fault(end - start, fault)
    if template is not None:
        template = _template(end - start, template)
    return Parsed(number, start, end, data, parser, duplicates, fault, severity, template, keys=_keys(keys))


def _keys(text: Any) -> frozenset[str]:
    if type(text) is not str:
        raise ValueError
    return separated(text)


def _fault(length: int, fields: Any) -> Fault:
    start, end, rule, message, hint = fields
    texts = type(rule) is str and type(message) is str and (hint is None or type(hint) is str)
    if not texts or rule not in ("yaml-syntax", "yaml-too-deep", "yaml-alias-bomb") or not 0 <= start <= end <= length:
        raise ValueError
    return start, end, rule, message, hint


def _template(length: int, fields: Any) -> Template:
    start, end, skip = fields
    if not 0 <= start <= end <= length:
        raise ValueError
    return start, end, Skip(skip)


def _refuse(code: int, data: bytes) -> Any:
    raise ValueError


@cache
def version() -> bytes:
    """Return what changes with the code that reads: the release and, for a checkout that someone works on, the files."""
    from hashlib import blake2b

    from ruamel.yaml import __version__ as ruamel

    with os.scandir(os.path.dirname(__file__)) as entries:
        files = sorted((entry.name, *entry.stat()[6:9:2]) for entry in entries if entry.name.endswith(".py"))
    stamp = (FORMAT, __version__, ruamel, events.has_libyaml(), files)
    return blake2b(repr(stamp).encode(), digest_size=20).digest()
