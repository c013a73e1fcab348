"""YAML text to events: libyaml where its binding is there, ruamel's own parser where it is not or where libyaml errs."""

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import StreamEndEvent

try:
    from _ruamel_yaml import CParser
except ImportError:  # pragma: no cover - the binding is declared, but may fail to build on rare platforms
    CParser = None

MOST_RETRIED = 256 * 1024
_COLON_BEFORE_END = re.compile(r":\s*[,\]}]")


def events(text: str) -> Iterator[Any]:
    """The events of a YAML text; raises ruamel.yaml.error.YAMLError where it is no YAML."""
    return pure_events(text) if CParser is None else _libyaml_events(text)


def pure_events(text: str) -> Iterator[Any]:
    """The same from the parser written in Python: slower by a factor of 30, and more lenient in one point."""
    yield from YAML(typ="safe", pure=True).parse(text)


def _libyaml_events(text: str) -> Iterator[Any]:
    parser = CParser(text)
    while True:
        event = parser.get_event()
        yield event
        if type(event) is StreamEndEvent:
            return


def libyaml_may_err(error: Exception, text: str) -> bool:
    """Whether kubectl may accept what libyaml refused: `[001:db8::]`, a plain scalar in a flow list that ends in a colon."""
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    if CParser is None or mark is None or len(text) > MOST_RETRIED:
        return False
    start = text.rfind("\n", 0, mark.index) + 1
    end = text.find("\n", mark.index)
    return bool(_COLON_BEFORE_END.search(text[start : end if end >= 0 else len(text)]))
