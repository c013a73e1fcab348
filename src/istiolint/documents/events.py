"""YAML text to events: libyaml where its binding is there, ruamel's own parser where it is not or where libyaml errs."""

import json
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from istiolint.primitives.patterns import late

try:
    from _ruamel_yaml import CParser
except ImportError:  # pragma: no cover - the binding is declared, but may fail to build on rare platforms
    CParser = None

Parse: TypeAlias = Callable[[str], Iterator[Any]]

MOST_RETRIED = 256 * 1024
_COLON = "found unexpected ':'"
"""What the libyaml of ruamel.yaml.clib (0.1.7) says to a colon inside a plain scalar of a flow collection."""
_SURROGATE = late(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_BEFORE_COLON = late(r"(?<=\")[ \t]*[\r\n][ \t\r\n]*(?=:)")
_NOT_IN_YAML = late("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REPLACED = r"\\ufffd"


def has_libyaml() -> bool:
    """Return whether libyaml parses, and not the parser written in Python."""
    return CParser is not None


def events(text: str) -> Iterator[Any]:
    """The events of a YAML text; raises ruamel.yaml.error.YAMLError where it is no YAML."""
    return pure_events(text) if CParser is None else _libyaml_events(text)


def pure_events(text: str) -> Iterator[Any]:
    """The same from the parser written in Python: slower by a factor of 30, and more lenient in one point."""
    yield from YAML(typ="safe", pure=True).parse(_SURROGATE.sub(_REPLACED, text))  # it would pass half characters on


def json_events(text: str) -> Iterator[Any]:
    r"""The same for JSON, whose strings may contain what YAML does not allow; the replacement character takes its place.

    These are surrogates (`\ud83d\ude00`) and control characters such as U+007F. A colon may be on a line below its key.
    """
    text = _BEFORE_COLON.sub(lambda match: " " * len(match[0]), text)
    return events(_NOT_IN_YAML.sub("\ufffd", _SURROGATE.sub(_REPLACED, text)))


def _libyaml_events(text: str) -> Iterator[Any]:
    return iter(CParser(text).get_event, None)


def second_try(error: Exception, text: str) -> Parse | None:
    """How to parse what kubectl may accept although `events` rejected it.

    JSON with characters that YAML does not allow, and for libyaml `[https://login.example.com, 001:db8::]`: plain scalars with
    colons in a flow list.
    """
    if text.lstrip()[:1] in ("{", "[") and _is_json(text):
        return json_events
    colon = isinstance(error, MarkedYAMLError) and error.problem == _COLON
    return pure_events if colon and len(text) <= MOST_RETRIED else None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
