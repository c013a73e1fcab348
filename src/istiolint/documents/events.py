"""YAML text to events: libyaml where its binding is there, ruamel's own parser where it is not or where libyaml errs."""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

try:
    from _ruamel_yaml import CParser
except ImportError:  # pragma: no cover - the binding is declared, but may fail to build on rare platforms
    CParser = None

Parse: TypeAlias = Callable[[str], Iterator[Any]]

MOST_RETRIED = 256 * 1024
_COLON = "found unexpected ':'"
"""What the libyaml of ruamel.yaml.clib (0.1.7) says to a colon inside a plain scalar of a flow collection."""
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_REPLACED = r"\\ufffd"


def events(text: str) -> Iterator[Any]:
    """The events of a YAML text; raises ruamel.yaml.error.YAMLError where it is no YAML."""
    return pure_events(text) if CParser is None else _libyaml_events(text)


def pure_events(text: str) -> Iterator[Any]:
    """The same from the parser written in Python: slower by a factor of 30, and more lenient in one point."""
    yield from YAML(typ="safe", pure=True).parse(_SURROGATE.sub(_REPLACED, text))  # it would pass half characters on


def json_events(text: str) -> Iterator[Any]:
    r"""The same for JSON, whose surrogates (`\ud83d\ude00`) YAML does not have: two replacement characters stand for them."""
    return events(_SURROGATE.sub(_REPLACED, text))


def _libyaml_events(text: str) -> Iterator[Any]:
    return iter(CParser(text).get_event, None)


def second_try(error: Exception, text: str) -> Parse | None:
    """How to parse what kubectl may accept though `events` refused it.

    JSON with surrogates, and for libyaml `[https://login.example.com, 001:db8::]`: plain scalars with colons in a flow list.
    """
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return None
    mark = error.problem_mark
    if text[mark.index : mark.index + 1] in "dD" and text.lstrip().startswith("{") and _SURROGATE.search(text):
        return json_events
    return pure_events if error.problem == _COLON and len(text) <= MOST_RETRIED else None
