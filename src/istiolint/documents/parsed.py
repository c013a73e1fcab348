"""What the text of a file alone says, in a form that can be stored.

A stored payload is data, and cannot make code run: MessagePack with maps, lists, text, numbers, booleans and null, nothing else.
What does not have exactly the expected form counts as not stored.
"""

import os
import re
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from istiolint import __version__
from istiolint.cache import Payload
from istiolint.documents import events
from istiolint.documents.header import SpecHeader, header_of, is_spec_header
from istiolint.documents.keys import joined, separated
from istiolint.documents.skip import Skip
from istiolint.documents.template import in_template_folder
from istiolint.primitives.patterns import late

if TYPE_CHECKING:
    from istiolint.documents.document import Document
    from istiolint.sources import Source

FORMAT = 5
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


def encode(rows: list[Parsed]) -> Payload | None:
    """Return the payload of the documents of a file; None where it would not give the same data again.

    Objects without problems have a place in its head, where all documents are such; otherwise everything is in its body.
    """
    from msgpack import packb

    if any(row.aliases for row in rows):
        return None
    try:
        if rows and all(row.usual for row in rows) and (packed := _with_head(rows)):
            return packed
        return Payload((), (), packb([[*(row[:4] if row.usual else row[:9]), joined(row.keys)] for row in rows]))
    except (ValueError, OverflowError, UnicodeError, RecursionError):
        return None


def _with_head(rows: list[Parsed]) -> Payload | None:
    """Return a payload with all documents in its head; None where one of them has no header."""
    from msgpack import packb

    head: list[Packed] = []
    words: dict[str, int] = {}
    bodies: list[bytes] = []
    start = 0
    for row in rows:
        header = header_of(row.data)
        if header is None or "\n" in header.api_version or "\n" in header.kind:
            return None
        traits = words.setdefault(f"{header.api_version}\n{header.kind}\n{joined(row.keys)}", len(words))
        bodies.append(packb(row.data))
        end = start + len(bodies[-1])
        head.append((traits, *row[:3], start, end, header.name, header.namespace, header.spec))
        start = end
    packb([head, *words])  # raises an exception where it cannot be stored
    return Payload(head, list(words), b"".join(bodies))


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


Packed: TypeAlias = tuple[int, int, int, int, int, int, str, str, SpecHeader | tuple[()]]
"""An object without problems: the number of its traits among the words of the payload, its own number, its offsets in the source
and in the body of the payload, its name, its namespace, and its SpecHeader. Its traits are API version, kind and keys, with line
ends between them: many objects have the same."""
_PACKED = (int, int, int, int, int, int, str, str, tuple)


def decode(payload: Payload | None, length: int) -> list[Parsed] | None:
    """Return the documents of a payload for a text of some length, if they are in its body.

    None also if it does not have the form that `encode` gives it.
    """
    if payload is None or payload.head:
        return None
    from msgpack import packb

    try:
        body = payload.body
        fields = _unpacker()(body, ext_hook=_refuse, timestamp=1)
        if type(fields) is not list or packb(fields) != body:
            return None
        rows = [_row(each, length) for each in fields]
        return rows if all(one.end <= other.start and one.number < other.number for one, other in pairwise(rows)) else None
    except Exception:  # whatever a damaged or planted payload causes
        return None


def decode_head(payload: Payload | None, length: int) -> Sequence[Packed] | None:
    """Return the documents in the head of a payload for a text of some length; None where it does not have that form."""
    if payload is None:
        return None
    try:
        head: Sequence[Packed] = payload.head
        if not head or (*map(type, chain.from_iterable(head)),) != _PACKED * len(head):
            return None
        words, before, past = len(payload.words), -1, 0
        for word, number, start, end, _, _, _, _, spec in head:
            if not (0 <= word < words and before < number and past <= start < end <= length):
                return None
            if spec and not is_spec_header(spec):
                return None
            before, past = number, end
    except Exception:  # whatever a damaged or planted payload causes
        return None
    return head


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
